"""One number the user can turn."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.core.options import Option
from playground.gui.theme import Theme
from playground.gui.widgets.help_button import help_box
from playground.gui.widgets.labels import ElidedLabel
from playground.gui.widgets.parameter_row import ParameterRow
from playground.gui.widgets.source_dot import SOURCES

TEMPERATURE = Option(
    "temperature", float, 0.7, "How bold.", low=0.0, high=5.0, slider_high=2.0, step=0.05, neutral=1.0, example="0.2"
)
TOP_K = Option("top_k", int, 40, "How many.", low=0, high=200, step=1, neutral=0, label="Top K")


def row_for(option: Option, theme: Theme, qtbot: QtBot, **more: bool) -> ParameterRow:
    row = ParameterRow(option, theme, **more)
    qtbot.addWidget(row)
    row.resize(308, row.sizeHint().height())
    row.show()
    return row


@pytest.mark.parametrize(("option", "value", "shown"), [
    (TEMPERATURE, 0.0, "greedy"), (TEMPERATURE, 0.7, "0.7"), (TOP_K, 0, "off"), (TOP_K, 40, "40"),
])  # fmt: skip
def test_values_are_said_in_words(option: Option, value: float, shown: str, theme: Theme, qtbot: QtBot) -> None:
    row = row_for(option, theme, qtbot)
    row.set_value(value, "model")
    assert row._box.text() == shown
    assert row.source == "model"


def test_the_slider_changes_the_value_in_steps(theme: Theme, qtbot: QtBot) -> None:
    row = row_for(TEMPERATURE, theme, qtbot)
    with qtbot.waitSignal(row.value_changed) as told:
        row._slider.setValue(3)
    assert told.args == [0.15]
    assert (row.value(), row.source) == (0.15, "you")


def test_more_may_be_typed_than_the_slider_shows(theme: Theme, qtbot: QtBot) -> None:
    row = row_for(TEMPERATURE, theme, qtbot)
    row._box.setText("3.25")
    row._box.editingFinished.emit()
    assert row.value() == 3.25
    assert row._slider.value() == row._slider.maximum()
    row._box.setText("99")
    row._box.editingFinished.emit()
    assert row.value() == 5.0


@pytest.mark.parametrize("typed", ["", "abc", "nan", "1e999"])
def test_nonsense_is_forgotten(typed: str, theme: Theme, qtbot: QtBot) -> None:
    row = row_for(TEMPERATURE, theme, qtbot)
    with qtbot.assertNotEmitted(row.value_changed):
        row._box.setText(typed)
        row._box.editingFinished.emit()
    assert row._box.text() == "0.7"


def test_int_options_yield_ints(theme: Theme, qtbot: QtBot) -> None:
    row = row_for(TOP_K, theme, qtbot)
    row._slider.setValue(7)
    assert type(row.value()) is int
    qtbot.keyClick(row._box, Qt.Key.Key_Up)
    assert row.value() == 8
    assert type(row.value()) is int


def test_setting_a_value_tells_nobody(theme: Theme, qtbot: QtBot) -> None:
    row = row_for(TOP_K, theme, qtbot, switch=True)
    with qtbot.assertNotEmitted(row.value_changed), qtbot.assertNotEmitted(row.switched):
        row.set_value(3, "preset")
        row.set_on(False)
    assert not row._slider.isEnabled()


def test_the_dot_says_the_source_and_resets(theme: Theme, qtbot: QtBot) -> None:
    row = row_for(TOP_K, theme, qtbot)
    row.set_value(3, "you")
    assert row._dot.toolTip() == SOURCES["you"]
    with qtbot.waitSignal(row.reset_requested):
        row._dot.click()
    row.set_value(40, "model")
    assert not row._dot.isEnabled()


def test_the_switch(theme: Theme, qtbot: QtBot) -> None:
    row = row_for(TOP_K, theme, qtbot, switch=True)
    with qtbot.waitSignal(row.switched) as told:
        row._switch.click()
    assert told.args == [False]
    assert not row.is_on()


def test_the_wheel_scrolls_the_page_and_not_the_value(theme: Theme, qtbot: QtBot) -> None:
    row = row_for(TOP_K, theme, qtbot)
    row._slider.clearFocus()
    wheel = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, 0), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(row._slider, wheel)
    assert row.value() == 40


def test_the_help_tells_everything(theme: Theme, qtbot: QtBot) -> None:
    row = row_for(TEMPERATURE, theme, qtbot)
    assert "temperature" in row._name.toolTip()
    words = {child.text() for child in help_box(TEMPERATURE, theme, row).findChildren(ElidedLabel.__mro__[1])}
    assert {"How bold.", "0.2", "1", "temperature"} <= words


def test_it_fits_a_narrow_pane(theme: Theme, qtbot: QtBot) -> None:
    assert row_for(TEMPERATURE, theme, qtbot, switch=True).minimumSizeHint().width() <= 308
