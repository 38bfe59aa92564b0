"""A record that is locked, damaged, newer, read-only or cut off: the window goes on, says so, and no word is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from playground.core import opening
from playground.core import writer as writer_module
from playground.core.events import Done
from playground.core.paths import Paths
from playground.core.store import Store
from tests.faults.house import House
from tests.faults.rooms import Room
from tests.faults.windows import STALL, Window, opened
from tests.gui.desktop import Desktop, running


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "RETRY_SECONDS", 0.2)


class Gate:
    """Decides how SQLite opens a file: the record may be read-only for a while."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.closed = False
        self._connect = sqlite3.connect
        patch.setattr(opening.sqlite3, "connect", self.connect)

    def connect(self, path: Any, **options: Any) -> sqlite3.Connection:
        db = self._connect(path, **options)
        if self.closed and str(path) != ":memory:":
            db.execute("PRAGMA query_only = ON")
        return db


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(monkeypatch)


@pytest.fixture
def path() -> Path:
    return Paths.standard().store


def titles(path: Path) -> list[str]:
    with closing(Store(path)) as store:
        return sorted(headline.title for headline in store.headlines())


def one_exchange(qtbot: QtBot) -> str:
    """Fill a record with one chat, and return its id."""
    with running(qtbot) as desktop:
        desktop.load()
        desktop.exchange("Before?", "Before.")
        return desktop.talk.id


def check_banner(desktop: Desktop, *words: str) -> None:
    banner = desktop.window.banner
    desktop.wait(banner.isVisible)
    text = banner.text()
    assert all(word in text for word in words), text
    assert "Traceback" not in text
    assert str(Path.home()) + "/" not in text


def chats_on(desktop: Desktop) -> None:
    """Check that a chat goes on as if nothing had happened."""
    desktop.load()
    desktop.run("chat.new")
    desktop.exchange("Meanwhile?", "Meanwhile.")
    first = desktop.talk.id
    desktop.run("chat.new")
    desktop.exchange("And this?", "This too.")
    desktop.run("chat.new")
    desktop.chat.list.open_requested.emit(first)  # read from what stands in for the record
    desktop.wait(lambda: desktop.talk.id == first)
    assert desktop.shown == ["Meanwhile?", "Meanwhile."]
    desktop.chat.act(desktop.last.id, "delete")
    desktop.run("app.undo")
    assert desktop.shown == ["Meanwhile?", "Meanwhile."]


def listed(desktop: Desktop) -> list[str]:
    model = desktop.chat.list.view.model()
    return sorted(str(model.index(row, 0).data()) for row in range(model.rowCount()))


# -- read-only ---------------------------------------------------------------------------------------------------------


def test_a_read_only_record_is_shown_and_said_and_the_chat_goes_on_and_is_saved_later(
    qtbot: QtBot, gate: Gate, path: Path
) -> None:
    one_exchange(qtbot)
    gate.closed = True
    with running(qtbot) as desktop:
        desktop.wait(lambda: desktop.talk.title == "Before?" and listed(desktop) == ["Before?"])
        chats_on(desktop)
        check_banner(desktop, "E-STORE", "readonly", "memory")
        desktop.wait(lambda: listed(desktop) == ["And this?", "Before?", "Meanwhile?"])
        assert titles(path) == ["Before?"]
        gate.closed = False
        desktop.wait(lambda: "Everything is saved" in desktop.window.banner.text())
        assert titles(path) == ["And this?", "Before?", "Meanwhile?"]
        desktop.exchange("After?", "After.")
        assert desktop.stored().path()[-1].text == "After."


def test_one_banner_for_all_that_is_not_saved(qtbot: QtBot, gate: Gate) -> None:
    one_exchange(qtbot)
    gate.closed = True
    with running(qtbot) as desktop:
        desktop.wait(lambda: desktop.talk.title == "Before?")
        told: list[object] = []
        desktop.records.failed.connect(told.append)
        chats_on(desktop)
        desktop.settle()
        assert len(told) + desktop.window.banner.isVisible() >= 1
        assert len(told) <= 1


def test_a_record_that_becomes_read_only_meanwhile(qtbot: QtBot, gate: Gate, path: Path) -> None:
    with running(qtbot) as desktop:
        desktop.load()
        desktop.exchange("Before?", "Before.")
        desktop.records.write(lambda store: store.db.execute("PRAGMA query_only = ON").fetchall())
        gate.closed = True
        chats_on(desktop)
        check_banner(desktop, "E-STORE", "memory")
        gate.closed = False
        desktop.wait(lambda: "Everything is saved" in desktop.window.banner.text())
    assert titles(path) == ["And this?", "Before?", "Meanwhile?"]


def test_a_window_that_closes_first_writes_all_if_it_can(qtbot: QtBot, gate: Gate, path: Path) -> None:
    one_exchange(qtbot)
    gate.closed = True
    with running(qtbot) as desktop:
        desktop.wait(lambda: desktop.talk.title == "Before?")
        desktop.load()
        desktop.run("chat.new")
        desktop.exchange("Meanwhile?", "Meanwhile.")
        check_banner(desktop, "E-STORE")
        gate.closed = False
    assert titles(path) == ["Before?", "Meanwhile?"]


def test_a_folder_that_takes_no_files(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    one_exchange(qtbot)
    connect = sqlite3.connect

    def refuse(where: Any, **options: Any) -> sqlite3.Connection:
        if str(where) == str(path):
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
            raise error
        return connect(where, **options)

    with monkeypatch.context() as patch:
        patch.setattr(opening.sqlite3, "connect", refuse)
        with running(qtbot) as desktop:
            desktop.wait(lambda: desktop.talk.title == "Before?" and listed(desktop) == ["Before?"])  # readable yet
            chats_on(desktop)
            check_banner(desktop, "E-STORE", "cannot be opened", "memory")
    assert titles(path) == ["Before?"]


def test_the_engines_record_goes_on_too(house: House, gate: Gate) -> None:
    gate.closed = True
    room = Room(house)
    try:
        assert isinstance(room.run(room.reply("kept")), Done)
        gate.closed = False
    finally:
        room.close()
    with closing(Store(house.paths.store)) as store:
        run = store.run("kept")
    assert run is not None
    assert run.state == "done"
    assert run.text


# -- locked ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def locked(path: Path) -> Iterator[sqlite3.Connection]:
    """Another program that writes for a long time."""
    db = sqlite3.connect(path, check_same_thread=False)
    yield db
    db.close()


def impatient(desktop: Desktop) -> None:
    """Wait for locks for a moment only."""
    desktop.records.write(lambda store: store.db.execute("PRAGMA busy_timeout = 20").fetchall())


def test_a_record_that_is_locked_for_a_moment_is_tried_again(
    qtbot: QtBot, path: Path, locked: sqlite3.Connection
) -> None:
    with running(qtbot) as desktop:
        desktop.load()
        desktop.settle()
        impatient(desktop)
        desktop.settle()
        locked.execute("BEGIN IMMEDIATE")
        desktop.send("Why?")
        locked.rollback()
        desktop.write("Because.")
        desktop.end("Because.")
        assert [turn.text for turn in desktop.stored().path()] == ["Why?", "Because."]
        assert not desktop.window.banner.isVisible()


def test_one_that_stays_locked_is_said_and_the_chat_goes_on_and_is_saved_later(
    qtbot: QtBot, path: Path, locked: sqlite3.Connection
) -> None:
    with running(qtbot) as desktop:
        desktop.load()
        desktop.exchange("Before?", "Before.")
        impatient(desktop)
        desktop.settle()
        locked.execute("BEGIN IMMEDIATE")
        chats_on(desktop)
        check_banner(desktop, "E-STORE", "locked", "memory")
        locked.rollback()
        desktop.wait(lambda: "Everything is saved" in desktop.window.banner.text())
        assert titles(path) == ["And this?", "Before?", "Meanwhile?"]


# -- damaged, newer, no file at all ------------------------------------------------------------------------------------


DAMAGES = {
    "text": b"this is no database " * 500,
    "a header alone": b"SQLite format 3\x00" + b"\xff" * 8000,
    "short": b"SQL",
    "zeros": b"\x00" * 50_000,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_record_is_kept_under_another_name_and_the_chat_goes_on(
    qtbot: QtBot, path: Path, damage: str
) -> None:
    path.write_bytes(DAMAGES[damage])
    with running(qtbot) as desktop:
        check_banner(desktop, "E-STORE", "damaged", "kept as")
        chats_on(desktop)
    kept = [file for file in path.parent.iterdir() if ".corrupt-" in file.name and not file.name.endswith("-shm")]
    assert [file.read_bytes() for file in kept] == [DAMAGES[damage]]
    assert titles(path) == ["And this?", "Meanwhile?"]


def test_a_record_cut_off_in_the_middle_is_kept_and_said(qtbot: QtBot, path: Path) -> None:
    with closing(Store(path)) as store:
        for number in range(300):
            store.begin_run(str(number), "jobs/reply", {"words": "x" * 500}, "dead")
        store.commit()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(size // 2)
    with running(qtbot) as desktop:
        chats_on(desktop)
        check_banner(desktop, "E-STORE", "damaged")
    assert any(file.stat().st_size == size // 2 for file in path.parent.glob("*.corrupt-*"))
    assert titles(path) == ["And this?", "Meanwhile?"]


def test_a_record_of_a_newer_program_is_left_alone_and_the_chat_goes_on(qtbot: QtBot, path: Path) -> None:
    one_exchange(qtbot)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
        db.commit()
    with running(qtbot) as desktop:
        check_banner(desktop, "E-STORE", "newer version", "Update", "memory")
        chats_on(desktop)
    assert not list(path.parent.glob("*.corrupt-*"))
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT title FROM conversations").fetchall() == [("Before?",)]


def test_a_folder_in_the_place_of_the_record(qtbot: QtBot, path: Path) -> None:
    path.mkdir()
    with running(qtbot) as desktop:
        check_banner(desktop, "E-STORE", "cannot be opened")
        chats_on(desktop)
        path.rmdir()
        desktop.wait(lambda: "Everything is saved" in desktop.window.banner.text())
    assert titles(path) == ["And this?", "Meanwhile?"]


# -- together ----------------------------------------------------------------------------------------------------------


def test_the_window_is_never_away_while_the_record_is(
    house: House, qtbot: QtBot, path: Path, locked: sqlite3.Connection
) -> None:
    def on_disk(window: Window) -> int:
        with closing(Store(path)) as store:
            return len(store.headlines())

    with opened(qtbot, house) as window:
        window.ask("Before?")
        locked.execute("BEGIN IMMEDIATE")
        window.heart.start()
        window.ask("Meanwhile?")  # the engine's record is locked too
        window.chat.new()
        window.ask("And this?")
        assert window.last.text
        assert window.heart.longest < STALL * 4
        assert on_disk(window) == 1
        locked.rollback()
        window.until(lambda: on_disk(window) == 2)
    house.stands()
