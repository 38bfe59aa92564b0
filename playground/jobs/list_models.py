"""Find the models on this computer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from playground.core.errors import UserError
from playground.core.events import Progress, Story
from playground.core.facts import ModelInfo
from playground.jobs.job import Job, Lane

if TYPE_CHECKING:
    from playground.engine.workspace import Workspace


@dataclass(frozen=True)
class ListModels(Job):
    """Describe every model in the models folder, and in one more folder if it is named.

    What cannot be described is left out. A GGUF file that was converted appears once, as the converted folder. What a
    crash left half finished is removed.
    """

    lane: ClassVar[Lane] = "errand"
    label: ClassVar[str] = "Looking for models"
    quiet: ClassVar[bool] = True

    folder: str = ""

    def run(self, workspace: Workspace) -> Story[tuple[ModelInfo, ...]]:
        from playground.engine.leftovers import PURPOSES, sweep
        from playground.engine.notes import converted_folder
        from playground.engine.reader import reader

        sweep(workspace.paths.models, *PURPOSES)
        candidates = [*_candidates(workspace.paths.models), *(_candidates(Path(self.folder)) if self.folder else ())]
        converted = {converted_folder(workspace.paths, path) for path in candidates if path.is_file()}
        found: dict[str, ModelInfo] = {}
        for number, path in enumerate(candidates):
            yield Progress(number, len(candidates), "Looking for models")
            try:
                found[str(path)] = reader("files").describe(path)
            except (UserError, OSError):
                continue
        whole = {path for path in converted if str(path) in found}
        hidden = {
            str(path) for path in candidates if path.is_file() and converted_folder(workspace.paths, path) in whole
        }
        return tuple(info for path, info in found.items() if path not in hidden)


def _candidates(folder: Path) -> list[Path]:
    """Return the folders that look like models and the GGUF files; `folder` itself may be a model."""
    try:
        if (folder / "config.json").is_file():
            return [folder]
        inside = sorted(folder.iterdir(), key=lambda path: path.name.lower())
    except (OSError, ValueError):  # gone, forbidden, or no path at all
        return []
    visible = [path for path in inside if not path.name.startswith(".")]
    return [path for path in visible if path.suffix.lower() == ".gguf" or (path / "config.json").is_file()]
