"""The history: every prompt and answer ever run, from the window or the command line, found and annotated.

What changes something is written with the next `commit` of the store; a `Writer` does that after each piece of work.
"""

from __future__ import annotations

import dataclasses
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from playground.core.asked import object_of
from playground.core.errors import UserError
from playground.core.events import Token
from playground.core.facts import RunInfo
from playground.core.listing import list_facts, list_run
from playground.core.plain import from_plain
from playground.core.search_words import query
from playground.core.store import Store
from playground.core.token_rows import clean


@dataclass(frozen=True)
class Filter:
    """Which records are wanted; an empty field wants all.

    Each of `words` must occur in prompt, answer, note or tags, its beginning suffices; "quoted words" must stand
    together. Nothing that is typed is an error, and what holds no letter or picture character wants all.
    """

    words: str = ""
    model: str = ""  # the model's name
    state: str = ""  # "done", "stopped", "interrupted", "failed" or "running"
    code: str = ""  # an error code
    tag: str = ""
    starred: bool = False
    since: float = 0.0  # begun at this time or later, in seconds since 1970
    until: float = 0.0  # begun before it; 0: no end


@dataclass(frozen=True)
class Entry:
    """A record as the list shows it. `prompt` and `text` hold their first 200 characters, on one line."""

    id: str
    started: float
    seconds: float
    kind: str
    model: str
    prompt: str
    text: str
    state: str
    stop_reason: str
    code: str
    prompt_tokens: int
    new_tokens: int
    starred: bool
    tags: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Page:
    """Some of the records that were found, and how many there are."""

    entries: tuple[Entry, ...]
    total: int


@dataclass(frozen=True)
class Facets:
    """What can be chosen in the filters."""

    models: tuple[str, ...]
    tags: tuple[str, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """Everything about one run."""

    entry: Entry
    job: dict[str, Any]  # its JSON form, as `playground run` takes it
    info: RunInfo | None  # None when it ended before that was settled
    result: dict[str, Any]
    prompt: str
    text: str
    error: str
    tokens: tuple[Token, ...]
    conversation: str  # the ids of the chat and the turn it belongs to, or nothing
    turn: str


HEAD = 200  # characters of prompt and text in an entry
KEPT_SECONDS = 24 * 3600.0  # how long a deleted record can be restored

_SHORT = """
    r.id, r.started, r.seconds, r.kind, r.model, r.state, r.stop_reason, r.code, r.prompt_tokens, r.new_tokens,
    substr(r.prompt, 1, 800) AS prompt, substr(r.text, 1, 800) AS text, coalesce(a.starred, 0) AS starred,
    coalesce(a.tags, '') AS tags, coalesce(a.note, '') AS note"""
_FROM = "FROM runs r LEFT JOIN annotations a ON a.run_id = r.id"


def search(store: Store, wanted: Filter, limit: int = 200, offset: int = 0) -> Page:
    """Return a page of what is wanted, the newest first."""
    found, values = _found(wanted)
    (total,) = store.db.execute(f"SELECT count(*) {found}", values).fetchone()
    rows = store.db.execute(
        f"SELECT {_SHORT} FROM (SELECT l.number {found} ORDER BY l.number DESC LIMIT ? OFFSET ?) page"
        " JOIN runs r ON r.number = page.number LEFT JOIN annotations a ON a.run_id = r.id ORDER BY r.number DESC",
        (*values, limit, offset),
    )
    return Page(tuple(_entry(row) for row in rows), total)


def ids(store: Store, wanted: Filter) -> tuple[str, ...]:
    """Return all that is wanted, the newest first: to export or delete what a filter shows."""
    found, values = _found(wanted)
    return tuple(row["id"] for row in store.db.execute(f"SELECT l.id {found} ORDER BY l.number DESC", values))


def facets(store: Store) -> Facets:
    """Return the models, tags and error codes that occur, in alphabetical order."""

    def values(column: str) -> set[str]:
        rows = store.db.execute(f"SELECT DISTINCT {column} FROM listing WHERE hidden = 0 AND {column} != ''")
        return {row[0] for row in rows}

    tags = {tag for joined in values("tags") for tag in _split(joined)}
    models, codes = values("model"), values("code")
    return Facets(*(tuple(sorted(names, key=str.casefold)) for names in (models, tags, codes)))


def record(store: Store, id: str) -> Record | None:
    """Return everything about one run, or None when there is none (any more)."""
    row = store.db.execute(
        f"SELECT {_SHORT}, r.job, r.info, r.result, r.error, r.prompt AS asked, r.text AS answer {_FROM}"
        " WHERE r.id = ? AND coalesce(a.hidden, 0) = 0",
        (id,),
    ).fetchone()
    if row is None:
        return None
    conversation, turn = _place(store, id)
    return Record(
        entry=_entry(row),
        job=object_of(row["job"]),
        info=_info(object_of(row["info"])),
        result=object_of(row["result"]),
        prompt=row["asked"],
        text=row["answer"],
        error=row["error"],
        tokens=tuple(store.tokens(id)),
        conversation=conversation,
        turn=turn,
    )


def records(store: Store, ids: Iterable[str]) -> Iterator[Record]:
    """Yield everything about these runs, one after another; those that are gone are left out."""
    return filter(None, (record(store, id) for id in ids))


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
    joined = None if tags is None else _join(tags)
    store.db.execute("INSERT OR IGNORE INTO annotations (run_id) VALUES (?)", (id,))
    store.db.execute(
        "UPDATE annotations SET note = coalesce(?, note), tags = coalesce(?, tags), starred = coalesce(?, starred)"
        " WHERE run_id = ?",
        (None if note is None else clean(note), joined, starred, id),
    )
    if note is None and tags is None:
        list_facts(store.db, id)
    else:
        list_run(store.db, id)


def delete(store: Store, ids: Sequence[str]) -> tuple[str, ...]:
    """Hide records and return those that were there: `restore` brings them back until a start a day later."""
    there = tuple(id for id in ids if store.run(id) is not None)
    _hide(store, there, time.time())
    return there


def restore(store: Store, ids: Sequence[str]) -> None:
    """Undo `delete`; what was purged meanwhile stays away."""
    _hide(store, [id for id in ids if store.run(id) is not None], 0.0)


def purge(store: Store, older: float = KEPT_SECONDS) -> int:
    """Remove for good what was deleted `older` seconds ago or more; return how many records.

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
    return len(rows)


def _hide(store: Store, ids: Sequence[str], since: float) -> None:
    store.db.executemany(
        "INSERT INTO annotations (run_id, hidden) VALUES (?, ?) ON CONFLICT (run_id) DO UPDATE SET"
        " hidden = excluded.hidden",
        [(id, since) for id in ids],
    )
    for id in ids:
        list_facts(store.db, id)


def _found(wanted: Filter) -> tuple[str, list[Any]]:
    """Return the part of a query that finds what is wanted, from FROM on, and its values."""
    conditions: list[str] = ["l.hidden = 0"]
    values: list[Any] = []
    tables = "listing l"
    if words := query(wanted.words):
        tables = (
            "words w CROSS JOIN listing l ON l.number = w.rowid"  # in this order: the index yields the newest first
        )
        conditions.append("words MATCH ?")
        values.append(words)
    for condition, value in (
        ("l.model = ?", clean(wanted.model)),
        ("l.state = ?", clean(wanted.state)),
        ("l.code = ?", clean(wanted.code)),
        ("instr(l.tags, ?)", wanted.tag and _join((wanted.tag,))),
        ("l.starred = ?", wanted.starred),
        ("l.started >= ?", wanted.since),
        ("l.started < ?", wanted.until),
    ):
        if value:
            conditions.append(condition)
            values.append(value)
    return f"FROM {tables} WHERE {' AND '.join(conditions)}", values


def _entry(row: sqlite3.Row) -> Entry:
    fields = {field.name: row[field.name] for field in dataclasses.fields(Entry)}
    own = {
        "prompt": _line(row["prompt"]),
        "text": _line(row["text"]),
        "starred": bool(row["starred"]),
        "tags": _split(row["tags"]),
    }
    return Entry(**{**fields, **own})


def _line(text: str) -> str:
    return " ".join(text.split())[:HEAD]


def _info(data: dict[str, Any]) -> RunInfo | None:
    """Return what was settled. What another version wrote is taken as far as it is known here."""
    known = {field.name for field in dataclasses.fields(RunInfo)}
    try:
        info: RunInfo = from_plain(RunInfo, {key: value for key, value in data.items() if key in known})
    except UserError:
        return None
    return info


def _place(store: Store, run_id: str) -> tuple[str, str]:
    """Return the chat and the turn that show a run, or nothing."""
    row = store.db.execute(
        "SELECT t.conversation, t.id FROM turns t JOIN conversations c ON c.id = t.conversation"
        " WHERE t.run_id = ? AND t.run_id != '' AND NOT t.deleted AND c.trashed = 0 ORDER BY t.rowid LIMIT 1",
        (run_id,),
    ).fetchone()
    return (row["conversation"], row["id"]) if row else ("", "")


def _join(tags: Sequence[str]) -> str:
    """Return tags as they are stored: each between line ends, once."""
    names = dict.fromkeys(filter(None, (" ".join(clean(tag).split()) for tag in tags)))
    return "".join(f"\n{name}" for name in names) + "\n" if names else ""


def _split(tags: str) -> tuple[str, ...]:
    return tuple(tags.strip("\n").split("\n")) if tags else ()
