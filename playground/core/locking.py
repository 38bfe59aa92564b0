"""Locks on files: the system releases them when their process ends, however it ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def lock(file: IO[bytes], wait: bool = False) -> None:
        """Lock an open file for this process; raise OSError when another one holds it (for long, with `wait`)."""
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def lock(file: IO[bytes], wait: bool = False) -> None:
        """Lock an open file for this process; raise OSError when another one holds it (unless told to wait)."""
        fcntl.flock(file.fileno(), fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no other process is in here with the same path."""
    with path.open("ab") as file:
        lock(file, wait=True)
        yield
