"""Write a recorded answer again, to see whether it comes out the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.events import Story
from playground.core.facts import ReplayInfo
from playground.jobs.job import Job, Lane
from playground.jobs.repeating import again, like_then, recorded

if TYPE_CHECKING:
    from playground.engine.workspace import Workspace


@dataclass(frozen=True)
class Replay(Job):
    """Repeat a recorded answer with its prompt, settings, seed, number formats, threads and chunks, without the cache.

    The result says whether the tokens are the same, and if not, where they part and what in the path has changed.
    """

    lane: ClassVar[Lane] = "talk"
    label: ClassVar[str] = "Replaying"

    of: str  # the id of the record

    def run(self, workspace: Workspace) -> Story[ReplayInfo]:
        then = recorded(workspace, self.of)
        loaded = like_then(workspace.loaded(then.job.model), then.info)
        return (yield from again(loaded, then, then.info.batch))
