"""Write a recorded answer again in several ways, to see what it depends on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.checks import Check
from playground.core.events import Progress, Story, Token
from playground.core.facts import ReplayInfo
from playground.jobs.job import Job, Lane
from playground.jobs.repeating import Recorded, again, like_then, recorded

if TYPE_CHECKING:
    from playground.engine.workspace import Loaded, Workspace

BATCH = 4
STEPS = 1000  # of the progress of one way


@dataclass(frozen=True)
class _Way:
    """One way to write it; `loaded` None: it cannot be tried, for a reason."""

    name: str
    loaded: Loaded | None = None
    batch: int = 1
    reason: str = ""


@dataclass(frozen=True)
class Determinism(Job):
    """Repeat an answer with the same prompt, settings and seed: as it was, and with one thing changed at a time.

    Changed are the number of processor threads, the size of the batch, the number format and the decoding path, as far
    as this computer and the loaded model have another one. The result holds a part for each: the same tokens, or the
    first one that differs and what was changed.
    """

    lane: ClassVar[Lane] = "work"
    label: ClassVar[str] = "Checking determinism"

    of: str  # the id of the record

    def run(self, workspace: Workspace) -> Story[tuple[Check, ...]]:
        then = recorded(workspace, self.of)
        ways = list(_ways(workspace.loaded(then.job.model), then))
        checks = list[Check]()
        for number, way in enumerate(ways):
            if way.loaded is None:
                checks.append(Check(way.name, skipped=way.reason))
            else:
                progress = Progress(number * STEPS, len(ways) * STEPS, way.name)
                found = yield from _told(again(way.loaded, then, way.batch), progress, len(then.tokens))
                checks.append(Check(way.name, found))
        return tuple(checks)


def _told(story: Story[ReplayInfo], progress: Progress, tokens: int) -> Story[ReplayInfo]:
    """Tell an answer's tokens as a part of the whole progress."""
    done = 0
    yield progress
    with closing(story):
        while True:
            try:
                event = next(story)
            except StopIteration as ended:
                found: ReplayInfo = ended.value
                return found
            done += isinstance(event, Token) and not event.row
            yield dataclasses.replace(progress, done=progress.done + min(STEPS, done * STEPS // max(1, tokens)))


def _ways(resident: Loaded, then: Recorded) -> Iterator[_Way]:
    """Return the ways to try: first as it was."""
    from playground.engine.devices import cores

    same = like_then(resident, then.info)
    yield _Way("The same again", same, then.info.batch)
    threads = 1 if then.info.threads != 1 else min(2, cores())
    name = "One thread" if threads == 1 else f"{threads} threads"
    if threads == then.info.threads:
        yield _Way("Another number of threads", reason="This computer has a single core.")
    else:
        basis = dataclasses.replace(same.basis, threads=threads)
        yield _Way(name, dataclasses.replace(same, basis=basis), then.info.batch)
    batch = 1 if then.info.batch > 1 else BATCH
    yield _Way("Alone" if batch == 1 else f"In a batch of {batch}", same, batch)
    others = [form for form in (resident.writing, resident.reading) if form.dtype != same.writing.dtype]
    if others:
        form = others[0]
        other = dataclasses.replace(same, writing=form, batch=form)
        yield _Way(f"Written in {form.dtype}", other, then.info.batch)
    else:
        yield _Way("Another number format", reason="The model is loaded in one number format only.")
    if same.writing.lean is not None:
        plain = dataclasses.replace(same.writing, lean=None)
        yield _Way("On the plain path", dataclasses.replace(same, writing=plain, batch=plain), then.info.batch)
    else:
        yield _Way("On another path", reason="Only the plain path knows this model.")
