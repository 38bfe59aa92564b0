"""The exact tokens: what a chip says, how turns are cut, and how one steps through them."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from playground.core.facts import PromptInfo, PromptToken
from playground.gui.theme import SECTIONS, Theme
from playground.gui.widgets.token_flow import TokenFlow
from playground.gui.widgets.token_paint import HOVER, TINTS
from playground.gui.widgets.token_text import blocks_of, plain_text, shown_text


def turn(section: str, role: str, *words: str) -> list[PromptToken]:
    """One turn as a chat template writes it."""
    return [
        PromptToken(1, "<|start|>", "template", "", True),
        PromptToken(2, role, "template"),
        PromptToken(3, "\n", "template"),
        *(PromptToken(100 + at, word, section, role) for at, word in enumerate(words)),
        PromptToken(4, "<|end|>", "template", "", True),
        PromptToken(3, "\n", "template"),
    ]


TOKENS = (
    *turn("system", "system", "Be", " kind", "."),
    *turn("message", "user", "Hello", " you", "\n", "there"),
    *turn("", "assistant")[:3],
)
INFO = PromptInfo(TOKENS, (), 8192)


def long_prompt(tokens: int = 4000) -> PromptInfo:
    source = random.Random(1)
    words = [" " + "".join(source.choices("etaoinshrdlu", k=source.randint(1, 9))) for _ in range(1200)]
    found: list[PromptToken] = []
    while len(found) < tokens:
        found += turn("history", "user", *source.choices(words, k=45))
    return PromptInfo(tuple(found[:tokens]), (), 8192)


@pytest.fixture
def flow(theme: Theme, qtbot: QtBot) -> TokenFlow:
    flow = TokenFlow(theme)
    qtbot.addWidget(flow)
    flow.resize(360, 400)
    flow.set_prompt(INFO)
    flow.show()
    flow.activateWindow()
    flow.setFocus()
    return flow


def texts(flow: TokenFlow) -> list[list[str]]:
    """What stands on the chips, row by row."""
    layout = flow.layout_now()
    return [layout.texts[row.first : row.end] for row in layout.rows if row.block < 0]


def test_white_space_is_visible() -> None:
    assert shown_text(" a b") == "·a·b"
    assert shown_text("\n\t") == "↵→"
    assert shown_text("\u200b") == "⟨U+200B⟩"
    assert shown_text("\u202e") == "⟨U+202E⟩"
    assert shown_text("") == "⟨empty⟩"
    assert shown_text("größer") == "größer"


def test_a_turn_holds_what_the_template_puts_around_it() -> None:
    assert [(block.name, "".join(t.text for t in TOKENS[block.first : block.end])) for block in blocks_of(TOKENS)] == [
        ("System prompt", "<|start|>system\nBe kind.<|end|>\n"),
        ("Message", "<|start|>user\nHello you\nthere<|end|>\n"),
        ("Answer starts here", "<|start|>assistant\n"),
    ]


def test_turns_without_special_tokens_begin_with_their_name() -> None:
    tokens = [
        PromptToken(1, "User: ", "template"),
        PromptToken(2, "Hi", "history", "user"),
        PromptToken(3, "\nAssistant: ", "template"),
        PromptToken(4, "Yes", "history", "assistant"),
    ]
    assert [(b.first, b.end, b.title()) for b in blocks_of(tokens)] == [
        (0, 2, "Earlier · user"),
        (2, 4, "Earlier · assistant"),
    ]


def test_every_token_is_in_exactly_one_turn() -> None:
    tokens = (*TOKENS[:8], *(PromptToken(9, "c", "context", "system"),), *turn("example", "user", "q"), TOKENS[0])
    places = [at for block in blocks_of(tokens) for at in range(block.first, block.end)]
    assert places == list(range(len(tokens)))
    assert blocks_of(()) == []


def test_examples_are_counted() -> None:
    tokens = [t for _ in range(2) for role in ("user", "assistant") for t in turn("example", role, "x")]
    assert [b.title() for b in blocks_of(tokens)] == [
        f"Example {n} · {r}" for n in (1, 2) for r in ("user", "assistant")
    ]


def test_characters_across_tokens_are_put_together() -> None:
    tokens = [PromptToken(1, text, "message") for text in ("a", "⟨E2⟩⟨81⟩", "⟨B4⟩", "⟨FF⟩")]
    assert plain_text(tokens[:3]) == "a⁴"
    assert plain_text(tokens) == "a⟨E2⟩⟨81⟩⟨B4⟩⟨FF⟩"


def test_a_line_of_the_prompt_ends_a_row(flow: TokenFlow) -> None:
    assert texts(flow) == [
        ["<|start|>", "system", "↵"],
        ["Be", "·kind", ".", "<|end|>", "↵"],
        ["<|start|>", "user", "↵"],
        ["Hello", "·you", "↵"],
        ["there", "<|end|>", "↵"],
        ["<|start|>", "assistant", "↵"],
    ]


@pytest.mark.parametrize("width", [80, 200, 360, 1200])
def test_chips_stay_inside_and_keep_their_order(flow: TokenFlow, width: int) -> None:
    flow.set_prompt(PromptInfo((*TOKENS, PromptToken(5, "x" * 300, "message", "user")), (), 8192))
    flow.resize(width, 400)
    layout = flow.layout_now()
    rects = [layout.rect(at) for at in range(len(layout.tokens))]
    assert all(rect.right() <= width for rect in rects)
    for before, after in pairwise(rects):
        assert after.top() > before.top() or after.left() >= before.right()


def test_j_and_k_step_and_say_where_they_are(flow: TokenFlow, qtbot: QtBot) -> None:
    qtbot.keyClick(flow, Qt.Key.Key_J)
    assert flow.current == 0
    for _ in range(4):
        qtbot.keyClick(flow, Qt.Key.Key_J)
    assert flow.accessibleDescription() == "token 5, “ kind”, id 101, system"
    qtbot.keyClick(flow, Qt.Key.Key_K)
    qtbot.keyClick(flow, Qt.Key.Key_Left)
    assert flow.current == 2
    qtbot.keyClick(flow, Qt.Key.Key_Home)
    qtbot.keyClick(flow, Qt.Key.Key_K)
    assert flow.accessibleDescription() == "token 1, “<|start|>”, id 1, template, special"
    qtbot.keyClick(flow, Qt.Key.Key_End)
    qtbot.keyClick(flow, Qt.Key.Key_J)
    assert flow.current == len(TOKENS) - 1


def test_up_and_down_go_to_the_nearest_chip(flow: TokenFlow, qtbot: QtBot) -> None:
    qtbot.keyClick(flow, Qt.Key.Key_J)
    qtbot.keyClick(flow, Qt.Key.Key_Down)
    layout = flow.layout_now()
    assert layout.row_of(flow.current) == layout.row_of(0) + 1
    assert layout.rect(flow.current).left() < layout.rect(0).right()
    qtbot.keyClick(flow, Qt.Key.Key_Up)
    assert layout.row_of(flow.current) == layout.row_of(0)


def test_the_current_token_is_in_view(flow: TokenFlow, qtbot: QtBot) -> None:
    flow.set_prompt(long_prompt())
    for key in (Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_Home, Qt.Key.Key_PageDown, Qt.Key.Key_PageDown):
        qtbot.keyClick(flow, key)
        top = flow.layout_now().rect(flow.current).top() - flow.verticalScrollBar().value()
        assert 0 <= top <= flow.viewport().height() - 20
    assert flow.current > 0


def test_only_the_keyboard_focus_draws_a_ring(flow: TokenFlow, theme: Theme, qtbot: QtBot) -> None:
    def has_ring() -> bool:
        image = flow.viewport().grab().toImage()
        rect = flow.layout_now().rect(4).toRect()
        return image.pixelColor(rect.center().x(), rect.top() - 1) == theme.colour("focus")

    assert not has_ring()
    flow._set_current(4)
    assert has_ring()
    flow.clearFocus()
    assert not has_ring()


def test_tab_begins_at_the_first_token(flow: TokenFlow) -> None:
    flow.clearFocus()
    flow.setFocus(Qt.FocusReason.TabFocusReason)
    assert flow.current == 0


def test_a_click_makes_a_token_the_current_one(flow: TokenFlow, qtbot: QtBot) -> None:
    spot = flow.layout_now().rect(5).center().toPoint()
    with qtbot.waitSignal(flow.current_changed) as told:
        qtbot.mouseClick(flow.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert told.args == [5]


def test_the_current_token_survives_what_is_typed_behind_it(flow: TokenFlow) -> None:
    flow._set_current(4)
    flow.set_prompt(PromptInfo((*TOKENS, PromptToken(7, "more", "message", "user")), (), 8192))
    assert flow.current == 4
    flow.set_prompt(PromptInfo(TOKENS[1:], (), 8192))
    assert flow.current == -1
    flow.set_prompt(None)
    assert flow.accessibleDescription() == "Load a model to see the exact tokens it will read."


def test_the_tip_shows_marks_as_they_are(flow: TokenFlow) -> None:
    assert "“&lt;|start|&gt;”" in flow._tip(0)
    assert "Token 5 of 20" in flow._tip(4)
    assert "id 101 · System prompt · system" in flow._tip(4)


def test_the_menu_copies(flow: TokenFlow, qtbot: QtBot) -> None:
    copied = {}
    for name in ("Copy as text", "Copy ids", "Copy as table"):
        QApplication.sendEvent(flow, context_menu(flow))
        menu = flow.findChildren(QMenu)[-1]
        next(action for action in menu.actions() if action.text() == name).trigger()
        menu.close()
        copied[name] = QGuiApplication.clipboard().text()
    assert copied["Copy as text"] == "".join(token.text for token in TOKENS)
    assert copied["Copy ids"].startswith("[1, 2, 3, 100, 101")
    assert copied["Copy as table"].splitlines()[5] == "5\t101\t·kind\tsystem\tsystem"


def context_menu(widget: QWidget) -> QContextMenuEvent:
    return QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), widget.mapToGlobal(QPoint(5, 5)))


def test_the_table_has_one_token_in_each_row(flow: TokenFlow) -> None:
    flow.set_table(True)
    assert texts(flow) == [[shown_text(token.text)] for token in TOKENS]
    flow.set_table(False)
    assert len(texts(flow)) == 6


def test_hidden_it_waits_until_it_is_looked_at(theme: Theme, qtbot: QtBot) -> None:
    flow = TokenFlow(theme)
    qtbot.addWidget(flow)
    flow.set_prompt(INFO)
    assert flow._layout is None
    flow.show()
    assert len(flow.layout_now().texts) == len(TOKENS)


def test_it_takes_over_zoom_and_colours(flow: TokenFlow, theme: Theme, qapp: QApplication) -> None:
    before = flow.layout_now().rect(4)
    theme.apply(qapp, "dark", 2.0)
    assert flow.layout_now().rect(4).height() == 2 * before.height()
    assert flow.layout_now().rect(4).width() == pytest.approx(2 * before.width(), abs=3)
    assert flow.viewport().grab().toImage().pixelColor(1, 1) == theme.colour("window")
    theme.apply(qapp, "light", 1.0)


def luminance(colour: QColor) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("section", SECTIONS)
def test_the_text_is_readable_on_every_tint(theme: Theme, qapp: QApplication, mode: str, section: str) -> None:
    theme.apply(qapp, mode)
    ink = luminance(theme.colour("text"))
    for ground in ("window", "surface", "raised"):
        for alpha in (*TINTS[theme.dark], TINTS[theme.dark][1] + HOVER):
            pairs = zip(theme.colour(section).getRgbF()[:3], theme.colour(ground).getRgbF()[:3], strict=True)
            chip = luminance(QColor.fromRgbF(*(alpha * a + (1 - alpha) * b for a, b in pairs)))
            low, high = sorted((ink, chip))
            assert (high + 0.05) / (low + 0.05) >= 4.5
    theme.apply(qapp, "light")


def test_four_thousand_tokens_are_laid_out_at_once_and_scroll_lightly(flow: TokenFlow, qapp: QApplication) -> None:
    info = long_prompt()
    start = time.process_time()
    flow.set_prompt(info)
    assert time.process_time() - start < 0.08  # twice what it may take, for slow machines
    qapp.processEvents()
    took = []
    for value in range(100, 3000, 100):
        start = time.process_time()
        flow.verticalScrollBar().setValue(value)
        qapp.processEvents()
        took.append(time.process_time() - start)
    assert sorted(took)[len(took) // 2] < 0.005
    QToolTip.hideText()
