"""Download a model from the Hub."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.events import Story
from playground.jobs.job import Job, Lane

if TYPE_CHECKING:
    from playground.engine.workspace import Workspace


@dataclass(frozen=True)
class Download(Job):
    """Fetch the weights and texts of a Hub model, no code, and return the path of its folder."""

    lane: ClassVar[Lane] = "errand"
    label: ClassVar[str] = "Downloading"

    repo: str  # owner/name
    revision: str = "main"

    def run(self, workspace: Workspace) -> Story[str]:
        from playground.engine.fetching import fetch_from_hub

        return str((yield from fetch_from_hub(workspace.paths, self.repo, self.revision)))
