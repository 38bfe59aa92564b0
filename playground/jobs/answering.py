"""What the jobs that answer share: compose the prompt, take what was read before, write, keep what was read."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.core.events import Note, Settled, Story
from playground.core.facts import PromptInfo, PromptInput, ReplyInfo, RunInfo
from playground.recipes.run_settings import RunSettings, effective

if TYPE_CHECKING:
    from playground.engine.cache import KeyValues
    from playground.engine.decoding import Written
    from playground.engine.kept_rows import RowKeeper
    from playground.engine.workspace import Loaded, Workspace

USUAL_ROOM = 256  # tokens kept free for an answer that ends by itself
CACHE_MB = 1000


@dataclass(frozen=True)
class Question:
    """What is to be answered. `reply_ids` are the tokens of an answer that is continued.

    `conversation` says whose memory of what was read may be changed; `cache_mb` how much of it is kept at all. `runs`
    are the records of the answers, whose rows are kept.
    """

    model: str
    prompt: PromptInput
    settings: RunSettings
    reply_ids: tuple[int, ...] = ()
    conversation: str = ""
    cache_mb: int = CACHE_MB
    runs: tuple[str, ...] = ()


def answer(workspace: Workspace, question: Question, seeds: Sequence[int]) -> Story[tuple[ReplyInfo, ...]]:
    """Write an answer for each seed, several in one batch; they share what was read, now or before."""
    from playground.engine.kept_rows import keeping
    from playground.engine.prefixes import MEGABYTE

    loaded = workspace.loaded(question.model)
    begun = yield from _begun(loaded, question)
    ids, place = begun.ids, (question.model, question.conversation)
    memory = workspace.prefixes.take(*place, ids, loaded.memory_dtype)
    try:
        with keeping(workspace.paths, question.runs, begun.info.ids, begun.so_far) as keepers:
            return (yield from _write(loaded, question, begun, seeds, memory, keepers))
    finally:
        workspace.prefixes.keep(*place, memory, question.cache_mb * MEGABYTE)


def write_answers(loaded: Loaded, question: Question, seeds: Sequence[int]) -> Story[tuple[ReplyInfo, ...]]:
    """Write an answer for each seed without using or leaving anything of what was read."""
    from playground.engine.cache import KeyValues

    begun = yield from _begun(loaded, question)
    return (yield from _write(loaded, question, begun, seeds, KeyValues(loaded.memory_dtype)))


@dataclass(frozen=True)
class _Begun:
    """A composed prompt, with the tokens of an answer that is continued."""

    info: PromptInfo
    so_far: tuple[int, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        return (*self.info.ids, *self.so_far)


def _begun(loaded: Loaded, question: Question) -> Story[_Begun]:
    from playground.engine.decoding import context_limit, end_ids
    from playground.engine.devices import use_threads
    from playground.engine.prompting import compose

    use_threads(loaded.basis.threads)
    so_far = _unfinished(question.reply_ids, end_ids(loaded))
    limit = context_limit(loaded, question.settings)
    room = question.settings.max_tokens or USUAL_ROOM
    info = compose(loaded.tokenizer, question.prompt, limit and max(1, limit - len(so_far)), room)
    for decision in info.decisions:
        yield Note(decision)
    return _Begun(info, so_far)


def _write(
    loaded: Loaded,
    question: Question,
    begun: _Begun,
    seeds: Sequence[int],
    memory: KeyValues,
    keepers: Sequence[RowKeeper] = (),
) -> Story[tuple[ReplyInfo, ...]]:
    from playground.engine.decoding import write
    from playground.engine.prompting import joint

    seam, stops = joint(loaded.tokenizer, begun.info)
    settings = dataclasses.replace(question.settings, stop=(*question.settings.stop, *stops))
    reused, saved = memory.length, memory.length * memory.seconds_per_token
    for row, seed in enumerate(seeds):
        yield Settled(_basis(loaded, question.settings, begun, reused, len(seeds), seed), row)
    answers = yield from write(loaded, begun.info.ids, settings, seeds, memory, begun.so_far, seam, keepers)
    return tuple(_told(begun.info, written, reused, saved) for written in answers)


def _basis(loaded: Loaded, settings: RunSettings, begun: _Begun, reused: int, batch: int, seed: int) -> RunInfo:
    """Return what one answer depends on."""
    from playground.engine.fingerprint import ids_hash

    writing = loaded.writing if batch == 1 else loaded.batch
    return dataclasses.replace(
        loaded.basis,
        prompt_hash=ids_hash(begun.ids),
        dtype=writing.dtype,
        reading_dtype=loaded.reading.dtype,
        path_kind=writing.path_kind,
        batch=batch,
        prompt_tokens=len(begun.ids),
        reused_tokens=reused,
        left_out=begun.info.left_out,
        has_system_role=loaded.info.has_system_role,
        default_system=loaded.info.default_system,
        seed=seed,
        effective=effective(settings),
    )


def _told(info: PromptInfo, written: Written, reused: int, saved: float) -> ReplyInfo:
    return ReplyInfo(
        text=written.text,
        stop_reason=written.stop_reason,
        prompt_tokens=len(info.tokens),
        new_tokens=len(written.ids),
        reading_seconds=written.reading_seconds,
        writing_seconds=written.writing_seconds,
        seed=written.seed,
        left_out=info.left_out,
        reused_tokens=reused,
        saved_seconds=saved,
    )


def _unfinished(ids: tuple[int, ...], ends: frozenset[int]) -> tuple[int, ...]:
    """Return the ids without an end of turn: an answer that is continued has not ended."""
    while ids and ids[-1] in ends:
        ids = ids[:-1]
    return ids
