"""A record in memory, for as long as the file cannot be written: locked, read-only, on a full disk."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from playground.core.opening import is_locked
from playground.core.store import Store

_WAYS = ("mode=ro", "mode=ro&immutable=1")  # the second needs nothing beside the record: the disk may be read-only
_REFUSALS = (
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
)


def is_refused(error: BaseException) -> bool:
    """Say whether the file, not the work, is the reason why something was not written."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return is_locked(error) or (isinstance(error, sqlite3.OperationalError) and code in _REFUSALS)


def open_apart(path: Path) -> Store:
    """Return a record in memory that holds what the file holds, as far as it can be read."""
    for way in _WAYS:
        store = Store(Path(":memory:"))
        try:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{way}", uri=True, timeout=1.0)) as source:
                store.take_over(source)
            return store
        except sqlite3.Error as error:
            store.close()
            if is_locked(error):  # somebody is writing: what is read past the lock may be half of something
                break
    return Store(Path(":memory:"))
