"""What the user writes on a run: a note, tags, a star, and that it is to be forgotten."""

from __future__ import annotations

import time
from collections.abc import Sequence

from playground.core.listing import list_facts, list_run
from playground.core.paths import Paths
from playground.core.store import Store
from playground.core.token_rows import clean

KEPT_SECONDS = 24 * 3600.0  # how long a deleted record can be restored


def annotate(
    store: Store,
    id: str,
    *,
    note: str | None = None,
    tags: tuple[str, ...] | None = None,
    starred: bool | None = None,
) -> None:
    """Change what is given; what is None stays."""
    if store.run(id) is None:
        return
    names = None if tags is None else joined(tags)
    store.db.execute("INSERT OR IGNORE INTO annotations (run_id) VALUES (?)", (id,))
    store.db.execute(
        "UPDATE annotations SET note = coalesce(?, note), tags = coalesce(?, tags), starred = coalesce(?, starred)"
        " WHERE run_id = ?",
        (None if note is None else clean(note), names, starred, id),
    )
    if note is None and tags is None:
        list_facts(store.db, id)
    else:
        list_run(store.db, id)


def delete(store: Store, ids: Sequence[str]) -> tuple[str, ...]:
    """Hide records and return those that were there: `restore` brings them back until a start a day later."""
    there = tuple(id for id in ids if _is_there(store, id))
    _hide(store, there, time.time())
    return there


def restore(store: Store, ids: Sequence[str]) -> None:
    """Undo `delete`; what was purged meanwhile stays away."""
    _hide(store, [id for id in ids if _is_there(store, id)], 0.0)


def purge(store: Store, older: float = KEPT_SECONDS) -> tuple[str, ...]:
    """Remove for good what was deleted `older` seconds ago or more; return the records' ids.

    One whose words a chat has not taken over yet stays, and so does one that is still running.
    """
    rows = store.db.execute(
        "SELECT r.id, r.number FROM annotations a JOIN runs r ON r.id = a.run_id"
        " WHERE a.hidden > 0 AND a.hidden <= ? AND r.state != 'running'"
        " AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.run_id = r.id AND t.run_id != '' AND t.state = 'writing')",
        (time.time() - older,),
    ).fetchall()
    for table, key, column in (
        ("words", "rowid", "number"),
        ("listing", "number", "number"),
        ("tokens", "run_id", "id"),
        ("annotations", "run_id", "id"),
        ("runs", "id", "id"),
    ):
        store.db.executemany(f"DELETE FROM {table} WHERE {key} = ?", [(row[column],) for row in rows])
    return tuple(row["id"] for row in rows)


def forget(store: Store, paths: Paths) -> None:
    """Remove for good what was deleted a day ago or more, with the rows that were kept of it."""
    for id in purge(store):
        paths.rows_of(id).unlink(missing_ok=True)


def _is_there(store: Store, id: str) -> bool:
    return store.db.execute("SELECT 1 FROM runs WHERE id = ?", (id,)).fetchone() is not None


def _hide(store: Store, ids: Sequence[str], since: float) -> None:
    store.db.executemany(
        "INSERT INTO annotations (run_id, hidden) VALUES (?, ?) ON CONFLICT (run_id) DO UPDATE SET"
        " hidden = excluded.hidden",
        [(id, since) for id in ids],
    )
    store.db.executemany(
        "UPDATE listing SET hidden = ? WHERE number = (SELECT number FROM runs WHERE id = ?)",
        [(since > 0, id) for id in ids],
    )


def joined(tags: Sequence[str]) -> str:
    """Return tags as they are stored: each between line ends, once."""
    names = dict.fromkeys(filter(None, (" ".join(clean(tag).split()) for tag in tags)))
    return "".join(f"\n{name}" for name in names) + "\n" if names else ""


def split(tags: str) -> tuple[str, ...]:
    """Undo `joined`."""
    return tuple(tags.strip("\n").split("\n")) if tags else ()
