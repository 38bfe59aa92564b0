"""The window's hand on the store."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from playground.core.conversation import Conversation
from playground.core.paths import Paths
from playground.gui.records import Records


@pytest.fixture
def records(qtbot: QtBot) -> Iterator[Records]:
    records = Records(Paths.standard().store)
    yield records
    records.close()


def test_what_is_written_is_read_and_told_on_the_window_thread(records: Records, qtbot: QtBot) -> None:
    found: list[object] = []

    def on_read(talk: Conversation | None) -> None:
        found.extend((talk, threading.get_ident()))

    records.write(lambda store: store.save_conversation(Conversation("1", "Sky")))
    records.read(lambda store: store.conversation("1"), on_read)
    assert not found  # never at once: the disk may be slow
    qtbot.waitUntil(lambda: bool(found))
    assert found == [Conversation("1", "Sky"), threading.get_ident()]


def test_reading_happens_off_the_window_thread(records: Records, qtbot: QtBot) -> None:
    with qtbot.waitCallback() as read:
        records.read(lambda _: threading.get_ident(), read)
    assert read.args != [threading.get_ident()]


def test_trouble_is_told_in_words_on_the_window_thread(records: Records, qtbot: QtBot) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    with qtbot.waitSignal(records.failed) as failed:
        records.write(full)
    assert failed.args is not None
    assert failed.args[0].code == "E-DISK"


def test_trouble_at_the_very_start_is_heard_by_who_connects_later(qtbot: QtBot) -> None:
    store = Paths.standard().store
    store.write_bytes(b"no database" * 1000)
    records = Records(store)
    records.flush()  # the damage has been found by now
    with qtbot.waitSignal(records.failed) as failed:
        pass
    assert failed.args is not None
    assert "damaged" in failed.args[0].message
    records.close()


def test_a_slot_that_raises_does_not_end_the_reading(records: Records, qtbot: QtBot) -> None:
    with qtbot.captureExceptions() as caught, qtbot.waitCallback() as second:
        records.read(lambda _: 1, lambda _: 1 / 0)
        records.read(lambda _: 2, second)
    assert second.args == [2]
    assert len(caught) == 1
