"""The table of few-shot examples."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableWidgetItem
from pytestqt.qtbot import QtBot

from playground.core.facts import Example
from playground.gui.chat.examples_table import ANSWER, COST, ON, QUESTION, ExamplesTable

THREE = (Example("1", "one"), Example("2", "two", on=False), Example("3", "three"))


@pytest.fixture
def table(qtbot: QtBot) -> ExamplesTable:
    table = ExamplesTable()
    qtbot.addWidget(table)
    table.resize(340, 300)
    table.show()
    return table


def cell(table: ExamplesTable, row: int, column: int) -> QTableWidgetItem:
    item = table.table.item(row, column)
    assert item is not None
    return item


def costs(table: ExamplesTable) -> list[str]:
    """What stands in the last column, as it is seen."""
    header = table.table.verticalHeader()
    return [cell(table, header.logicalIndex(at), COST).text() for at in range(table.table.rowCount())]


def test_what_is_shown_comes_back_the_same_and_tells_nothing(table: ExamplesTable, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(table.changed):
        table.set_value(THREE)
    assert table.value() == THREE


def test_an_empty_table_takes_no_room(table: ExamplesTable) -> None:
    assert not table.table.isVisible()
    assert not table.remove.isVisible()
    table.set_value(THREE)
    assert table.table.isVisible()


def test_switching_one_off_is_told(table: ExamplesTable, qtbot: QtBot) -> None:
    table.set_value(THREE)
    with qtbot.waitSignal(table.changed):
        cell(table, 0, ON).setCheckState(Qt.CheckState.Unchecked)
    assert [example.on for example in table.value()] == [False, False, True]


def test_dragging_changes_the_order_and_costs_follow(table: ExamplesTable, qtbot: QtBot) -> None:
    table.set_value(THREE)
    with qtbot.waitSignal(table.changed):
        table.table.verticalHeader().moveSection(0, 2)
    assert [example.question for example in table.value()] == ["2", "3", "1"]
    table.set_costs((20, 30, 10))
    assert costs(table) == ["20", "30", "10"]
    assert cell(table, 0, COST).text() == "10"  # the example that was the first


def test_other_examples_after_dragging_stand_in_their_order(table: ExamplesTable) -> None:
    table.set_value(THREE)
    table.table.verticalHeader().moveSection(0, 2)
    table.set_value(THREE)
    assert table.value() == THREE
    table.set_value(())
    table.set_value(THREE)
    assert table.value() == THREE


def test_each_row_says_what_it_costs(table: ExamplesTable, qtbot: QtBot) -> None:
    table.set_value(THREE)
    with qtbot.assertNotEmitted(table.changed):
        table.set_costs((5, 7))
    assert costs(table) == ["5", "7", ""]


def test_an_example_is_added_and_typed_into(table: ExamplesTable) -> None:
    table.add.click()
    assert table.value() == (Example("", ""),)
    assert (table.table.currentRow(), table.table.currentColumn()) == (0, QUESTION)
    cell(table, 0, QUESTION).setText("Why?")
    cell(table, 0, ANSWER).setText("Because.")
    assert table.value() == (Example("Why?", "Because."),)


def test_the_chosen_one_is_removed(table: ExamplesTable, qtbot: QtBot) -> None:
    table.set_value(THREE)
    assert not table.remove.isEnabled()
    table.table.setCurrentCell(1, QUESTION)
    with qtbot.waitSignal(table.changed):
        table.remove.click()
    assert table.value() == (THREE[0], THREE[2])


def test_after_dragging_the_chosen_one_is_removed_all_the_same(table: ExamplesTable) -> None:
    table.set_value(THREE)
    table.table.verticalHeader().moveSection(0, 2)
    table.table.setCurrentCell(0, QUESTION)  # "1", now the last
    table.remove.click()
    assert [example.question for example in table.value()] == ["2", "3"]


def test_nothing_is_removed_by_a_single_key(table: ExamplesTable) -> None:
    table.set_value(THREE)
    table.table.setCurrentCell(1, ANSWER)
    QTest.keyClick(table.table, Qt.Key.Key_Delete)
    assert table.value() == THREE
    QTest.keyClick(table.table, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert table.value() == (THREE[0], THREE[2])
