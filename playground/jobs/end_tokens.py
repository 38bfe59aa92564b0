"""Say which tokens end an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from playground.core.events import Story
from playground.jobs.job import Job, Lane

if TYPE_CHECKING:
    from playground.engine.workspace import Workspace


@dataclass(frozen=True)
class EndTokens(Job):
    """Return the ids of every token that ends an answer of this model."""

    lane: ClassVar[Lane] = "glance"
    label: ClassVar[str] = "Looking for the end of turn"

    model: str  # the path of a resident model

    def run(self, workspace: Workspace) -> Story[tuple[int, ...]]:
        from playground.engine.decoding import end_ids

        loaded = workspace.loaded(self.model)
        yield None
        # The other tokenizer may be at work in the computing thread.
        return tuple(sorted(end_ids(replace(loaded, tokenizer=loaded.glance_tokenizer))))
