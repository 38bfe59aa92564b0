"""Which model exactly: a hash of config and weights, remembered as long as the files do not change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from playground.core.events import Progress, Story
from playground.core.paths import Paths, write_atomically

_PIECE = 1 << 24  # bytes hashed between two signs of life
_KNOWN = 200  # models that are remembered
DIGITS = 16


def model_hash(paths: Paths, folder: Path) -> Story[str]:
    """Return a hash over names and bytes of a folder's config and weights."""
    files = [folder / "config.json", *sorted(folder.glob("*.safetensors"))]
    stamp = [[file.name, *_state(file)] for file in files]
    known = _memory(paths).get(str(folder))
    if isinstance(known, dict) and known.get("files") == stamp and isinstance(known.get("hash"), str):
        return str(known["hash"])
    found = yield from _hash(files)
    others = {key: value for key, value in _memory(paths).items() if key != str(folder)}
    newest = dict(list(others.items())[1 - _KNOWN :])
    write_atomically(paths.fingerprints, json.dumps({**newest, str(folder): {"files": stamp, "hash": found}}, indent=1))
    return found


def text_hash(text: str) -> str:
    """Return the hash of a text, nothing for none."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:DIGITS] if text else ""


def ids_hash(ids: Sequence[int]) -> str:
    """Return the hash of a prompt's token ids."""
    return text_hash(" ".join(map(str, ids)))


def _state(file: Path) -> tuple[int, int]:
    about = file.stat()
    return about.st_size, about.st_mtime_ns


def _hash(files: Iterable[Path]) -> Story[str]:
    files = list(files)
    total, done, digest = sum(file.stat().st_size for file in files), 0, hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\0".encode())
        with file.open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
                done += len(piece)
                yield Progress(done, total, "Taking its fingerprint")
    return digest.hexdigest()[:DIGITS]


def _memory(paths: Paths) -> dict[str, object]:
    try:
        known = json.loads(paths.fingerprints.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
