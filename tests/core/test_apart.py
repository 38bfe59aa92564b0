"""The record in memory that stands in for a file that cannot be written."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from playground.core.apart import is_refused, open_apart
from playground.core.conversation import Conversation
from playground.core.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a folder" / "record #1.sqlite"
    path.parent.mkdir()
    store = Store(path)
    save(store, "before")
    store.close()
    return path


def save(store: Store, id: str) -> None:
    store.save_conversation(Conversation(id, id, draft="x"))
    store.commit()


def titles(store: Store) -> list[str]:
    return sorted(headline.title for headline in store.headlines())


def test_it_holds_what_the_file_holds_and_leaves_the_file_alone(path: Path) -> None:
    apart = open_apart(path)
    assert titles(apart) == ["before"]
    save(apart, "after")
    assert titles(apart) == ["after", "before"]
    assert titles(Store(path)) == ["before"]


def test_what_was_not_yet_moved_into_the_file_is_there_too(path: Path) -> None:
    store = Store(path)
    save(store, "in the log")
    assert titles(open_apart(path)) == ["before", "in the log"]
    store.close()


@pytest.mark.parametrize("content", [None, b"", b"no database" * 1000])
def test_without_a_readable_file_it_is_empty(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "record.sqlite"
    if content is not None:
        path.write_bytes(content)
    apart = open_apart(path)
    save(apart, "new")
    assert titles(apart) == ["new"]
    assert path.exists() == (content is not None)
    assert content is None or path.read_bytes() == content


def test_a_file_of_another_form_is_not_taken_over(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    assert titles(open_apart(path)) == []


def test_under_a_lock_that_forbids_reading_it_is_empty(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = DELETE")
    db.execute("BEGIN EXCLUSIVE")
    assert titles(open_apart(path)) == []
    db.close()


def test_what_the_file_refuses_is_told_from_mistakes_in_the_work(path: Path) -> None:
    db = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as refused:
        db.execute("DELETE FROM runs")
    with pytest.raises(sqlite3.OperationalError) as wrong:
        db.execute("DELETE FROM nothing")
    db.close()
    assert is_refused(refused.value)
    assert not is_refused(wrong.value)
    assert not is_refused(ValueError("database is locked"))
