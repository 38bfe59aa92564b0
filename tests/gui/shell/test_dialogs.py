"""Shortcuts, about, and questions."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from playground import __version__
from playground.gui.commands import Command, Commands
from playground.gui.shell.dialogs import AboutDialog, ShortcutDialog, ask_to_leave, keys_in_words
from playground.gui.ticket import Ticket
from playground.jobs.convert import Convert
from playground.jobs.get_starter import GetStarter


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    return parent


def words(dialog: QWidget) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


def test_the_list_has_every_command_with_a_key_by_menu(parent: QWidget) -> None:
    commands = Commands()
    commands.add(
        [
            Command("a.one", "One", lambda: None, "Chat", "Ctrl+1"),
            Command("a.two", "Two", lambda: None, "Chat"),
            Command("b.three", "Three", lambda: None, "View", "Ctrl++ or Ctrl+="),
        ]
    )
    dialog = ShortcutDialog(parent, commands)
    said = words(dialog)
    assert said[:6] == ["Chat", "One", keys_in_words("Ctrl+1"), "View", "Three", "Ctrl++ or Ctrl+="]
    assert "Two" not in said
    assert {"Send", "Enter", "New line"} <= set(said)
    dialog.close()


def test_a_dialog_leaves_with_escape_or_its_button(parent: QWidget) -> None:
    for leave in ("key", "button"):
        dialog = AboutDialog(parent)
        dialog.open()
        assert dialog.isVisible()
        if leave == "key":
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
        else:
            dialog.findChildren(QDialogButtonBox)[0].buttons()[0].click()
        assert not dialog.isVisible()


def test_about_says_what_runs_where(parent: QWidget) -> None:
    dialog = AboutDialog(parent)
    assert __version__ in words(dialog)[0]
    assert "on this computer" in words(dialog)[0]
    dialog.close()


def test_each_kind_of_running_job_is_named_once(parent: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def exec(box: QMessageBox) -> int:
        asked.append(box.informativeText())
        box.reject()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", exec)
    running = [Ticket(1, Convert("a")), Ticket(2, Convert("b")), Ticket(3, GetStarter())]
    assert not ask_to_leave(parent, running)  # closing the question is no yes
    assert asked == ["Converting, Getting the starter. What is done so far is kept."]
