"""Records for other eyes: JSONL and CSV for programs, Markdown and HTML for people, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from playground.core.history import Record


def to_jsonl(records: Iterable[Record]) -> Iterator[str]:
    """Yield one line of JSON for each record: its job, what it depended on, its result and tokens."""
    raise NotImplementedError


def to_csv(records: Iterable[Record]) -> Iterator[str]:
    """Yield a table for spreadsheets; no cell of it is taken for a formula."""
    raise NotImplementedError


def to_markdown(records: Iterable[Record]) -> Iterator[str]:
    """Yield prompt and answer of each record, its settings at the foot."""
    raise NotImplementedError


def to_html(records: Iterable[Record]) -> Iterator[str]:
    """Yield one page that needs no other file, readable in light and dark."""
    raise NotImplementedError


FORMATS: dict[str, Callable[[Iterable[Record]], Iterator[str]]] = {
    ".jsonl": to_jsonl,
    ".csv": to_csv,
    ".md": to_markdown,
    ".html": to_html,
}
"""The forms by the ending of the file's name."""


def save(records: Iterable[Record], file: Path) -> int:
    """Write records in the form the file's ending names and return how many; the file appears when it is whole.

    Raise E-EXPORT for another ending and OSError when it cannot be written.
    """
    raise NotImplementedError
