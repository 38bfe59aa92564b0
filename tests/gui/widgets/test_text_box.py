"""A text field that grows with its text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from playground.gui.theme import Theme
from playground.gui.widgets.text_box import TextBox


@pytest.fixture
def box(theme: Theme, qtbot: QtBot) -> TextBox:
    box = TextBox("Context", "Text", low=2, high=4)
    qtbot.addWidget(box)
    box.resize(300, 40)
    box.show()
    return box


def test_it_grows_and_shrinks_between_its_limits(box: TextBox) -> None:
    heights = []
    for text in ("", "1\n2\n3", "\n" * 30, "1"):
        box.setPlainText(text)
        heights.append(box.height())
        assert box.minimumHeight() == box.maximumHeight() == box.height()
    assert heights[0] == heights[3] < heights[1] < heights[2]


def test_a_narrower_field_needs_more_lines(box: TextBox) -> None:
    box.setPlainText("Opening hours: Tuesday to Sunday. " * 2)
    wide = box.height()
    box.resize(140, box.height())
    assert box.height() > wide
    assert box.minimumHeight() == box.maximumHeight()


def test_it_scrolls_only_when_it_cannot_grow_any_more(box: TextBox) -> None:
    box.setPlainText("1\n2\n3")
    assert not box.verticalScrollBar().isVisible()
    box.setPlainText("\n" * 30)
    assert box.verticalScrollBar().isVisible()


def test_setting_the_same_text_leaves_the_cursor(box: TextBox) -> None:
    box.setPlainText("abc")
    box.moveCursor(box.textCursor().MoveOperation.End)
    box.set_text("abc")
    assert box.textCursor().position() == 3


def test_tab_goes_on_and_escape_leaves(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    box, field = TextBox("Context", "Text"), QLineEdit()
    column.addWidget(box)
    column.addWidget(field)
    window.show()
    window.activateWindow()
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Tab)
    assert window.focusWidget() is field
    assert box.toPlainText() == ""
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert window.focusWidget() is not box
