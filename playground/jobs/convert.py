"""Turn a GGUF file into a folder that loads fast."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from playground.core.events import Story
from playground.jobs.job import Job, Lane

if TYPE_CHECKING:
    from playground.engine.workspace import Workspace


@dataclass(frozen=True)
class Convert(Job):
    """De-quantize a GGUF file into safetensors, once, and return the path of the new folder."""

    lane: ClassVar[Lane] = "work"
    label: ClassVar[str] = "Converting"
    step_seconds: ClassVar[float] = 60.0  # reading the vocabulary is one call of the library

    path: str

    def run(self, workspace: Workspace) -> Story[str]:
        from playground.engine.converting import convert

        return str((yield from convert(workspace.paths, Path(self.path))))
