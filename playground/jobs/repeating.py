"""What the jobs share that write a recorded answer again."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.core.errors import UserError
from playground.core.events import Note, Settled, Story, Token
from playground.core.facts import ReplayInfo, RunInfo
from playground.core.history import Record, record
from playground.core.plain import load
from playground.core.store import Store
from playground.jobs.answering import Question, write_answers
from playground.jobs.reply import Reply

if TYPE_CHECKING:
    from playground.engine.workspace import Loaded, Workspace

_CHANGES = {
    "model_hash": "The model's files have changed.",
    "template_hash": "The chat template has changed.",
    "prompt_hash": "The prompt now has other tokens.",
}
_VALUES = {
    "device": "The device: {} then, {} now.",
    "dtype": "The number format that writes: {} then, {} now.",
    "reading_dtype": "The number format that reads: {} then, {} now.",
    "path_kind": "The decoding path: {} then, {} now.",
    "threads": "Processor threads: {} then, {} now.",
    "chunk": "Tokens read at once: {} then, {} now.",
    "batch": "Answers in one batch: {} then, {} now.",
}


@dataclass(frozen=True)
class Recorded:
    """An answer that can be written again."""

    record: Record
    job: Reply
    info: RunInfo

    @property
    def tokens(self) -> tuple[Token, ...]:
        return self.record.tokens


def recorded(workspace: Workspace, id: str) -> Recorded:
    """Return a recorded answer; raise E-REPLAY when it cannot be repeated."""
    store = Store(workspace.paths.store)
    try:
        found = record(store, id)
    finally:
        store.close()
    if found is None:
        raise UserError("This record is gone.", code="E-REPLAY")
    job = load(found.job)
    if not isinstance(job, Reply) or found.info is None or not found.tokens:
        raise UserError("This record holds no answer that could be repeated.", code="E-REPLAY")
    return Recorded(found, job, found.info)


def again(loaded: Loaded, then: Recorded, batch: int) -> Story[ReplayInfo]:
    """Write an answer once more, as one of a batch of the same, without the cache; return how it compares.

    Yields what writing it yields, but for what the record knows already.
    """
    limit = then.job.settings.max_tokens if then.record.entry.state == "done" else len(then.tokens)
    settings = dataclasses.replace(then.job.settings, seed=then.info.seed, max_tokens=limit)
    question = Question(then.job.model, then.job.prompt, settings, then.job.reply_ids)
    now, tokens = then.info, list[Token]()
    # The rows of a batch are all the same here: the first one tells.
    for event in write_answers(loaded, question, (then.info.seed,) * batch):
        match event:
            case Settled(info=info, row=0):
                now = info
            case Token(row=0):
                tokens.append(event)
        if not isinstance(event, Note | Settled):
            yield event
    return compared(then.tokens, tokens, changes(then.info, now))


def like_then(loaded: Loaded, then: RunInfo) -> Loaded:
    """Return the model with the forms, path, chunks and threads of a record, as far as they are at hand."""
    forms = {form.dtype: form for form in (loaded.writing, loaded.reading)}
    writing, reading = forms.get(then.dtype, loaded.writing), forms.get(then.reading_dtype, loaded.reading)
    if then.path_kind == "plain":
        writing = dataclasses.replace(writing, lean=None)
    chunk, threads = then.chunk or loaded.chunk, then.threads or loaded.basis.threads
    basis = dataclasses.replace(loaded.basis, chunk=chunk, threads=threads)
    return dataclasses.replace(loaded, writing=writing, reading=reading, batch=writing, chunk=chunk, basis=basis)


def changes(then: RunInfo, now: RunInfo) -> tuple[str, ...]:
    """Say what an answer depends on and is not as it was, a sentence each."""
    found = [words for name, words in _CHANGES.items() if getattr(then, name) != getattr(now, name)]
    found += [
        words.format(getattr(then, name), getattr(now, name))
        for name, words in _VALUES.items()
        if getattr(then, name) != getattr(now, name)
    ]
    if then.reused_tokens:
        found.append(f"{then.reused_tokens} of the prompt's {then.prompt_tokens} tokens came from the cache then.")
    versions = dict(now.versions)
    found += [
        f"{name}: {version} then, {versions.get(name, 'none')} now."
        for name, version in then.versions
        if versions.get(name) != version
    ]
    return tuple(found)


def compared(then: Sequence[Token], now: Sequence[Token], changed: tuple[str, ...]) -> ReplayInfo:
    """Say where two answers part, if they do."""
    text = "".join(token.text for token in now)
    length = min(len(then), len(now))
    step = next((n for n in range(length) if then[n].id != now[n].id), length)
    if step == len(then) == len(now):
        return ReplayInfo(True, step, changes=changed, text=text)
    return ReplayInfo(False, step, step, _told(then, step), _told(now, step), changed, text)


def _told(tokens: Sequence[Token], step: int) -> tuple[str, float]:
    return (tokens[step].text, tokens[step].probability) if step < len(tokens) else ("", 0.0)
