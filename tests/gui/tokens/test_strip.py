"""The strip: tokens in lines, colours, marks, and how one walks through them."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from playground.gui.theme import Theme
from playground.gui.tokens.answer import Answer
from playground.gui.tokens.heat import Heat
from playground.gui.tokens.legend import Legend
from playground.gui.tokens.measures import MEASURES
from playground.gui.tokens.strip import TokenStrip
from tests.gui.tokens.sample import answer, lively, long, token, unknown

SHARES = (0.9, 0.3, 0.05, 0.004)


@pytest.fixture
def strip(theme: Theme, qtbot: QtBot) -> TokenStrip:
    strip = TokenStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(420, 260)
    strip.show_answer(answer(*(token(at, f" word{at}", share, rank=at + 1) for at, share in enumerate(SHARES))))
    strip.show()
    strip.activateWindow()
    strip.setFocus()
    return strip


def colour_of(strip: TokenStrip, at: int) -> QColor:
    """The ground of a chip, left of its text."""
    image: QImage = strip.grab().toImage()
    box = strip.layout_now().rect(at)
    return image.pixelColor(int(box.left() + 3), int(box.center().y()))


def near(one: QColor, other: QColor) -> bool:
    return max(abs(a - b) for a, b in zip(one.getRgb(), other.getRgb(), strict=True)) <= 3  # type: ignore[call-overload]


def test_each_token_has_the_colour_of_its_place_on_the_scale(strip: TokenStrip, theme: Theme) -> None:
    heat, measure = Heat(theme), MEASURES[0]
    for at, share in enumerate(SHARES):
        assert near(colour_of(strip, at), heat.colour(measure.position(share)))
    assert [strip.level(at) for at in range(4)] == [0, 1, 2, 3]
    strip.set_measure(MEASURES[1])
    assert near(colour_of(strip, 3), heat.colour(MEASURES[1].position(4)))
    assert [strip.level(at) for at in range(4)] == [0, 1, 1, 1]


def test_underlines_tell_the_classes_without_colour(strip: TokenStrip) -> None:
    image = strip.grab().toImage()
    drawn = []
    for at in range(4):
        box = strip.layout_now().rect(at)
        columns = range(int(box.left()) + 2, int(box.right()) - 2)
        dark = [min(image.pixelColor(x, int(box.bottom()) + dy).lightness() for dy in (2, 3)) < 128 for x in columns]
        drawn.append(sum(dark) / len(dark))
    assert drawn[0] == 0.0
    assert 0.2 < drawn[1] < drawn[2] < drawn[3] == 1.0


def test_a_dot_marks_what_was_not_the_most_probable(strip: TokenStrip) -> None:
    image = strip.grab().toImage()
    for at, marked in ((0, False), (1, True), (3, True)):
        box = strip.layout_now().rect(at)
        assert (image.pixelColor(int(box.right()) - 3, int(box.top())).lightness() < 100) is marked


def test_tokens_of_which_nothing_is_known_are_grey(strip: TokenStrip, theme: Theme) -> None:
    strip.show_answer(answer(unknown(0, " lost"), unknown(1, " too")))
    assert strip.level(0) == -1
    assert near(colour_of(strip, 1), theme.colour("hover"))


def test_a_line_break_ends_the_line_behind_its_sign(strip: TokenStrip) -> None:
    strip.show_answer(answer(token(0, "one"), token(1, ".\n"), token(2, "\n"), token(3, "two")))
    rows = strip.layout_now().rows
    assert [(row.first, row.end) for row in rows] == [(0, 2), (2, 3), (3, 4)]
    assert strip.layout_now().texts == ["one", ".⏎", "⏎", "two"]


def test_lines_are_filled_like_text(strip: TokenStrip) -> None:
    strip.show_answer(answer(*(token(at, f" word{at}") for at in range(60))))
    layout = strip.layout_now()
    assert len(layout.rows) > 5
    assert all(layout.rect(at).right() <= strip.width() for at in range(60))


def test_one_steps_with_keys_and_chooses_with_the_mouse(strip: TokenStrip) -> None:
    told = QSignalSpy(strip.current_changed)
    assert strip.current == 0
    for key, at in ((Qt.Key.Key_J, 1), (Qt.Key.Key_Right, 2), (Qt.Key.Key_K, 1), (Qt.Key.Key_Left, 0)):
        QTest.keyClick(strip, key)
        assert strip.current == at
    QTest.keyClick(strip, Qt.Key.Key_End)
    assert strip.current == 3
    QTest.keyClick(strip, Qt.Key.Key_Home)
    assert strip.current == 0
    spot = strip.layout_now().rect(2).center().toPoint()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    assert strip.current == 2
    assert told.count() == 7


def test_the_token_under_the_mouse_is_told_once(strip: TokenStrip) -> None:
    told: list[int] = []
    strip.hovered_changed.connect(told.append)
    box = strip.layout_now().rect(1)
    for dx in (3, 6, 9):
        QTest.mouseMove(strip.viewport(), QPoint(int(box.left()) + dx, int(box.center().y())))
    QTest.mouseMove(strip.viewport(), QPoint(int(box.center().x()), 250))
    assert told == [1, -1]


def test_the_chosen_token_keeps_its_ring_without_the_focus(strip: TokenStrip, theme: Theme) -> None:
    strip.choose(1)
    box = strip.layout_now().rect(1)

    def ring() -> QColor:
        return strip.grab().toImage().pixelColor(int(box.left()) - 1, int(box.center().y()))

    assert near(ring(), theme.colour("focus"))
    strip.clearFocus()
    assert near(ring(), theme.colour("quiet"))


def test_a_screen_reader_hears_the_sentence_and_each_token(strip: TokenStrip) -> None:
    assert strip.accessibleDescription().startswith("4 tokens, mean probability 31 % raw, 3 were not")
    QTest.keyClick(strip, Qt.Key.Key_J)
    assert strip.accessibleName() == "Token 2 of 4, “ word1”, 30 % raw, rank 2, not the most probable"
    strip.show_answer(answer())
    assert strip.accessibleName() == "Tokens of the answer"
    assert strip.accessibleDescription() == "No token was written."


def test_texts_that_become_known_take_their_place(strip: TokenStrip) -> None:
    texts: dict[int, str] = {}
    strip.show_answer(answer(token(0, ""), token(1, "你"), texts=texts))
    strip.choose(1)
    texts.update({100: "⟨E4⟩⟨BD⟩", 101: "⟨A0⟩"})
    strip.show_texts()
    assert strip.layout_now().texts == ["⟨E4⟩⟨BD⟩", "⟨A0⟩"]
    assert strip.current == 1


def test_the_answer_is_copied(strip: TokenStrip) -> None:
    QApplication.sendEvent(
        strip, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), strip.mapToGlobal(QPoint(5, 5)))
    )
    (menu,) = strip.findChildren(QMenu)
    actions = {action.text(): action for action in menu.actions()}
    actions["Copy as text"].trigger()
    assert QGuiApplication.clipboard().text() == " word0 word1 word2 word3"
    actions["Copy ids"].trigger()
    assert QGuiApplication.clipboard().text() == "[100, 101, 102, 103]"
    menu.close()


def test_the_pop_up_is_that_of_the_token(strip: TokenStrip) -> None:
    assert "30 % raw" in strip._tip(1)


def test_two_thousand_tokens_are_there_at_once_and_a_move_of_the_mouse_paints_little(strip: TokenStrip) -> None:
    tokens = long()
    strip.resize(800, 400)
    best = []
    for _ in range(3):
        begun = time.perf_counter()
        strip.show_answer(Answer(tokens))
        strip.grab()
        best.append(time.perf_counter() - begun)
        strip.show_answer(Answer(()))
    assert min(best) < 0.3
    strip.show_answer(Answer(tokens))
    begun = time.perf_counter()
    for x in range(50):
        strip._hover(strip._token_at(QPointF(10 + 8 * x, 50)))
        QApplication.processEvents()
    assert (time.perf_counter() - begun) / 50 < 0.03


def test_another_theme_takes_other_colours(strip: TokenStrip, theme: Theme, qapp: QApplication) -> None:
    theme.apply(qapp, "dark")
    assert near(colour_of(strip, 3), Heat(theme).colour(MEASURES[0].position(SHARES[3])))


def test_the_legend_names_the_limits_in_words_and_for_the_ear(theme: Theme, qtbot: QtBot) -> None:
    legend = Legend(theme, MEASURES[0])
    qtbot.addWidget(legend)
    assert legend.texts() == ["50 % or more", "10–50 %", "1–10 %", "below 1 %", "not the most probable"]
    legend.show_measure(MEASURES[3])
    assert legend.texts()[3] == "7 or more"
    assert "7 or more: solid" in legend.accessibleDescription()
    legend.grab()


def test_a_stopped_answer_has_no_end(strip: TokenStrip) -> None:
    strip.show_answer(Answer(lively(end=False), ended=False))
    assert strip.layout_now().texts[-1] == "⟨…⟩"
