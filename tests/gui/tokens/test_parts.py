"""The curve of the end, the alternatives, the side and the table."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from playground.gui.theme import Theme
from playground.gui.tokens.answer import Answer
from playground.gui.tokens.end_curve import EndCurve
from playground.gui.tokens.ending import NOTHING_KNOWN, EndShare
from playground.gui.tokens.token_side import TokenSide
from playground.gui.tokens.token_table import TokenTable
from tests.gui.tokens.sample import answer, lively, token, unknown

SHARES = (EndShare(0.1, 0.1), EndShare(0.0, 0.01), NOTHING_KNOWN, EndShare(1.0, 1.0), EndShare(1e-8, 1e-8))


@pytest.fixture
def curve(theme: Theme, qtbot: QtBot) -> EndCurve:
    curve = EndCurve(theme)
    qtbot.addWidget(curve)
    curve.resize(500, curve.height())
    curve.show_shares(SHARES, range(5), ended=False)
    curve.show()
    return curve


def test_the_curve_stands_at_the_steps_and_on_a_logarithmic_scale(curve: EndCurve) -> None:
    places = [curve.place(at) for at in (0, 1, 3, 4)]
    assert places[0].x() < places[1].x() < places[2].x() < places[3].x()
    top, bottom = places[2].y(), places[3].y()
    assert places[0].y() == pytest.approx(top + (bottom - top) / 6)  # one of six decades
    assert places[1].y() == pytest.approx(top + (bottom - top) / 3)
    assert [curve.token_at(curve.place(at).x() + 3) for at in (0, 1, 3, 4)] == [0, 1, 3, 4]
    assert curve.token_at(0) == -1


def test_the_curve_says_what_is_known_of_a_step(curve: EndCurve) -> None:
    assert curve.words(0) == "Step 1: the end had 10 % raw."
    assert curve.words(1) == "Step 2: the end was below 1 % raw."
    assert "nothing is recorded" in curve.words(2)
    assert curve.words(4) == "Step 5: the end had < 0.0001 % raw."


def test_what_is_not_known_is_not_drawn_as_a_point(curve: EndCurve, theme: Theme) -> None:
    image, ink = curve.grab().toImage(), theme.colour("accent_ink")

    def inked(at: int) -> bool:
        middle = curve.place(at).toPoint()
        near = [image.pixelColor(middle + QPoint(dx, dy)) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        return any(abs(c.red() - ink.red()) + abs(c.blue() - ink.blue()) < 30 for c in near)

    assert [inked(at) for at in (0, 1, 3, 4)] == [True, False, True, False]


def test_a_click_on_the_curve_chooses_the_step(curve: EndCurve) -> None:
    told = QSignalSpy(curve.chosen)
    spot = QPoint(int(curve.place(3).x()), 30)
    QTest.mouseClick(curve, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    assert told.at(0) == [3]


@pytest.mark.parametrize("number", [0, 1, 3000])
def test_the_curve_draws_answers_of_any_length(curve: EndCurve, number: int) -> None:
    shares = [SHARES[at % 5] for at in range(number)]
    curve.show_shares(shares, range(number), ended=True)
    curve.set_current(0)
    assert not curve.grab().isNull()
    assert curve.token_at(250) == {0: -1, 1: 0}.get(number, curve.token_at(250))


@pytest.fixture
def side(theme: Theme, qtbot: QtBot) -> TokenSide:
    side = TokenSide(theme)
    qtbot.addWidget(side)
    side.resize(300, 420)
    side.show_token(Answer(lively()), 37)
    side.show()
    side.activateWindow()
    return side


def test_the_side_tells_everything_about_a_token(side: TokenSide) -> None:
    one = token(11, " sea", 0.25, id=8, probability=0.5, rank=2, ranks=((7, 0.5), (8, 0.25)))
    side.show_token(answer(*(token(at, "x") for at in range(11)), one), 11)
    assert side.title.text() == "·sea"
    assert side.place.text() == "Step 12 · id 8"
    assert side.values["Raw probability"].text() == "25 %"
    assert side.values["After samplers"].text() == "50 %"
    assert [row.words() for row in side.alternatives.rows()] == ["token 7", "·sea"]
    side.show_token(answer(unknown(0, "a")), 0)
    assert {value.text() for value in side.values.values()} == {"—"}
    assert side.heading.text() == "No alternatives"
    side.show_token(answer(), 0)  # nothing to show: what was there stays


def test_the_offer_to_load_the_model_says_why_not(side: TokenSide) -> None:
    side.show_offer(True, "Its model is no longer on this computer.")
    assert side.hint.isVisible()
    assert not side.load.isEnabled()
    assert side.load.toolTip() == "Its model is no longer on this computer."
    side.show_offer(True, "")
    told = QSignalSpy(side.load_requested)
    side.load.click()
    assert told.count() == 1
    side.show_offer(False, "")
    assert not side.hint.isVisible()


def test_the_keyboard_walks_through_the_alternatives(side: TokenSide) -> None:
    rows = side.alternatives
    rows.setFocus()
    assert rows.current == 0
    QTest.keyClick(rows, Qt.Key.Key_Down)
    assert rows.current == 1
    assert rows.accessibleName().startswith("Alternative 2, ")
    before = side.verticalScrollBar().value()
    QTest.keyClick(rows, Qt.Key.Key_End)
    assert rows.current == len(rows.rows()) - 1
    assert side.verticalScrollBar().value() > before
    rows.clearFocus()
    assert rows.accessibleName() == "Alternatives"
    assert len(rows.accessibleDescription().split("; ")) == 10
    assert not rows.grab().isNull()


@pytest.fixture
def table(theme: Theme, qtbot: QtBot) -> TokenTable:
    table = TokenTable(theme)
    qtbot.addWidget(table)
    table.resize(700, 300)
    made = (token(0, "b", 0.5), token(1, " a\n", 0.01, rank=12), unknown(2, "c"), token(3, "d", 0.9))
    table.show_answer(answer(*made))
    table.show()
    table.activateWindow()
    table.setFocus()
    return table


def test_the_table_holds_the_same_numbers(table: TokenTable) -> None:
    assert [table.texts(column)[1] for column in range(7)] == ["2", "·a⏎", "1 %", "1.2 %", "12", "1.0 bits", "6.6 bits"]
    assert [table.texts(column)[2] for column in range(2, 7)] == ["—"] * 5


def test_a_click_on_a_heading_sorts_and_another_one_turns_it_round(table: TokenTable) -> None:
    header = table.horizontalHeader()
    spot = QPoint(header.sectionViewportPosition(2) + 20, 10)
    for order in (["2", "1", "4", "3"], ["4", "1", "2", "3"]):
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
        assert table.texts(0) == order  # what is not known stands at the end in either
    assert table.model().headerData(2, Qt.Orientation.Horizontal) == "Raw ↓"
    assert table.model().headerData(0, Qt.Orientation.Horizontal) == "Step"


def test_the_keyboard_sorts_steps_and_copies(table: TokenTable) -> None:
    told: list[int] = []
    table.chosen.connect(told.append)
    table.choose(0)
    QTest.keyClick(table, Qt.Key.Key_J)
    QTest.keyClick(table, Qt.Key.Key_K)
    QTest.keyClick(table, Qt.Key.Key_End)
    assert told == [1, 0, 3]
    QTest.keyClick(table, Qt.Key.Key_Right)
    QTest.keyClick(table, Qt.Key.Key_S)
    assert table.texts(1) == ["·a⏎", "b", "c", "d"]
    assert told == [1, 0, 3]  # the same token is still the current one
    table.selectionModel().clearSelection()
    for row in (0, 3):
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        table.selectionModel().select(table.model().index(row, 0), flags)
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == (
        "Step\tToken\tRaw\tAfter samplers\tRank\tEntropy\tSurprise\n"
        "2\t·a⏎\t1 %\t1.2 %\t12\t1.0 bits\t6.6 bits\n"
        "4\td\t90 %\t100 %\t1\t1.0 bits\t0.2 bits"
    )


def test_choosing_from_outside_tells_nothing(table: TokenTable) -> None:
    told = QSignalSpy(table.chosen)
    table.sort_by(2)
    table.choose(3)
    assert table.currentIndex().row() == 2
    assert told.count() == 0
    table.choose(99)
    assert table.currentIndex().row() == 2
    table.sort_by(0)
    assert table.currentIndex().row() == 3  # the same token in its new place


def test_the_texts_take_the_room_that_is_left_but_keep_their_own(table: TokenTable) -> None:
    assert sum(table.columnWidth(column) for column in range(7)) == table.viewport().width()
    table.resize(300, 300)
    assert table.columnWidth(1) == 120


def test_a_cell_is_read_aloud_with_its_heading(table: TokenTable) -> None:
    assert table.model().index(1, 2).data(Qt.ItemDataRole.AccessibleTextRole) == "Raw: 1 %"
    assert table.accessibleName()
