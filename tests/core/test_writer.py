"""The thread that writes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.core import writer as writer_module
from playground.core.conversation import Conversation
from playground.core.store import Headline, Store
from playground.core.writer import Writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.sqlite"


class Errors(list[BaseException]):
    """Collects errors; `told` is set with the first."""

    def __init__(self) -> None:
        super().__init__()
        self.told = threading.Event()

    def __call__(self, error: BaseException) -> None:
        self.append(error)
        self.told.set()


@pytest.fixture
def errors() -> Errors:
    return Errors()


@pytest.fixture
def writer(path: Path, errors: Errors) -> Iterator[Writer]:
    writer = Writer(path, errors)
    yield writer
    writer.close()


def save(id: str) -> writer_module.Work:
    return lambda store: store.save_conversation(Conversation(id, id, draft="x"))


def titles(path: Path) -> list[str]:
    store = Store(path)
    found = sorted(headline.title for headline in store.headlines())
    store.close()
    return found


def test_work_is_done_in_order_and_what_was_flushed_is_seen_by_others(writer: Writer, path: Path) -> None:
    order: list[str] = []
    for name in "abc":
        writer.put(save(name), lambda _, name=name: order.append(name))
    assert writer.flush()
    assert order == ["a", "b", "c"]
    assert titles(path) == ["a", "b", "c"]


def test_the_result_is_handed_over(writer: Writer) -> None:
    found: list[object] = []
    writer.put(save("a"))
    writer.put(lambda store: store.conversation("a"), found.append)
    writer.flush()
    assert [talk.title for talk in found if isinstance(talk, Conversation)] == ["a"]


def test_between_two_pieces_the_file_is_free_for_others(writer: Writer, path: Path) -> None:
    """A writer that kept its transaction open would make the others wait, and lose what they write."""
    other = sqlite3.connect(path, timeout=0.0)
    writer.put(save("a"))
    writer.flush()
    other.execute("BEGIN IMMEDIATE")
    other.rollback()
    other.close()


def test_a_piece_that_fails_is_undone_and_the_next_ones_are_written(writer: Writer, errors: Errors, path: Path) -> None:
    def half(store: Store) -> None:
        save("half")(store)
        raise ZeroDivisionError

    def no_answer(_: object) -> None:
        raise TypeError

    writer.put(half)
    writer.put(save("b"), no_answer)
    writer.put(save("c"))
    assert writer.flush()
    assert titles(path) == ["b", "c"]
    assert [type(error) for error in errors] == [ZeroDivisionError, TypeError]


def test_close_writes_what_is_queued(path: Path) -> None:
    writer = Writer(path)
    for name in "abcdef":
        writer.put(save(name))
    writer.close()
    assert titles(path) == list("abcdef")


def test_a_locked_record_is_tried_again(writer: Writer, errors: Errors, path: Path) -> None:
    tries: list[int] = []

    def locked_twice(store: Store) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise sqlite3.OperationalError("database is locked")
        save("late")(store)

    writer.put(locked_twice)
    assert writer.flush()
    assert titles(path) == ["late"]
    assert not errors


def impatient(store: Store) -> None:
    store._db.execute("PRAGMA busy_timeout = 1").fetchall()


def title_of(headlines: list[Headline]) -> list[str]:
    return sorted(headline.title for headline in headlines)


def test_while_the_record_is_locked_all_goes_on_in_memory_and_is_written_afterwards(
    path: Path, errors: Errors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "RETRY_SECONDS", 60.0)
    back, found = threading.Event(), list[Headline]()
    writer = Writer(path, errors, back.set)
    writer.put(save("before"))
    writer.put(impatient)
    assert writer.flush()
    other = sqlite3.connect(path)
    other.execute("BEGIN IMMEDIATE")
    writer.put(save("meanwhile"))
    writer.put(save("too"))
    writer.put(lambda store: store.headlines(), found.extend)
    assert not writer.flush()
    assert title_of(found) == ["before", "meanwhile", "too"]
    assert [getattr(error, "code", "") for error in errors] == ["E-STORE"]
    assert "locked" in str(errors[0])
    assert "memory" in errors[0].hint  # type: ignore[attr-defined]
    other.rollback()
    other.close()
    writer.close()
    assert back.is_set()
    assert titles(path) == ["before", "meanwhile", "too"]


def test_while_the_record_cannot_be_opened_all_goes_on_in_memory_and_nothing_is_lost(
    path: Path, errors: Errors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "RETRY_SECONDS", 0.01)
    path.mkdir()  # a folder stands in its place
    back = threading.Event()
    writer = Writer(path, errors, back.set)
    done = threading.Event()
    writer.put(save("kept"), lambda _: done.set())
    assert done.wait(10)
    assert not writer.flush()
    path.rmdir()
    assert back.wait(10)
    assert writer.flush()
    assert len(errors) == 1
    assert titles(path) == ["kept"]
    writer.close()


@pytest.mark.parametrize("reason", ["database or disk is full", "disk I/O error"])
def test_a_file_that_refuses_costs_nothing_either(path: Path, errors: Errors, reason: str) -> None:
    full = [True]

    def work(store: Store) -> None:
        if store.path == path and full.pop():
            error = sqlite3.OperationalError(reason)
            error.sqlite_errorcode = sqlite3.SQLITE_FULL if "full" in reason else sqlite3.SQLITE_IOERR_WRITE
            full.append(False)
            raise error
        save("kept")(store)

    writer = Writer(path, errors)
    writer.put(work)
    writer.flush()
    writer.close()
    assert reason in str(errors[0])
    assert titles(path) == ["kept"]


def test_closing_does_not_wait_for_a_record_that_never_opens(path: Path, errors: Errors) -> None:
    path.mkdir()
    writer = Writer(path, errors)
    assert errors.told.wait(10)
    writer.close()
    assert not writer._thread.is_alive()


def test_a_record_damaged_while_in_use_is_set_aside_and_said(writer: Writer, errors: Errors, path: Path) -> None:
    writer.put(lambda store: [save(f"talk {i} {'x' * 300}")(store) for i in range(200)])
    writer.put(lambda store: store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    writer.flush()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))
    writer.put(lambda store: store._db.execute("PRAGMA shrink_memory").fetchall())  # read from the file again
    for _ in range(3):
        writer.put(lambda store: store.headlines("x"))
    writer.put(save("after"))
    assert writer.flush()
    assert titles(path) == ["after"]
    assert "damaged" in str(errors[0])
    assert len(list(path.parent.glob("record.sqlite.corrupt-*"))) == 1
