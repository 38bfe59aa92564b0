"""A text of several lines the user can write."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from playground.core.options import Option
from playground.gui.theme import Theme
from playground.gui.widgets.help_button import help_box
from playground.gui.widgets.source_dot import SOURCES
from playground.gui.widgets.text_row import TextRow

WORDS = Option("words", str, "", "One per line.", lines=True, neutral="", example="sky", label="Some words")


@pytest.fixture
def row(theme: Theme, qtbot: QtBot) -> TextRow:
    row = TextRow(WORDS, theme, switch=True, check=lambda text: "No sky." if "sky" in text else "")
    qtbot.addWidget(row)
    row.resize(308, 60)
    row.show()
    return row


def test_what_is_typed_is_told(row: TextRow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(row.value_changed) as told:
        row._box.setPlainText("a\nb")
    assert told.args == ["a\nb"]
    assert (row.value(), row.source) == ("a\nb", "you")


def test_setting_a_value_tells_nobody(row: TextRow, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(row.value_changed), qtbot.assertNotEmitted(row.switched):
        row.set_value("c", "preset")
        row.set_on(False)
    assert (row._box.toPlainText(), row.source) == ("c", "preset")
    assert not row._box.isEnabled()


def test_a_fault_is_said_and_the_last_good_text_counts(row: TextRow, qtbot: QtBot) -> None:
    row._box.setPlainText("a")
    with qtbot.assertNotEmitted(row.value_changed):
        row._box.setPlainText("a\nsky")
    assert (row.value(), row.fault) == ("a", "No sky.")
    assert row._fault.isVisible()
    assert row._box.property("invalid") == "true"
    assert row._box.accessibleDescription() == "No sky."
    row.set_value("a", "you")  # something else was changed meanwhile
    assert row._box.toPlainText() == "a\nsky"
    with qtbot.waitSignal(row.value_changed):
        row._box.setPlainText("a\nsun")
    assert (row.value(), row.fault, row._fault.isVisible()) == ("a\nsun", "", False)


def test_going_back_to_the_good_text_takes_the_fault_away(row: TextRow) -> None:
    row._box.setPlainText("sky")
    row._box.setPlainText("")
    assert (row.fault, row.value()) == ("", "")


def test_another_value_or_a_reset_takes_the_place_of_a_faulty_text(row: TextRow, qtbot: QtBot) -> None:
    row._box.setPlainText("sky")
    row.set_value("b", "preset")
    assert (row._box.toPlainText(), row.fault, row.source) == ("b", "", "preset")
    row._box.setPlainText("sky")
    assert row.source == "you"  # so that there is something to take back
    with qtbot.waitSignal(row.reset_requested):
        row._dot.click()
    row.set_value("b", "preset")
    assert (row._box.toPlainText(), row.fault) == ("b", "")
    row._box.setPlainText("sky")
    row.set_value("b", "preset")
    assert row.source == "you"
    with qtbot.assertNotEmitted(row.value_changed):
        row.forget()
    assert (row._box.toPlainText(), row.fault) == ("b", "")


def test_the_switch_tells(row: TextRow, qtbot: QtBot) -> None:
    row.set_on(True)
    with qtbot.waitSignal(row.switched) as told:
        row._switch.click()
    assert told.args == [False]
    assert not row.is_on()


def test_the_help_tells_everything(row: TextRow, theme: Theme) -> None:
    assert "words" in row._name.toolTip()
    told = {child.text() for child in help_box(WORDS, theme, row).findChildren(QLabel)}
    assert {"Some words", "One per line.", "sky", "nothing typed", "words"} <= told
    row.set_value("", "default")
    assert row._dot.toolTip() == SOURCES["default"]


def test_it_fits_a_narrow_pane_and_grows(row: TextRow) -> None:
    assert row.minimumSizeHint().width() <= 308
    low = row.sizeHint().height()
    row._box.setPlainText("a\nb\nc")
    assert row.sizeHint().height() > low
