"""Working folders that vanish: at the end, when stopped, or, after a crash, at the next try."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil


@contextmanager
def fresh_folder(parent: Path, purpose: str) -> Iterator[Path]:
    """Make a hidden folder inside `parent` to build something in; what was not moved away is removed."""
    _sweep(parent, purpose)
    folder = Path(tempfile.mkdtemp(prefix=f".{purpose}-{os.getpid()}-", dir=parent))
    os.chmod(folder, 0o755)  # it may be renamed to something that stays
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: Path, purpose: str) -> None:
    """Remove what processes that are gone left behind."""
    for folder in parent.glob(f".{purpose}-*"):
        match = re.match(rf"\.{purpose}-(\d+)-", folder.name)
        if match and not psutil.pid_exists(int(match[1])):
            shutil.rmtree(folder, ignore_errors=True)
