"""Write a recorded answer again, to see whether it comes out the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.errors import UserError
from playground.core.events import Note, Settled, Story, Token
from playground.core.facts import ReplayInfo, RunInfo
from playground.core.history import Record, record
from playground.core.plain import load
from playground.core.store import Store
from playground.jobs.answering import Question, write_answers
from playground.jobs.job import Job, Lane
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
}


@dataclass(frozen=True)
class Replay(Job):
    """Repeat a recorded answer with its prompt, settings, seed, number formats, threads and chunks, without the cache.

    The result says whether the tokens are the same, and if not, where they part and what in the path has changed.
    """

    lane: ClassVar[Lane] = "talk"
    label: ClassVar[str] = "Replaying"

    of: str  # the id of the record

    def run(self, workspace: Workspace) -> Story[ReplayInfo]:
        found = _record(workspace, self.of)
        job = load(found.job)
        if not isinstance(job, Reply) or found.info is None or not found.tokens:
            raise UserError("This record holds no answer that could be repeated.", code="E-REPLAY")
        loaded = like_then(workspace.loaded(job.model), found.info)
        limit = job.settings.max_tokens if found.entry.state == "done" else len(found.tokens)
        settings = dataclasses.replace(job.settings, seed=found.info.seed, max_tokens=limit)
        question = Question(job.model, job.prompt, settings, job.reply_ids)
        seeds = (found.info.seed,) * found.info.batch
        now, again = found.info, list[Token]()
        story = write_answers(loaded, question, seeds)
        # The rows of a batch are all the same here: the first one tells.
        for event in story:
            match event:
                case Settled(info=info, row=0):
                    now = info
                case Token(row=0):
                    again.append(event)
            if not isinstance(event, Note | Settled):
                yield event
        return compared(found.tokens, again, changes(found.info, now))


def _record(workspace: Workspace, id: str) -> Record:
    store = Store(workspace.paths.store)
    try:
        found = record(store, id)
    finally:
        store.close()
    if found is None:
        raise UserError("This record is gone.", code="E-REPLAY")
    return found


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
