"""The menu, made from a table."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from playground.gui.commands import Command, Commands
from playground.gui.shell.menus import build_menu


@pytest.fixture
def ran() -> list[str]:
    return []


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    QLineEdit(window)
    return window


@pytest.fixture
def menu(window: QWidget, ran: list[str]) -> QMenu:
    commands = Commands()
    commands.add(
        [
            Command("own.act", "Act", lambda: ran.append("act"), "Own", "Ctrl+J or F9"),
            Command("help.about", "About", lambda: ran.append("about"), "Help"),
            Command("file.save", "Save", lambda: ran.append("save"), "File", "Ctrl+S", lambda: "Nothing to save."),
            Command("x.hidden", "Hidden", lambda: None),
            Command("x.own_key", "Own key", lambda: ran.append("own"), "File", "F8", own_key=True),
        ]
    )
    commands.refused.connect(ran.append)
    made = build_menu(commands, window)
    window.show()
    window.activateWindow()
    window.findChildren(QLineEdit)[0].setFocus()
    return made


def part(menu: QMenu, name: str) -> QMenu:
    found = next(action.menu() for action in menu.actions() if action.text() == name)
    assert isinstance(found, QMenu)
    return found


def test_known_menus_stand_in_their_order_others_behind(menu: QMenu) -> None:
    assert [action.text() for action in menu.actions()] == ["File", "Help", "Own"]
    assert [action.text() for action in part(menu, "File").actions()] == ["Save", "Own key"]


@pytest.mark.parametrize("key", ["Ctrl+J", "F9"])
def test_each_key_of_a_command_works_in_the_whole_window(
    menu: QMenu, window: QWidget, ran: list[str], key: str
) -> None:
    QTest.keySequence(window.findChildren(QLineEdit)[0], QKeySequence(key))
    assert ran == ["act"]


def test_a_key_of_what_cannot_be_done_says_why(menu: QMenu, window: QWidget, ran: list[str]) -> None:
    QTest.keySequence(window.findChildren(QLineEdit)[0], QKeySequence("Ctrl+S"))
    assert ran == ["Nothing to save."]


def test_a_key_a_panel_listens_for_is_left_to_it(menu: QMenu, window: QWidget, ran: list[str]) -> None:
    QTest.keySequence(window.findChildren(QLineEdit)[0], QKeySequence("F8"))
    assert ran == []


def test_what_cannot_be_done_is_grey_in_the_open_menu(menu: QMenu) -> None:
    save = part(menu, "File").actions()[0]
    part(menu, "File").aboutToShow.emit()
    assert (save.isEnabled(), save.toolTip()) == (False, "Nothing to save.")
    part(menu, "File").aboutToHide.emit()
    assert save.isEnabled()
