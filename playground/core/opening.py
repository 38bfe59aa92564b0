"""Opening the record's file, and what happens when it is not as it should be."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from playground.core.errors import UserError
from playground.core.locking import alone
from playground.core.schema import SCHEMA, build


def is_locked(error: BaseException) -> bool:
    """Say whether another process was writing for too long."""
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


def is_damage(error: BaseException) -> bool:
    """Say whether the file is no sound database."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return isinstance(error, sqlite3.DatabaseError) and code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def open_record(path: Path, suspicious: bool = False) -> tuple[sqlite3.Connection, str]:
    """Open the file and return a connection, with what was done to a damaged one, if anything.

    A damaged file is set aside and a new one begun; with `suspicious` the whole file is checked. One from a newer
    program, and one that cannot be opened, raise E-STORE.
    """
    try:
        return _connect(path, suspicious), ""
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise _in_words(error) from error
    # Another process may find the same damage now: the second must not set the first one's fresh file aside.
    with alone(path.with_name(f"{path.name}.lock")):
        try:
            return _connect(path, suspicious), ""
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise _in_words(error) from error
        kept = _set_aside(path)
        return _connect(path), f"The record was damaged. It was kept as {kept}; a new one has begun."


def _in_words(error: sqlite3.DatabaseError) -> UserError:
    if is_locked(error):
        return UserError("The record is in use by another program.", "Close that program.", "E-STORE")
    return UserError(f"The record cannot be opened: {error}.", "Check the folder.", "E-STORE")


def _connect(path: Path, suspicious: bool = False) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=5.0, check_same_thread=False)
    try:
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        if suspicious and (verdict := db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            damage = sqlite3.DatabaseError(verdict)
            damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise damage
        if _version(db) != SCHEMA:
            _build(db)
    except BaseException:
        db.close()
        raise
    return db


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA:
        raise UserError("The record was written by a newer version.", "Update the playground.", "E-STORE")
    return version


def _build(db: sqlite3.Connection) -> None:
    """Make the tables or bring them up to date, wholly or not at all, unless another process was faster."""
    db.execute("BEGIN IMMEDIATE")
    version = _version(db)
    if version != SCHEMA:
        build(db, version)
    db.commit()


def _set_aside(path: Path) -> str:
    """Keep a file that is no database under another name, which is returned."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for suffix in ("", "-wal", "-shm"):
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.rename(path.with_name(f"{path.name}{suffix}.corrupt-{stamp}"))
    return f"{path.name}.corrupt-{stamp}"
