"""Working folders that vanish: at the end, when stopped, or, after a crash, at the next start."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

PURPOSES = ("fetching", "converting", "replaced")
"""What folders of this kind are made for in the models folder."""


@contextmanager
def fresh_folder(parent: Path, purpose: str) -> Iterator[Path]:
    """Make a hidden folder inside `parent` to build something in; what was not moved away is removed."""
    sweep(parent, purpose)
    folder = Path(tempfile.mkdtemp(prefix=f".{purpose}-{os.getpid()}-", dir=parent))
    os.chmod(folder, 0o755)  # it may be renamed to something that stays
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(folder: Path, target: Path) -> None:
    """Rename a finished folder to `target`; an older one there leaves whole, so that half of it is never seen."""
    if not target.exists():
        os.replace(folder, target)
        return
    with fresh_folder(target.parent, "replaced") as aside:
        os.replace(target, aside / "old")
        os.replace(folder, target)


def sweep(parent: Path, *purposes: str) -> None:
    """Remove what processes that are gone left behind."""
    for folder in parent.glob(".*-*"):
        match = re.match(r"\.([a-z]+)-(\d+)-", folder.name)
        if match and match[1] in purposes and not psutil.pid_exists(int(match[2])):
            shutil.rmtree(folder, ignore_errors=True)
