"""The command palette: finding by a few letters, choosing by keys or mouse, and getting out of the way."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from playground.gui.theme import Theme
from playground.gui.widgets.fuzzy import match
from playground.gui.widgets.keycaps import caps_of
from playground.gui.widgets.palette import Palette, PaletteEntry
from playground.gui.widgets.palette_rows import found_rows

ENTRIES = (
    PaletteEntry("chat.stop", "Stop", "Esc", "Nothing is being written."),
    PaletteEntry("chat.new", "New chat", "Ctrl+N"),
    PaletteEntry("chat.export", "Export this chat", "Ctrl+E"),
    PaletteEntry("chat.copy", "Copy the last answer", "Ctrl+Shift+C"),
    PaletteEntry("models.load", "Load a model"),
)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1000, 700)
    column = QVBoxLayout(window)
    column.addWidget(QLineEdit())
    column.addWidget(QPushButton("A button"))
    window.show()
    window.activateWindow()
    window.findChildren(QLineEdit)[0].setFocus()
    return window


@pytest.fixture
def palette(theme: Theme, window: QWidget) -> Palette:
    palette = Palette(theme, window)
    palette.open(ENTRIES)
    return palette


def chosen_row(palette: Palette) -> str:
    return str(palette.list.currentIndex().data())


def better(typed: str, titles: tuple[str, str]) -> str:
    return max(titles, key=lambda title: match(typed, title)[0])  # type: ignore[index]


def test_word_starts_and_runs_win() -> None:
    assert better("stp", ("Last tip", "Save the picture")) == "Save the picture"
    assert better("sto", ("Set the option", "Stop")) == "Stop"
    assert better("new", ("Rename what is there", "New chat")) == "New chat"
    assert better("chat", ("Clear what had come to us", "Export this chat")) == "Export this chat"


def test_words_may_come_in_any_order_and_must_all_be_there() -> None:
    assert match("chat new", "New chat") is not None
    assert match("chat old", "New chat") is None
    assert match("tac", "New chat") is None


def test_the_matched_letters_are_known() -> None:
    assert match("nc", "New chat")[1] == (0, 4)  # type: ignore[index]
    assert match("CHAT", "New chat")[1] == (4, 5, 6, 7)  # type: ignore[index]
    assert match("e", "İe") is not None  # a letter that grows when it becomes small


def test_best_first_and_what_cannot_be_run_behind_its_equals() -> None:
    twins = (PaletteEntry("a", "Stop", reason="No."), PaletteEntry("b", "Stop"))
    assert [row.entry.id for row in found_rows("st", twins)] == ["b", "a"]
    assert found_rows("chat", ENTRIES)[0].entry.id == "chat.new"
    assert found_rows("zzz", ENTRIES) == []


def test_recently_used_come_first_while_nothing_is_typed() -> None:
    rows = found_rows("", ENTRIES, ["models.load", "gone", "chat.copy"])
    assert [row.entry.id for row in rows[:2]] == ["models.load", "chat.copy"]
    assert [row.caption for row in rows if row.caption] == ["Recently used", "All commands"]
    assert rows[-1].entry.id == "chat.stop"


def test_typing_and_enter_choose(palette: Palette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.field, "load")
    assert palette.titles() == ["Load a model"]
    with qtbot.waitSignal(palette.chosen) as told:
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert told.args == ["models.load"]
    assert not palette.isVisible()


def test_what_was_chosen_stands_first_the_next_time(palette: Palette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.field, "copy")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    palette.open(ENTRIES)
    assert palette.titles()[0] == "Copy the last answer"
    assert palette.field.text() == ""


def test_arrows_go_round_and_pages_stop_at_the_ends(palette: Palette, qtbot: QtBot) -> None:
    assert chosen_row(palette) == "New chat"
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert chosen_row(palette) == "Export this chat"
    qtbot.keyClick(palette.field, Qt.Key.Key_PageDown)
    assert chosen_row(palette) == "Stop"
    qtbot.keyClick(palette.field, Qt.Key.Key_PageDown)
    assert chosen_row(palette) == "Stop"
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert chosen_row(palette) == "New chat"
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    assert chosen_row(palette) == "Stop"
    qtbot.keyClick(palette.field, Qt.Key.Key_PageUp)
    assert chosen_row(palette) == "New chat"


def test_what_cannot_be_run_is_not_chosen(palette: Palette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.field, "stop")
    with qtbot.assertNotEmitted(palette.chosen):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert "not available: Nothing is being written." in palette.field.accessibleDescription()


def test_a_click_chooses(palette: Palette, qtbot: QtBot) -> None:
    spot = palette.list.visualRect(palette.list.model().index(2, 0)).center()
    with qtbot.waitSignal(palette.chosen) as told:
        qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert told.args == ["chat.copy"]


def test_escape_closes_and_gives_the_focus_back(palette: Palette, window: QWidget, qtbot: QtBot) -> None:
    assert palette.field.hasFocus()
    stop = QShortcut(QKeySequence("Esc"), window)
    with qtbot.assertNotEmitted(stop.activated), qtbot.assertNotEmitted(palette.chosen):
        qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert window.findChildren(QLineEdit)[0].hasFocus()


def test_it_closes_when_the_focus_goes_elsewhere(palette: Palette, window: QWidget) -> None:
    button = window.findChildren(QPushButton)[0]
    button.setFocus()
    assert not palette.isVisible()
    assert button.hasFocus()


def test_a_click_outside_closes_it_and_one_inside_does_not(palette: Palette, qtbot: QtBot) -> None:
    qtbot.mouseClick(palette.field.parentWidget(), Qt.MouseButton.LeftButton)
    assert palette.isVisible()
    qtbot.mouseClick(palette, Qt.MouseButton.LeftButton, pos=palette.rect().bottomLeft())
    assert not palette.isVisible()


def test_tab_stays_inside(palette: Palette, qtbot: QtBot) -> None:
    qtbot.keyClick(palette.field, Qt.Key.Key_Tab)
    assert palette.isVisible()
    assert palette.field.hasFocus()


def test_nothing_found_is_said(palette: Palette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.field, "xyzzy")
    assert palette.titles() == []
    assert palette.field.accessibleDescription() == "Nothing is called “xyzzy”."
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_it_stays_inside_a_window_that_shrinks(palette: Palette, window: QWidget, qtbot: QtBot) -> None:
    window.resize(400, 420)
    qtbot.waitUntil(lambda: palette.size() == window.size())
    card = palette.field.parentWidget()
    assert window.rect().contains(card.geometry())


def test_the_screen_reader_hears_the_row(palette: Palette) -> None:
    assert palette.field.accessibleName() == "Find a command"
    assert palette.field.accessibleDescription() == "New chat, Ctrl+N, 1 of 5"


@pytest.mark.parametrize(
    ("shortcut", "caps"),
    [
        ("Ctrl+Shift+C", ("Ctrl", "Shift", "C")),
        ("Ctrl++", ("Ctrl", "+")),
        ("Ctrl+,", ("Ctrl", ",")),
        ("Alt+Left", ("Alt", "←")),
        ("Alt+Return", ("Alt", "Enter")),
        ("F1", ("F1",)),
        ("", ()),
    ],
)
def test_shortcuts_become_key_caps(shortcut: str, caps: tuple[str, ...]) -> None:
    assert caps_of(shortcut) == caps
