"""Find out what a model is without loading it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from playground.core.events import Story
from playground.core.facts import ModelInfo
from playground.jobs.job import Job, Lane

if TYPE_CHECKING:
    from playground.engine.workspace import Workspace


@dataclass(frozen=True)
class Describe(Job):
    """Read the description of a model folder or GGUF file."""

    lane: ClassVar[Lane] = "errand"
    label: ClassVar[str] = "Reading the description"
    quiet: ClassVar[bool] = True

    path: str

    def run(self, workspace: Workspace) -> Story[ModelInfo]:
        from playground.engine.reader import reader

        yield None
        return reader("files").describe(Path(self.path))
