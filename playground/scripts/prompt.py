"""The part of a script that makes the prompt, with the words the engine would put together.

A chat goes through the tokenizer's template; without one, a lone message is continued and a conversation becomes a
transcript. What the engine finds out from a template is taken from the record.
"""

from __future__ import annotations

import keyword
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from playground.core.facts import Message, PromptInput, RunInfo
from playground.scripts.text import literal

_CONTEXT_HEADING = "Context:\n"
_THOUGHT = re.compile(r"<think>.*?(?:</think>\s*|\Z)", re.DOTALL)
_SPEAKERS = {"system": "", "user": "User: ", "assistant": "Assistant: "}
_LIKE_CHAT_TOKENS = re.compile(r"<[^<>\s]{1,40}>|\[/?[A-Z_]{2,}\]")


@dataclass(frozen=True)
class Prompt:
    """The lines that leave the ids in `prompt`, and how the answer joins them."""

    lines: str
    runs_on: bool  # the prompt's last words and the answer are one text
    stops: tuple[str, ...] = ()


def prompt_of(prompt: PromptInput, info: RunInfo) -> Prompt:
    """Return the part of a script that makes this prompt."""
    turns = _turns(prompt, info.left_out)
    system = _system(prompt, info.default_system)
    if info.template_hash:
        return Prompt(_chat(_headed(turns, system, info), prompt), bool(prompt.reply_start))
    if len(_turns(prompt, 0)) == 1 and not system:
        return Prompt(_raw(turns[0].content + prompt.reply_start), runs_on=True)
    text = _transcript([*([Message("system", system)] if system else []), *turns], prompt.reply_start)
    return Prompt(_raw(text), bool(prompt.reply_start), ("\nUser:",))


def _turns(prompt: PromptInput, left_out: int) -> list[Message]:
    """Return examples, history and message; the oldest that did not fit are gone, and so are thoughts."""
    examples = [
        Message(role, text)
        for example in prompt.examples
        if example.on
        for role, text in (("user", example.question), ("assistant", example.answer))
    ]
    history = [message for message in prompt.messages[:-1] if message.role != "system"][left_out:]
    thoughtless = [
        Message("assistant", _THOUGHT.sub("", message.content)) if message.role == "assistant" else message
        for message in history
    ]
    return [*examples, *thoughtless, prompt.messages[-1]]


def _system(prompt: PromptInput, default: str) -> str:
    words = [prompt.system, *(message.content for message in prompt.messages if message.role == "system")]
    text = "\n\n".join(part for part in words if part.strip())
    if not prompt.context.strip():
        return text
    return "\n\n".join(filter(None, (text or default, _CONTEXT_HEADING + prompt.context)))


def _headed(turns: list[Message], system: str, info: RunInfo) -> list[Message]:
    """Put the system prompt where the template can take it."""
    if not system:
        return turns
    if info.has_system_role:
        return [Message("system", system), *turns]
    first = next((number for number, turn in enumerate(turns) if turn.role == "user"), 0)
    merged = Message(turns[first].role, f"{system}\n\n{turns[first].content}")
    return [*turns[:first], merged, *turns[first + 1 :]]


def _transcript(turns: Sequence[Message], reply_start: str) -> str:
    text = "".join(_SPEAKERS[turn.role] + turn.content + ("\n\n" if turn.role == "system" else "\n") for turn in turns)
    return f"{text}Assistant: {reply_start}" if reply_start else f"{text}Assistant:"


def _raw(text: str) -> str:
    split = ", split_special_tokens=True" if _LIKE_CHAT_TOKENS.search(text) else ""
    return f'text = {literal(text)}\nprompt = tokenizer(text{split}, return_tensors="pt").input_ids'


def _chat(turns: Sequence[Message], prompt: PromptInput) -> str:
    switches = "".join(
        f", {name}={value}" for name, value in prompt.switches if name.isidentifier() and not keyword.iskeyword(name)
    )
    template = f"apply_chat_template(messages, add_generation_prompt=True, tokenize=False{switches})"
    written = [*(turn.content for turn in turns), prompt.reply_start]
    if any(_LIKE_CHAT_TOKENS.search(text) for text in written):
        return f"{_messages(turns)}\n{_guarded(template, prompt.reply_start)}"
    start = f"text += {literal(prompt.reply_start)}  # the reply begins with it\n" if prompt.reply_start else ""
    return (
        f"{_messages(turns)}\ntext = tokenizer.{template}\n{start}"
        'prompt = tokenizer(text, add_special_tokens=False, return_tensors="pt").input_ids'
    )


def _messages(turns: Sequence[Message]) -> str:
    said = [f'{{"role": {literal(turn.role)}, "content": {literal(turn.content)}}}' for turn in turns]
    if len(said) == 1:
        return f"messages = [{said[0]}]"
    return "messages = [\n" + textwrap.indent(",\n".join(said), "    ") + ",\n]"


def _guarded(template: str, reply_start: str) -> str:
    """Return the lines that read the prompt when somebody may have typed a chat token: it stays plain text."""
    start = literal(reply_start)
    return _GUARDED.format(
        template=template,
        start=f"\ntext += {start}" if reply_start else "",
        hidden_start=f"\ncovered += hidden({start})" if reply_start else "",
    )


_GUARDED = '''
# What somebody typed stays plain text, even if it looks like a chat token: only those of the template count.
chat_tokens = {{token.content: id for id, token in tokenizer.added_tokens_decoder.items() if token.special}}
word = tokenizer.eos_token or tokenizer.bos_token or ""
alone, behind = (tokenizer(text, add_special_tokens=False).input_ids for text in ("a", word + "a"))
anchor = "\\ue000" if behind[-len(alone) :] != alone else ""  # keeps a space from being put before a stretch


def hidden(text):
    """Overwrite chat tokens at the same length."""
    for token in sorted(chat_tokens, key=len, reverse=True):
        text = text.replace(token, "x" * len(token))
    return text


def plain(text, anchor):
    """Return the ids of a stretch of plain text."""
    read = tokenizer(
        anchor + text, add_special_tokens=False, split_special_tokens=True, return_offsets_mapping=True
    )
    return [id for id, (first, _) in zip(read.input_ids, read.offset_mapping) if first >= len(anchor)]


text = tokenizer.{template}{start}
messages = [{{**message, "content": hidden(message["content"])}} for message in messages]
covered = tokenizer.{template}{hidden_start}
found = tokenizer(covered, add_special_tokens=False, return_offsets_mapping=True)
ids, at = [], 0
for id, (first, end) in zip(found.input_ids, found.offset_mapping):
    if id in chat_tokens.values():
        ids += plain(text[at:first], anchor if at else "") + [id]
        at = end
prompt = torch.tensor([ids + plain(text[at:], anchor if at else "")])'''
