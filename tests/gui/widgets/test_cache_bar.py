"""The line that shows what the prompt cache spares."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from playground.core.facts import PromptInfo, PromptToken
from playground.gui.theme import Theme
from playground.gui.widgets.cache_bar import CacheBar, widths
from playground.gui.widgets.cache_parts import CacheUse, next_use

ENDED = CacheUse(430, 412, 18, 120, 1.14, "ended")


@pytest.fixture
def bar(theme: Theme, qtbot: QtBot) -> CacheBar:
    bar = CacheBar(theme)
    qtbot.addWidget(bar)
    bar.resize(600, 20)
    return bar


def drawn(bar: CacheBar) -> QImage:
    """The bar itself, without the words."""
    return bar.grab().toImage().copy(0, 0, 120, bar.height())


def colours(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def columns(image: QImage, colour: QColor) -> int:
    """In how many columns of the picture this colour is."""
    return sum(
        any(image.pixelColor(x, y).name() == colour.name() for y in range(image.height())) for x in range(image.width())
    )


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (CacheUse(430, 412), "412 of 430 tokens are kept from before; 18 will be read"),
        (CacheUse(2, 1), "1 of 2 tokens is kept from before; 1 will be read"),
        (CacheUse(1430, 0), "Nothing is kept from before; 1,430 will be read"),
        (CacheUse(430, 412, 5, stage="reading"), "Reused 412 · read 5 of 18 tokens"),
        (CacheUse(430, 412, 18, 1, stage="writing"), "Reused 412 · read 18 · wrote 1 token"),
        (ENDED, "Reused 412 · read 18 · wrote 120 tokens · about 1.1 s saved"),
        (replace(ENDED, saved_seconds=0.0), "Reused 412 · read 18 · wrote 120 tokens"),
        (replace(ENDED, saved_seconds=0.02), "Reused 412 · read 18 · wrote 120 tokens · less than 0.1 s saved"),
        (replace(ENDED, saved_seconds=71.6), "Reused 412 · read 18 · wrote 120 tokens · about 72 s saved"),
    ],
)
def test_it_is_said_in_words(bar: CacheBar, use: CacheUse, words: str) -> None:
    bar.show_use(use)
    assert bar.accessibleDescription() == words


def test_a_prompt_before_it_is_sent() -> None:
    info = PromptInfo(tuple(PromptToken(n, "x", "message") for n in range(30)), (), 8192, reusable=20)
    assert next_use(info) == CacheUse(30, 20)


def test_it_is_there_only_when_there_is_something_to_say(bar: CacheBar) -> None:
    assert bar.isHidden()
    bar.show_use(ENDED)
    assert not bar.isHidden()
    bar.show_use(None)
    assert bar.isHidden()
    assert bar.accessibleDescription() == ""


def test_it_has_a_name_and_explains_itself(bar: CacheBar) -> None:
    assert bar.accessibleName() == "Prompt cache"
    assert bar.toolTip().count(".") == 2


def test_the_widths_are_the_shares_and_small_parts_stay_visible() -> None:
    assert widths(CacheUse(100, 50, stage="next"), 120, 3) == [60, 60]
    kept, read, written = widths(CacheUse(10_000, 9_999, 1, 10_000), 120, 3)
    assert read == 3
    assert kept + read + written == pytest.approx(120)
    assert widths(CacheUse(0, 0), 120, 3) == []


def test_a_full_cache_fills_it_and_an_empty_one_empties_it(bar: CacheBar, theme: Theme) -> None:
    bar.show_use(CacheUse(430, 420))
    assert columns(drawn(bar), theme.colour("info")) > 105
    bar.show_use(CacheUse(430, 0))
    assert columns(drawn(bar), theme.colour("info")) == 0


def test_the_parts_grow_while_an_answer_is_read_and_written(bar: CacheBar, theme: Theme) -> None:
    seen = []
    for use in (
        CacheUse(100, 20, 0, stage="reading"),
        CacheUse(100, 20, 40, stage="reading"),
        CacheUse(100, 20, 80, 100, stage="writing"),
    ):
        bar.show_use(use)
        image = drawn(bar)
        seen.append((columns(image, theme.colour("message")), columns(image, theme.colour("template"))))
    (none, _), (some, unwritten), (_, written) = seen
    assert none < some
    assert unwritten == 0 < written


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (CacheUse(9, 9), CacheUse(9, 0, 9)),
        (CacheUse(9, 0, 9), CacheUse(9, 0)),
        (CacheUse(9, 0, 9), CacheUse(0, 0, 0, 9)),
        (CacheUse(9, 9), CacheUse(0, 0, 0, 9)),
    ],
)
def test_the_looks_differ_without_their_colours(
    bar: CacheBar, theme: Theme, monkeypatch: pytest.MonkeyPatch, one: CacheUse, other: CacheUse
) -> None:
    usual = theme.colour
    alike = {"message": "info", "template": "info"}
    monkeypatch.setattr(theme, "colour", lambda role, alpha=1.0: usual(alike.get(role, role), alpha))
    bar.show_use(one)
    first = drawn(bar)
    bar.show_use(other)
    assert drawn(bar) != first


@pytest.mark.parametrize("width", [120, 200, 320])
def test_a_narrow_line_does_not_fail(bar: CacheBar, width: int) -> None:
    bar.resize(width, bar.height())
    bar.show_use(ENDED)
    assert len(colours(bar.grab().toImage())) > 2
