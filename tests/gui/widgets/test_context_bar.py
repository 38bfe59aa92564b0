"""The bar that shows how a prompt fills the context."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from playground.core.facts import PromptInfo, PromptToken
from playground.gui.theme import Theme
from playground.gui.widgets.context_bar import ContextBar
from playground.gui.widgets.context_parts import parts_of


def prompt(length: int = 8192, left_out: int = 0, **sections: int) -> PromptInfo:
    tokens = [PromptToken(1, "x", section) for section, count in sections.items() for _ in range(count)]
    return PromptInfo(tuple(tokens), (), length, left_out)


def shown(bar: ContextBar) -> QImage:
    return bar.grab().toImage()


def stretch(image: QImage, colour: QColor, y: int) -> int:
    """How many pixels of the line `y` have this colour."""
    return sum(image.pixelColor(x, y) == colour for x in range(image.width()))


@pytest.fixture(params=[False, True], ids=["full", "compact"])
def bar(request: pytest.FixtureRequest, theme: Theme, qtbot: QtBot) -> ContextBar:
    bar = ContextBar(theme, request.param)
    qtbot.addWidget(bar)
    bar.resize(600, 100)
    bar.show()
    return bar


def test_the_line_names_every_part_that_is_there() -> None:
    parts = parts_of(prompt(system=30, template=11, history=200, message=69), 256)
    assert parts.sentence() == "310 of 8,192 tokens · system 41 · history 200 · message 69 · room 256"


def test_room_is_never_more_than_what_is_left() -> None:
    assert parts_of(prompt(100, system=80), 256).sentence() == "80 of 100 tokens · system 80 · room 20"


def test_no_limit_for_the_answer_means_all_that_is_left() -> None:
    assert parts_of(prompt(100, system=80), 0).sentence().endswith("room 20")


def test_without_a_known_length_the_bar_is_prompt_and_room() -> None:
    parts = parts_of(prompt(0, message=60), 40)
    assert parts.sentence() == "60 tokens · message 60 · room 40"
    assert parts.share(60) == 0.6


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 earlier message does not fit"), (2, "2 earlier messages do not fit")]
)
def test_messages_that_do_not_fit_are_told(bar: ContextBar, count: int, words: str) -> None:
    bar.set_prompt(prompt(left_out=count, message=10), 256)
    assert words in bar.accessibleDescription()
    assert words in bar.toolTip()


def test_the_warning_has_its_colour(bar: ContextBar, theme: Theme) -> None:
    def has_warning() -> bool:
        image = shown(bar)
        return any(stretch(image, theme.colour("warning"), y) for y in range(image.height()))

    bar.set_prompt(prompt(message=10), 256)
    assert not has_warning()
    bar.set_prompt(prompt(left_out=2, message=10), 256)
    assert has_warning()


def test_the_widths_are_the_shares(theme: Theme, qtbot: QtBot) -> None:
    bar = ContextBar(theme, compact=True)
    qtbot.addWidget(bar)
    bar.resize(400, 100)
    bar.set_prompt(prompt(400, system=100), 100)
    assert stretch(shown(bar), theme.colour("system"), 2) == pytest.approx(100, abs=3)
    assert stretch(shown(bar), theme.colour("pressed"), 2) == pytest.approx(200, abs=3)


def test_small_parts_stay_visible_and_a_full_bar_ends_at_its_end(theme: Theme, qtbot: QtBot) -> None:
    bar = ContextBar(theme, compact=True)
    qtbot.addWidget(bar)
    bar.resize(400, 100)
    bar.set_prompt(prompt(10_000, system=9_999, message=1), 0)
    line = shown(bar)
    assert 1 <= stretch(line, theme.colour("message"), 2) <= 4
    assert line.pixelColor(398, 2) == theme.colour("message")


@pytest.mark.parametrize("role", ["context", "example", "history", "message"])
def test_parts_differ_by_pattern_too(theme: Theme, qtbot: QtBot, role: str) -> None:
    bar = ContextBar(theme)
    qtbot.addWidget(bar)
    bar.resize(400, 100)
    bar.set_prompt(prompt(100, **{role: 100}), 0)
    image = shown(bar)
    middle = next(y for y in range(image.height()) if stretch(image, theme.colour(role), y) > 100) + 4
    assert len({image.pixelColor(x, middle).name() for x in range(50, 150)}) > 1


def test_nothing_to_show_keeps_the_height(bar: ContextBar) -> None:
    bar.set_prompt(prompt(message=10), 256)
    height = bar.height()
    bar.set_prompt(None, 0)
    assert bar.height() == height
    image = shown(bar)
    assert len({image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}) == 1
    assert bar.toolTip() == ""


def test_a_narrow_legend_takes_more_lines(theme: Theme, qtbot: QtBot) -> None:
    pane = QWidget()
    qtbot.addWidget(pane)
    column = QVBoxLayout(pane)
    bar = ContextBar(theme)
    column.addWidget(bar)
    column.addStretch()
    pane.resize(900, 400)
    pane.show()
    wide = bar.height()
    pane.resize(320, 400)
    qtbot.waitUntil(lambda: bar.height() > wide)
    assert bar.height() == bar.height_at(bar.width())


def test_the_tip_has_all_numbers(bar: ContextBar) -> None:
    bar.set_prompt(prompt(1000, system=100, reply=1), 250)
    for words in ("101 of 1,000 tokens", "System, template", "10.0 %", "For the answer", "25.0 %", "Free", "649"):
        assert words in bar.toolTip()
