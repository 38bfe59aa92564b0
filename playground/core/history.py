"""The history: every prompt and answer ever run, from the window or the command line, found and annotated.

What changes something is written with the next `commit` of the store; a `Writer` does that after each piece of work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground.core.events import Token
from playground.core.facts import RunInfo
from playground.core.store import Store


@dataclass(frozen=True)
class Filter:
    """Which records are wanted; an empty field wants all.

    Each of `words` must occur in prompt, answer, note or tags, its beginning suffices; "quoted words" must stand
    together. Nothing that is typed is an error.
    """

    words: str = ""
    model: str = ""  # the model's name
    state: str = ""  # "done", "stopped", "interrupted", "failed" or "running"
    code: str = ""  # an error code
    tag: str = ""
    starred: bool = False
    since: float = 0.0  # seconds since 1970
    until: float = 0.0  # 0: no end


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


def search(store: Store, wanted: Filter, limit: int = 200, offset: int = 0) -> Page:
    """Return a page of what is wanted, the newest first."""
    raise NotImplementedError


def ids(store: Store, wanted: Filter) -> tuple[str, ...]:
    """Return all that is wanted, the newest first: to export or delete what a filter shows."""
    raise NotImplementedError


def facets(store: Store) -> Facets:
    """Return the models, tags and error codes that occur, in alphabetical order."""
    raise NotImplementedError


def record(store: Store, id: str) -> Record | None:
    """Return everything about one run, or None when there is none (any more)."""
    raise NotImplementedError


def annotate(
    store: Store,
    id: str,
    *,
    note: str | None = None,
    tags: tuple[str, ...] | None = None,
    starred: bool | None = None,
) -> None:
    """Change what is given; what is None stays."""
    raise NotImplementedError


def delete(store: Store, ids: Sequence[str]) -> tuple[str, ...]:
    """Hide records and return those that were there: `restore` brings them back until a start a day later."""
    raise NotImplementedError


def restore(store: Store, ids: Sequence[str]) -> None:
    """Undo `delete`."""
    raise NotImplementedError
