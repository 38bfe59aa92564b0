"""Load a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from playground.core.errors import UserError
from playground.core.events import Story
from playground.core.facts import LoadedInfo
from playground.jobs.job import Job, Lane

if TYPE_CHECKING:
    from playground.engine.workspace import Loaded, Workspace


@dataclass(frozen=True)
class Load(Job):
    """Make a model resident. Loading it again, with another dtype say, replaces it.

    `dtype` "auto" is what was measured fastest here; `threads` 0 means one per core. The model's identity
    afterwards is the path of its description: of a GGUF file that is the converted folder.
    """

    lane: ClassVar[Lane] = "talk"
    label: ClassVar[str] = "Loading"
    step_seconds: ClassVar[float] = 30.0

    path: str
    dtype: str = "auto"
    device: str = "auto"
    threads: int = 0

    def run(self, workspace: Workspace) -> Story[LoadedInfo]:
        from playground.engine.loading import model_folder, unload

        old = str(model_folder(workspace.paths, Path(self.path)))
        try:
            loaded = yield from self._load(workspace)
        except UserError as error:
            if error.code != "E-TOO-LARGE" or old not in workspace.models:
                raise
            workspace.prefixes.forget()
            unload(workspace, old)
            loaded = yield from self._load(workspace)
        workspace.prefixes.forget(loaded.info.model.path)  # perhaps read in another dtype, or from other files
        workspace.models[loaded.info.model.path] = loaded
        workspace.trim()
        return loaded.info

    def _load(self, workspace: Workspace) -> Story[Loaded]:
        from playground.engine.loading import load

        return (
            yield from load(
                workspace.paths, Path(self.path), self.dtype, self.device, self.threads or workspace.threads
            )
        )
