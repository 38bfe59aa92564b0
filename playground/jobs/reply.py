"""Answer a conversation."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.events import Note, Settled, Story
from playground.core.facts import PromptInfo, PromptInput, ReplyInfo, RunInfo
from playground.jobs.job import Lane, RecordedJob
from playground.recipes.run_settings import RunSettings, effective

if TYPE_CHECKING:
    from playground.engine.decoding import Written
    from playground.engine.workspace import Loaded, Workspace

USUAL_ROOM = 256  # tokens kept free for an answer that ends by itself


@dataclass(frozen=True)
class Reply(RecordedJob):
    """Compose the prompt, read it and write an answer, token by token.

    `reply_ids` are the tokens of an answer that is continued; they follow the prompt exactly as they are, without an
    end-of-turn token at their end. Tokens and the result hold what is newly written: neither the prompt's
    `reply_start` nor the text of `reply_ids` is repeated.
    """

    lane: ClassVar[Lane] = "talk"
    label: ClassVar[str] = "Replying"

    model: str  # the path of a resident model
    prompt: PromptInput
    settings: RunSettings
    reply_ids: tuple[int, ...] = ()

    def run(self, workspace: Workspace) -> Story[ReplyInfo]:
        from playground.engine.decoding import context_limit, end_ids, write
        from playground.engine.devices import use_threads
        from playground.engine.prompting import compose, joint

        loaded = workspace.loaded(self.model)
        use_threads(workspace.threads)
        settings = self.settings.seeded()
        so_far = _unfinished(self.reply_ids, end_ids(loaded))
        limit = context_limit(loaded, settings)
        room = settings.max_tokens or USUAL_ROOM
        info = compose(loaded.tokenizer, self.prompt, limit and max(1, limit - len(so_far)), room)
        for decision in info.decisions:
            yield Note(decision)
        seam, stops = joint(loaded.tokenizer, info)
        obeyed = dataclasses.replace(settings, stop=(*settings.stop, *stops))
        yield Settled(_basis(loaded, settings, info, len(so_far)))
        written = yield from write(loaded, info.ids, obeyed, so_far, seam)
        return _told(info, written)


def _told(info: PromptInfo, written: Written) -> ReplyInfo:
    return ReplyInfo(
        text=written.text,
        stop_reason=written.stop_reason,
        prompt_tokens=len(info.tokens),
        new_tokens=len(written.ids),
        reading_seconds=written.reading_seconds,
        writing_seconds=written.writing_seconds,
        seed=written.seed,
        left_out=info.left_out,
    )


def _basis(loaded: Loaded, settings: RunSettings, info: PromptInfo, continued: int) -> RunInfo:
    """Return what the answer depends on. `continued` tokens of an earlier answer are read too."""
    from playground.engine.decoding import chunk_size
    from playground.engine.devices import use_threads, versions

    return RunInfo(
        model=loaded.info.model.path,
        model_name=loaded.info.model.name,
        device=loaded.info.device,
        dtype=loaded.info.dtype,
        reading_dtype=loaded.info.dtype,
        path_kind=loaded.info.path_kind,
        threads=use_threads(0),
        chunk=chunk_size(loaded),
        prompt_tokens=len(info.tokens) + continued,
        seed=settings.seed or 0,
        effective=effective(settings),
        versions=versions(),
    )


def _unfinished(ids: tuple[int, ...], ends: frozenset[int]) -> tuple[int, ...]:
    """Return the ids without an end of turn: an answer that is continued has not ended."""
    while ids and ids[-1] in ends:
        ids = ids[:-1]
    return ids
