"""The bar that finds words in the conversation."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from playground.gui.chat.find_bar import FindBar
from playground.gui.theme import Theme
from playground.gui.widgets.message_data import MessageData
from playground.gui.widgets.transcript import Transcript

MESSAGES = [
    MessageData(1, "user", "You", "The sky, why is the sky blue?"),
    MessageData(2, "assistant", "Model", "The **sky** scatters light."),
]


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def bar(theme: Theme, window: QWidget) -> FindBar:
    column = QVBoxLayout(window)
    transcript = Transcript(theme)
    transcript.set_messages(MESSAGES)
    bar = FindBar(theme, transcript)
    for widget in (bar, transcript, QLineEdit()):
        column.addWidget(widget)
    window.resize(700, 500)
    window.show()
    window.activateWindow()
    window.findChildren(QLineEdit)[-1].setFocus()
    return bar


def search(bar: FindBar, qtbot: QtBot, words: str, shown: str) -> None:
    qtbot.keyClicks(bar.field, words)
    qtbot.waitUntil(lambda: bar.count.text() == shown)


def test_it_is_hidden_until_it_is_opened(bar: FindBar) -> None:
    assert not bar.isVisible()
    bar.open()
    assert bar.field.hasFocus()


def test_matches_are_counted_while_one_types(bar: FindBar, qtbot: QtBot) -> None:
    bar.open()
    search(bar, qtbot, "sky", "3 of 3")
    assert bar.next.isEnabled()


def test_enter_goes_on_and_shift_enter_back(bar: FindBar, qtbot: QtBot) -> None:
    bar.open()
    search(bar, qtbot, "sky", "3 of 3")
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert bar.count.text() == "1 of 3"
    qtbot.keyClick(bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert bar.count.text() == "2 of 3"
    bar.next.click()
    assert bar.count.text() == "3 of 3"


def test_enter_right_after_typing_searches_at_once(bar: FindBar, qtbot: QtBot) -> None:
    bar.open()
    qtbot.keyClicks(bar.field, "blue")
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert bar.count.text() == "1 of 1"


def test_nothing_found_is_said_in_words(bar: FindBar, qtbot: QtBot) -> None:
    bar.open()
    search(bar, qtbot, "green", "Not found")
    assert not bar.next.isEnabled()
    assert bar.field.accessibleDescription() == "Not found"


def test_escape_takes_the_marks_away_and_gives_the_focus_back(bar: FindBar, window: QWidget, qtbot: QtBot) -> None:
    transcript = window.findChildren(Transcript)[0]
    bar.open()
    search(bar, qtbot, "sky", "3 of 3")
    stop = QShortcut(QKeySequence("Esc"), window)
    with qtbot.assertNotEmitted(stop.activated), qtbot.waitSignal(bar.closed):
        qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert transcript.view(1).body.extraSelections() == []
    assert window.findChildren(QLineEdit)[-1].hasFocus()


def test_opened_again_it_searches_for_the_same_words(bar: FindBar, qtbot: QtBot) -> None:
    bar.open()
    search(bar, qtbot, "sky", "3 of 3")
    bar.close_bar()
    bar.open()
    assert bar.field.selectedText() == "sky"
    assert bar.count.text() == "3 of 3"
