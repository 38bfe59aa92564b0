"""The prompt and the sampling that every side gets."""

from __future__ import annotations

from collections.abc import Sequence

from playground.core.conversation import new_id
from playground.core.facts import Message, PromptInput
from playground.jobs.reply import Reply
from playground.recipes.run_settings import RunSettings, full_chain

PROMPT = "Write a long story about a lighthouse keeper who finds a letter in a bottle. Tell every detail."
TOKENS = 160  # an answer; one that ended by itself counts from LEAST on
LEAST = 100
WARM_UP_TOKENS = 8
_WORDS = "time people water house night world school state family city work head point year hand moon"
_FRAME = 35  # tokens of the starter's template and its own system prompt


def settings(max_tokens: int = TOKENS, seed: int = 1) -> RunSettings:
    """Return the whole chain with T 0.7, top-k 40, top-p 0.95."""
    run = RunSettings(full_chain(), max_tokens=max_tokens, seed=seed)
    return (
        run.with_sampler("temperature", temperature=0.7)
        .with_sampler("top_k", top_k=40)
        .with_sampler("top_p", top_p=0.95)
    )


def reply(model: str, max_tokens: int = TOKENS, seed: int = 1, prompt: str = PROMPT) -> Reply:
    """Return the job that writes the story."""
    return Reply(new_id(), model, PromptInput(messages=(Message("user", prompt),)), settings(max_tokens, seed))


def long_text(tokens: int, number: int) -> str:
    """Return a question that makes a prompt of nearly so many tokens with the starter's template.

    Another `number` gives another text from its first word on, so that nothing of it was read before.
    """
    words = _WORDS.split()  # a token each
    return " ".join(words[(number * 7 + place) % len(words)] for place in range(tokens - _FRAME)) + "?"


def tokens_per_second(arrivals: Sequence[float]) -> float:
    """Return the pace between the first and the last token; reading the prompt and loading do not count."""
    return (len(arrivals) - 1) / (arrivals[-1] - arrivals[0])
