"""Where a side works: fresh folders, so that neither the user's record nor their settings play a part."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playground.core.catalogue import starter_folder
from playground.core.paths import Paths


@contextmanager
def fresh_home() -> Iterator[Paths]:
    """Give empty folders that know what was measured on this machine before; they are removed at the end."""
    known = Paths.standard().machine
    with tempfile.TemporaryDirectory(prefix="playground-bench-", ignore_cleanup_errors=True) as folder:
        paths = Paths(Path(folder))
        if known.exists():
            shutil.copy(known, paths.machine)
        yield paths


def starter() -> str:
    """Return the folder of the starter, ready to load, among the user's own models."""
    return str(starter_folder(Paths.standard()))


def environment(home: Path) -> dict[str, str]:
    """Return this process's environment with the application's folders in `home` and no screen."""
    return {**os.environ, "PLAYGROUND_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
