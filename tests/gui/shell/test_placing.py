"""A window lies on a screen and fits it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from playground.gui.shell.placing import fit_on_screen

HUGE, SMALL = QSize(50_000, 40_000), QSize(300, 200)


def room() -> QRect:
    return QGuiApplication.primaryScreen().availableGeometry()


def test_one_that_was_never_placed_gets_its_size_as_far_as_there_is_room(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    fit_on_screen(window, QSize(400, 250), SMALL)
    assert window.size() == QSize(400, 250)
    fit_on_screen(window, HUGE, SMALL)
    assert window.width() == room().width()
    assert window.height() < room().height()  # the title has its room


def test_one_that_fits_stays_and_one_outside_comes_in_as_large_as_it_was(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    place = QRect(room().left() + 30, room().top() + 80, 350, 220)
    for given in (place, place.translated(5000, 0), place.translated(-5000, -5000)):
        window.setGeometry(given)
        fit_on_screen(window, HUGE, SMALL)
        assert room().contains(window.geometry())
        assert window.size() == place.size()
        assert (window.geometry() == place) == (given == place)


def test_a_screen_smaller_than_the_smallest_size_is_filled(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.setGeometry(0, 0, 60_000, 60_000)
    fit_on_screen(window, HUGE, HUGE)
    assert room().contains(window.geometry())
