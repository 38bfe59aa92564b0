"""Unload a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.events import Story
from playground.jobs.job import Job, Lane

if TYPE_CHECKING:
    from playground.engine.workspace import Workspace


@dataclass(frozen=True)
class Unload(Job):
    """Give a resident model's memory back."""

    lane: ClassVar[Lane] = "talk"
    label: ClassVar[str] = "Unloading"

    path: str

    def run(self, workspace: Workspace) -> Story[None]:
        from playground.engine.loading import unload

        yield None
        unload(workspace, self.path)
