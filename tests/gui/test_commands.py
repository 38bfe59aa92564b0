"""Everything the user can do, as data."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from playground.core.errors import UserError
from playground.gui.commands import Command, Commands


@pytest.fixture
def ran() -> list[object]:
    return []


@pytest.fixture
def commands(ran: list[object], qtbot: QtBot) -> Commands:
    commands = Commands()
    commands.add(
        [
            Command("chat.open", "Open", lambda *args: ran.append(args), shortcut="Ctrl+O or F3"),
            Command("chat.send", "Send", lambda: ran.append("sent"), why_not=lambda: "Load a model first."),
        ]
    )
    return commands


def test_a_command_runs_with_its_arguments(commands: Commands, ran: list[object]) -> None:
    assert commands.run("chat.open", 1, "two")
    assert ran == [(1, "two")]


def test_one_that_cannot_run_now_says_why(commands: Commands, ran: list[object], qtbot: QtBot) -> None:
    with qtbot.waitSignal(commands.refused) as refused:
        assert not commands.run("chat.send")
    assert refused.args == ["Load a model first."]
    assert ran == []


def test_an_unknown_one_is_answered_with_suggestions(commands: Commands) -> None:
    with pytest.raises(UserError, match=r"chat\.opn") as caught:
        commands.run("chat.opn")
    assert "chat.open" in caught.value.hint


def test_an_id_is_used_once(commands: Commands) -> None:
    with pytest.raises(ValueError, match=r"chat\.open"):
        commands.add([Command("chat.open", "Again", lambda: None)])


def test_a_menu_entry_has_its_shortcuts_and_runs_the_command(
    commands: Commands, ran: list[object], qtbot: QtBot
) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    action = commands.action("chat.open", widget)
    assert [key.toString() for key in action.shortcuts()] == ["Ctrl+O", "F3"]
    assert (action.text(), action.objectName()) == ("Open", "chat.open")
    action.trigger()
    assert ran == [()]
