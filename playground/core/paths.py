"""Where the application keeps its files."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True)
class Paths:
    """The application's folders. Nothing is written outside them unless the user picks the place."""

    home: Path
    shared_models: Path | None = None  # a demo keeps its chats apart and uses the models that are there

    @classmethod
    def standard(cls) -> Paths:
        """Return the user's own folders, or those under PLAYGROUND_HOME."""
        return cls(Path(os.environ.get("PLAYGROUND_HOME") or platformdirs.user_data_dir("llm-playground", False)))

    @property
    def models(self) -> Path:
        return self.shared_models or self._folder("models")

    @property
    def roles(self) -> Path:
        return self._folder("roles")

    @property
    def presets(self) -> Path:
        return self._folder("presets")

    @property
    def logs(self) -> Path:
        return self._folder("logs")

    @property
    def locks(self) -> Path:
        return self._folder("locks")

    @property
    def store(self) -> Path:
        return self._made() / "playground.sqlite"

    @property
    def settings(self) -> Path:
        return self._made() / "settings.json"

    @property
    def layout(self) -> Path:
        return self._made() / "layout.json"

    @property
    def machine(self) -> Path:
        """The file that remembers what was measured on this machine."""
        return self._made() / "machine.json"

    @property
    def fingerprints(self) -> Path:
        """The file that remembers the hashes of models, by their files' sizes and times."""
        return self._made() / "fingerprints.json"

    def rows_of(self, run: str) -> Path:
        """The file with what the model thought at each step of an answer; it may not be there."""
        if not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", run):  # whoever writes a job file chooses the run's id
            run = hashlib.sha256(run.encode("utf-8", "replace")).hexdigest()
        return self.rows / f"{run}.rows"

    @property
    def rows(self) -> Path:
        return self._folder("rows")

    def _made(self) -> Path:
        self.home.mkdir(parents=True, exist_ok=True)
        return self.home

    def _folder(self, name: str) -> Path:
        folder = self.home / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def resources() -> Path:
    """Return the folder with fonts, icons, roles and presets: beside the package, in a checkout or installed."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "resources", package.parent / "resources"):
        if (folder / "colours.json").exists():
            return folder
    raise FileNotFoundError("the resources folder is missing: install the package again")


def write_atomically(path: Path, text: str) -> None:
    """Replace a file in one step, so that a crash leaves the old one or the new one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_text(text, encoding="utf-8", errors="replace")  # a lone surrogate must not cost the rest
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
