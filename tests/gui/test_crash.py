"""Errors nobody caught."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from playground.core.errors import UserError
from playground.gui import crash
from playground.gui.crash import Net
from tests.gui.desktop import Desktop, running


@pytest.fixture
def desktop(qtbot: QtBot) -> Iterator[Desktop]:
    with running(qtbot) as desktop:
        yield desktop


@pytest.fixture
def net(desktop: Desktop) -> Iterator[Net]:
    """The net under the window; Python's own hooks come back afterwards."""
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield crash.install(desktop.window)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


@pytest.fixture
def told(net: Net) -> list[UserError]:
    found: list[UserError] = []
    net.caught.connect(found.append)
    return found


def stumble() -> None:
    raise KeyError("nothing here")


def test_an_error_in_a_slot_is_shown_in_the_banner(desktop: Desktop, net: Net) -> None:
    QTimer.singleShot(0, stumble)
    desktop.wait(desktop.window.banner.isVisible)
    assert "Something went wrong" in desktop.window.banner.text()
    assert "in stumble" in desktop.window.banner.text()


def test_the_same_error_is_shown_once(desktop: Desktop, told: list[UserError]) -> None:
    for _ in range(3):
        QTimer.singleShot(0, stumble)
    QTimer.singleShot(0, lambda: 1 / 0)
    desktop.wait(lambda: len(told) == 2)
    desktop.settle()
    assert len(told) == 2


def test_an_error_in_a_thread_reaches_the_window(desktop: Desktop, told: list[UserError]) -> None:
    thread = threading.Thread(target=stumble)
    thread.start()
    thread.join()
    desktop.wait(lambda: bool(told))
    assert desktop.window.banner.isVisible()


def test_an_error_while_something_is_cleared_away_is_told_too(desktop: Desktop, told: list[UserError]) -> None:
    class Clumsy:
        def __del__(self) -> None:
            stumble()

    Clumsy()
    desktop.wait(lambda: bool(told))


def test_expected_problems_keep_their_words_and_code(desktop: Desktop, told: list[UserError]) -> None:
    error = UserError("The disk is full.", "Make room.", "E-DISK")
    sys.excepthook(UserError, error, None)
    assert [(e.message, e.hint, e.code) for e in told] == [("The disk is full.", "Make room.", "E-DISK")]


def test_the_details_name_no_home(desktop: Desktop, told: list[UserError]) -> None:
    home = Path.home() / "secret"
    sys.excepthook(ValueError, ValueError(f"bad {home}"), None)
    assert str(Path.home()) not in told[0].__notes__[0]


def test_ctrl_c_is_no_error(told: list[UserError]) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert told == []
