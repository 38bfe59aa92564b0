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

    `dtype` "auto" is what was measured fastest here; `threads` 0 means one per core; `forced` loads what seems too
    large for the free memory. The model's identity afterwards is the path of its description: of a GGUF file that is
    the converted folder.
    """

    lane: ClassVar[Lane] = "talk"
    label: ClassVar[str] = "Loading"
    step_seconds: ClassVar[float] = 30.0

    path: str
    dtype: str = "auto"
    device: str = "auto"
    threads: int = 0
    forced: bool = False

    def run(self, workspace: Workspace) -> Story[LoadedInfo]:
        from playground.engine.loading import model_folder

        old = str(model_folder(workspace.paths, Path(self.path)))
        if self.forced:
            self._make_room(workspace, old)
        try:
            loaded = yield from self._load(workspace)
        except UserError as error:
            if error.code != "E-TOO-LARGE" or old not in workspace.models:
                raise
            self._make_room(workspace, old)
            loaded = yield from self._load(workspace)
        workspace.prefixes.forget(loaded.info.model.path)  # perhaps read in another dtype, or from other files
        workspace.models[loaded.info.model.path] = loaded
        workspace.trim()
        return loaded.info

    def _load(self, workspace: Workspace) -> Story[Loaded]:
        from playground.engine.loading import load

        threads = self.threads or workspace.threads
        return (yield from load(workspace.paths, Path(self.path), self.dtype, self.device, threads, forced=self.forced))

    def _make_room(self, workspace: Workspace, old: str) -> None:
        """Give back what the model itself, loaded before, and what was read take."""
        from playground.engine.loading import unload

        workspace.prefixes.forget()
        if old in workspace.models:
            unload(workspace, old)
