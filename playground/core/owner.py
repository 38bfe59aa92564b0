"""Which processes still live: each holds a lock on a file of its own, which the system releases with it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import IO

from playground.core.locking import lock
from playground.core.store import Store


class Owner:
    """A living process's claim on what it runs."""

    def __init__(self, folder: Path) -> None:
        self.name = uuid.uuid4().hex
        self._file: IO[bytes] = (folder / self.name).open("wb")
        lock(self._file)

    def close(self) -> None:
        path = Path(self._file.name)
        self._file.close()
        path.unlink(missing_ok=True)


def is_alive(folder: Path, name: str) -> bool:
    """Say whether the process that took this name still holds its lock."""
    path = folder / Path(name).name
    try:
        with path.open("r+b") as file:
            lock(file)
    except FileNotFoundError:
        return False
    except OSError:  # somebody holds it
        return True
    path.unlink(missing_ok=True)
    return False


def interrupt_the_dead(store: Store, folder: Path) -> int:
    """Mark what processes that are gone were running as interrupted; return how many runs."""
    gone = [name for name in store.running_owners() if not is_alive(folder, name)]
    count = sum(store.interrupt(name) for name in gone)
    store.commit()
    return count
