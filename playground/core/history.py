"""The history: every prompt and answer ever run, from the window or the command line, found and annotated.

What changes something is written with the next `commit` of the store; a `Writer` does that after each piece of work.
"""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from playground.core.annotations import annotate, delete, forget, joined, purge, restore, split
from playground.core.asked import object_of
from playground.core.errors import UserError
from playground.core.events import Token
from playground.core.facts import RunInfo
from playground.core.plain import from_plain
from playground.core.search_words import query
from playground.core.store import Store
from playground.core.token_rows import clean

__all__ = [
    "Entry",
    "Facets",
    "Filter",
    "Page",
    "Record",
    "annotate",
    "delete",
    "facets",
    "forget",
    "ids",
    "purge",
    "record",
    "records",
    "restore",
    "search",
]


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

_SHORT = """
    r.id, r.started, r.seconds, r.kind, r.model, r.state, r.stop_reason, r.code, r.prompt_tokens, r.new_tokens,
    substr(r.prompt, 1, 800) AS prompt, substr(r.text, 1, 800) AS text, coalesce(a.starred, 0) AS starred,
    coalesce(a.tags, '') AS tags, coalesce(a.note, '') AS note"""
_FROM = "FROM runs r LEFT JOIN annotations a ON a.run_id = r.id"


def search(store: Store, wanted: Filter, limit: int = 200, offset: int = 0) -> Page:
    """Return a page of what is wanted, the newest first."""
    found = _found(wanted)
    (total,) = store.db.execute(f"SELECT count(*) {found.source}", found.values).fetchone()
    page = f"SELECT {found.number} AS n {found.source} ORDER BY {found.number} DESC LIMIT ? OFFSET ?"
    rows = store.db.execute(
        f"SELECT {_SHORT} FROM ({page})"
        " JOIN runs r ON r.number = n LEFT JOIN annotations a ON a.run_id = r.id ORDER BY n DESC",
        (*found.values, limit, offset),
    )
    return Page(tuple(_entry(row) for row in rows), total)


def ids(store: Store, wanted: Filter) -> tuple[str, ...]:
    """Return all that is wanted, the newest first: to export or delete what a filter shows."""
    found = _found(wanted)
    rows = store.db.execute(
        f"SELECT id FROM (SELECT {found.number} AS n {found.source}) JOIN listing ON number = n ORDER BY n DESC",
        found.values,
    )
    return tuple(row["id"] for row in rows)


def facets(store: Store) -> Facets:
    """Return the models, tags and error codes that occur, in alphabetical order."""

    def values(column: str) -> set[str]:
        rows = store.db.execute(f"SELECT DISTINCT {column} FROM listing WHERE +hidden = 0 AND {column} != ''")
        return {row[0] for row in rows}

    tags = {tag for joined in values("tags") for tag in split(joined)}
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


@dataclass(frozen=True)
class _Found:
    """The part of a query that finds what is wanted, from FROM on: `number` is the run's."""

    number: str
    source: str
    values: tuple[Any, ...]


def _found(wanted: Filter) -> _Found:
    """Find in the index of words, in the listing, or in both: then the index leads, which yields them in order."""
    words, facts = query(wanted.words), _facts(wanted)
    conditions = "".join(f" AND {condition}" for condition in facts)
    values = tuple(facts.values())
    if words and not facts:
        seen = "w.rowid NOT IN (SELECT number FROM listing WHERE hidden = 1)"
        return _Found("w.rowid", f"FROM words w WHERE words MATCH ? AND {seen}", (words,))
    if words:
        both = "FROM words w CROSS JOIN listing l ON l.number = w.rowid WHERE words MATCH ? AND l.hidden = 0"
        return _Found("l.number", both + conditions, (words, *values))
    # With a plus sign the index of `hidden` is left alone: it would find nearly all rows, one by one.
    hidden = "+l.hidden" if facts else "l.hidden"
    return _Found("l.number", f"FROM listing l WHERE {hidden} = 0{conditions}", values)


def _facts(wanted: Filter) -> dict[str, Any]:
    """Return the conditions on a row of the listing, each with its value."""
    every = {
        "l.model = ?": clean(wanted.model),
        "l.state = ?": clean(wanted.state),
        "l.code = ?": clean(wanted.code),
        "instr(l.tags, ?)": wanted.tag and joined((wanted.tag,)),
        "l.starred = ?": wanted.starred,
        "l.started >= ?": wanted.since,
        "l.started < ?": wanted.until,
    }
    return {condition: value for condition, value in every.items() if value}


def _entry(row: sqlite3.Row) -> Entry:
    fields = {field.name: row[field.name] for field in dataclasses.fields(Entry)}
    own = {
        "prompt": _line(row["prompt"]),
        "text": _line(row["text"]),
        "starred": bool(row["starred"]),
        "tags": split(row["tags"]),
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
