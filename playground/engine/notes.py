"""The note we leave beside weights that we made or fetched: where they come from. Knows no torch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from playground.core.paths import Paths
from playground.engine.files import read_json

NOTE = "playground.json"


@dataclass(frozen=True)
class OriginNote:
    """What `playground.json` says. It is written last, so a folder that has one is complete."""

    name: str = ""
    origin: str = ""
    licence: str = ""
    sha256: str = ""  # of the file it was made from
    source_bytes: int = 0


def read_note(folder: Path) -> OriginNote | None:
    """Return the note of a folder, or None when there is none."""
    data = read_json(folder, NOTE)
    if not data:
        return None
    texts = {key: data[key] for key in ("name", "origin", "licence", "sha256") if isinstance(data.get(key), str)}
    size = data.get("source_bytes")
    return OriginNote(**texts, source_bytes=size if type(size) is int else 0)


def converted_folder(paths: Paths, gguf: Path) -> Path:
    """Return where the converted form of a GGUF file belongs, whether or not it is there yet.

    A file in the models folder keeps its name; one from elsewhere gets a mark of its place, so that two
    files of one name never meet.
    """
    if gguf.absolute().parent == paths.models.absolute():
        return paths.models / gguf.stem
    mark = hashlib.sha256(str(gguf.resolve()).encode()).hexdigest()[:8]
    return paths.models / f"{gguf.stem}-{mark}"


def is_converted(paths: Paths, gguf: Path) -> bool:
    """Say whether a complete converted form of this very file is there."""
    folder = converted_folder(paths, gguf)
    note = read_note(folder) if folder.is_dir() else None
    return note is not None and (not gguf.exists() or note.source_bytes == gguf.stat().st_size)
