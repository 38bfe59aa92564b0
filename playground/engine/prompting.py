"""From a conversation to the exact tokens a model reads, each labelled with where it comes from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from playground.core.errors import UserError
from playground.core.facts import Message, PromptInfo, PromptInput, PromptToken
from playground.core.token_rows import clean
from playground.engine.pieces import Pieces
from playground.engine.templates import TemplateFacts, Turn, template_facts, template_of
from playground.engine.tokenizing import Reading, read_chat, read_raw

__all__ = ["TemplateFacts", "compose", "joint", "template_facts"]

CONTEXT_HEADING = "Context:\n"
TRANSCRIPT_STOP = "\nUser:"
_THOUGHT = re.compile(r"<think>.*?(?:</think>\s*|\Z)", re.DOTALL)

Read = Callable[[Sequence[Turn]], Reading]


def compose(tokenizer: Any, prompt: PromptInput, context_length: int, room: int = 0) -> PromptInfo:
    """Return the tokens of a prompt, labelled, with the reason for each decision.

    `room` is how many tokens the answer may want; half of the context at most is kept free for it. The oldest
    exchanges are left out until prompt and room fit into `context_length` (0: no limit known). Raises E-EMPTY without
    a message, E-CONTEXT when the rest is still too long, E-TEMPLATE when the chat template fails.
    """
    if not prompt.messages or prompt.messages[-1].role != "user" or not prompt.messages[-1].content.strip():
        raise UserError("There is no message to answer.", "Write one first.", "E-EMPTY")
    prompt = _sound(prompt)
    plan = _plan(tokenizer, prompt)
    read = _reader(tokenizer, plan, prompt)
    reading, dropped = _fit(plan, read, context_length, room)
    decisions = [*plan.decisions, *_room_left(len(reading.ids), context_length, room)]
    left_out = sum(map(len, plan.history[:dropped]))
    if left_out:
        decisions.append(f"The oldest {left_out} messages do not fit and are left out.")
    return PromptInfo(
        tokens=_tokens(tokenizer, reading),
        decisions=tuple(decisions),
        context_length=context_length,
        left_out=left_out,
        example_costs=_example_costs(prompt, read),
        switches=plan.switches,
    )


def _sound(prompt: PromptInput) -> PromptInput:
    """Return the prompt as the record will have it: without lone surrogates, which no tokenizer takes."""
    return replace(
        prompt,
        messages=tuple(replace(m, content=clean(m.content)) for m in prompt.messages),
        system=clean(prompt.system),
        context=clean(prompt.context),
        examples=tuple(replace(e, question=clean(e.question), answer=clean(e.answer)) for e in prompt.examples),
        reply_start=clean(prompt.reply_start),
    )


def joint(tokenizer: Any, info: PromptInfo) -> tuple[int, tuple[str, ...]]:
    """Return how an answer joins its prompt.

    First, how many of the prompt's last tokens run on into the answer as one text; then the stop sequences that the
    form of the prompt needs.
    """
    last = next((i for i, token in enumerate(reversed(info.tokens)) if token.section != "reply"), len(info.tokens))
    if template_of(tokenizer):
        return last, ()
    plain = [token for token in info.tokens if not token.special]
    is_lone = all(token.section in ("message", "reply") for token in plain)
    return (len(plain), ()) if is_lone else (last, (TRANSCRIPT_STOP,))


@dataclass(frozen=True)
class _Plan:
    """The turns of a prompt, sorted by what may be left out."""

    facts: TemplateFacts
    has_template: bool
    system: tuple[tuple[str, str], ...]  # spans
    examples: tuple[Turn, ...]
    history: tuple[tuple[Turn, ...], ...]  # exchanges, oldest first
    message: Turn
    decisions: tuple[str, ...]
    switches: tuple[tuple[str, bool], ...]

    def turns(self, dropped: int = 0) -> list[Turn]:
        """Return what the template gets when the oldest exchanges are left out."""
        history = [turn for exchange in self.history[dropped:] for turn in exchange]
        return _headed(self, [*self.examples, *history, self.message])


def _headed(plan: _Plan, turns: list[Turn]) -> list[Turn]:
    """Put the system prompt where this template can take it."""
    if not plan.system:
        return turns
    if plan.facts.has_system_role or not plan.has_template:
        return [Turn("system", plan.system), *turns]
    first = next((i for i, turn in enumerate(turns) if turn.role == "user"), 0)
    merged = replace(turns[first], spans=(*plan.system, ("\n\n", plan.system[-1][1]), *turns[first].spans))
    return [*turns[:first], merged, *turns[first + 1 :]]


def _plan(tokenizer: Any, prompt: PromptInput) -> _Plan:
    has_template = bool(template_of(tokenizer))
    facts = template_facts(tokenizer)
    earlier = [message for message in prompt.messages[:-1] if message.role != "system"]
    history, thoughts = _history(earlier)
    examples = tuple(
        Turn(role, ((text, "example"),))
        for example in prompt.examples
        if example.on
        for role, text in (("user", example.question), ("assistant", example.answer))
    )
    system = _system(prompt, facts)
    message = Turn("user", ((prompt.messages[-1].content, "message"),))
    plan = _Plan(facts, has_template, system, examples, history, message, (), _switches(facts, prompt))
    return replace(plan, decisions=tuple(_decisions(plan, prompt, thoughts)))


def _system(prompt: PromptInput, facts: TemplateFacts) -> tuple[tuple[str, str], ...]:
    """Return the spans of the system prompt: the words, then the context under its heading."""
    words = [prompt.system, *(message.content for message in prompt.messages if message.role == "system")]
    text = "\n\n".join(part for part in words if part.strip())
    if not prompt.context.strip():
        return ((text, "system"),) if text else ()
    text = text or facts.default_system  # a context must not silently take the default's place
    context = CONTEXT_HEADING + prompt.context
    return ((text, "system"), ("\n\n" + context, "context")) if text else ((context, "context"),)


def _history(messages: Sequence[Message]) -> tuple[tuple[tuple[Turn, ...], ...], bool]:
    """Return the earlier turns as exchanges, without the thoughts in them, and whether there were any."""
    exchanges: list[list[Turn]] = []
    thoughts = False
    for message in messages:
        content = _THOUGHT.sub("", message.content) if message.role == "assistant" else message.content
        thoughts = thoughts or content != message.content
        if message.role == "user" or not exchanges:
            exchanges.append([])
        exchanges[-1].append(Turn(message.role, ((content, "history"),)))
    return tuple(map(tuple, exchanges)), thoughts


def _switches(facts: TemplateFacts, prompt: PromptInput) -> tuple[tuple[str, bool], ...]:
    wanted = dict(prompt.switches)
    return tuple((name, wanted.get(name, default)) for name, default in facts.switches)


def _is_lone(plan: _Plan) -> bool:
    """Say whether there is nothing but one message."""
    return not (plan.system or plan.examples or plan.history)


def _decisions(plan: _Plan, prompt: PromptInput, thoughts: bool) -> list[str]:
    said = []
    if not plan.has_template and _is_lone(plan):
        said.append("This model has no chat template: it continues your text as it stands.")
    elif not plan.has_template:
        said.append("This model has no chat template: it gets a plain transcript, and stops before “User:”.")
    elif plan.system and not plan.facts.has_system_role:
        said.append("This model has no system role: the system prompt was put in front of your first message.")
    if plan.facts.default_system and not plan.system:
        said.append(f"No system prompt given: the template puts in its own, “{plan.facts.default_system}”.")
    elif plan.facts.default_system and plan.system[0] == (plan.facts.default_system, "system") and not prompt.system:
        said.append(f"The context follows the template's own system prompt, “{plan.facts.default_system}”.")
    if thoughts:
        said.append("The thinking in earlier answers is not sent again.")
    said += [f"“{name}” is switched {'on' if value else 'off'}." for name, value in _changed(plan)]
    return said


def _changed(plan: _Plan) -> list[tuple[str, bool]]:
    return [pair for pair in plan.switches if pair not in plan.facts.switches]


def _reader(tokenizer: Any, plan: _Plan, prompt: PromptInput) -> Read:
    if plan.has_template:
        default = plan.facts.default_system
        return lambda turns: read_chat(tokenizer, turns, prompt.reply_start, dict(_changed(plan)), default)
    return lambda turns: read_raw(tokenizer, turns, prompt.reply_start, _is_lone(plan))


def _fit(plan: _Plan, read: Read, context_length: int, room: int) -> tuple[Reading, int]:
    """Leave out the oldest exchanges until the prompt fits; return the reading and how many are gone."""
    limit = context_length - _room(context_length, room)
    dropped, reading = 0, read(plan.turns())
    while context_length > 0 and len(reading.ids) > limit and dropped < len(plan.history):
        dropped += _enough(plan, reading, dropped, len(reading.ids) - limit)
        reading = read(plan.turns(dropped))
    if 0 < context_length <= len(reading.ids):
        raise UserError(
            f"The prompt does not fit: {len(reading.ids)} of {context_length} tokens, before any answer.",
            "Shorten the message, the system prompt or the context, switch examples off, or raise the context length.",
            "E-CONTEXT",
        )
    return reading, dropped


def _room(context_length: int, room: int) -> int:
    return max(1, min(room, context_length // 2))


def _room_left(length: int, context_length: int, room: int) -> list[str]:
    left = context_length - length
    if context_length <= 0 or left >= _room(context_length, room):
        return []
    return [f"There is room for {left} tokens of answer, not for {room}."]


def _enough(plan: _Plan, reading: Reading, dropped: int, over: int) -> int:
    """Return how many more exchanges to leave out to save `over` tokens: at least one."""
    first = len(plan.turns(dropped)) - 1 - sum(map(len, plan.history[dropped:]))
    start, turn = reading.start_of(first), first
    for count, exchange in enumerate(plan.history[dropped:], 1):
        turn += len(exchange)
        if reading.start_of(turn) - start >= over:
            return count
    return len(plan.history) - dropped


def _example_costs(prompt: PromptInput, read: Read) -> tuple[int, ...]:
    """Return how many tokens each example takes, on or off."""
    if not prompt.examples:
        return ()
    end = Turn("user", (("x", ""),))
    bare = len(read([Turn("user", (("x", ""),)), Turn("assistant", (("x", ""),)), end]).ids)
    costs = []
    for example in prompt.examples:
        pair = [Turn("user", ((example.question, ""),)), Turn("assistant", ((example.answer, ""),))]
        costs.append(len(read([*pair, Turn("user", (("x", ""),)), Turn("assistant", (("x", ""),)), end]).ids) - bare)
    return tuple(costs)


def _tokens(tokenizer: Any, reading: Reading) -> tuple[PromptToken, ...]:
    labels = Pieces(tokenizer).labels(reading.ids)
    return tuple(
        PromptToken(id, text, section, role, special)
        for id, text, (section, role), special in zip(reading.ids, labels, reading.places, reading.special, strict=True)
    )
