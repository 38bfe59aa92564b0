"""The list of conversations."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from playground.core.store import Headline
from playground.gui.chat.conversation_list import ConversationList, when
from playground.gui.theme import Theme

DAY = 86400.0
ROWS = (Headline("a", "Sky", 1.0, 2), Headline("b", "Sea", 2.0, 4), Headline("c", "", 3.0, 0))


@pytest.fixture
def listing(theme: Theme, qtbot: QtBot) -> ConversationList:
    listing = ConversationList(theme)
    qtbot.addWidget(listing)
    listing.resize(230, 400)
    listing.show()
    listing.show_headlines(ROWS, "b")
    return listing


def test_the_conversation_on_screen_is_marked(listing: ConversationList) -> None:
    assert listing.view.currentIndex().data() == "Sea"
    listing.mark("nowhere")
    assert not listing.view.currentIndex().isValid()


def test_one_without_a_name_is_a_new_chat(listing: ConversationList) -> None:
    assert listing.view.model().index(2, 0).data() == "New chat"


def test_a_click_opens(listing: ConversationList, qtbot: QtBot) -> None:
    rect = listing.view.visualRect(listing.view.model().index(0, 0))
    with qtbot.waitSignal(listing.open_requested) as opened:
        QTest.mouseClick(listing.view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert opened.args == ["a"]


def test_a_name_is_typed_in_place(listing: ConversationList, qtbot: QtBot) -> None:
    listing.rename("a")
    editor = listing.view.findChildren(QLineEdit)[0]
    editor.setText("  Blue \n sky ")
    with qtbot.waitSignal(listing.rename_requested) as renamed:
        QTest.keyClick(editor, Qt.Key.Key_Return)
    assert renamed.args == ["a", "Blue sky"]


def test_an_empty_or_unchanged_name_changes_nothing(listing: ConversationList, qtbot: QtBot) -> None:
    model = listing.view.model()
    with qtbot.assertNotEmitted(listing.rename_requested):
        model.setData(model.index(0, 0), "  ")
        model.setData(model.index(0, 0), "Sky")


def test_typing_asks_once_for_what_is_looked_for(listing: ConversationList, qtbot: QtBot) -> None:
    asked: list[tuple[str, bool]] = []
    listing.search_changed.connect(lambda text, trashed: asked.append((text, trashed)))
    QTest.keyClicks(listing.search, "sky")
    qtbot.waitUntil(lambda: bool(asked))
    listing.trash.click()
    assert asked == [("sky", False), ("sky", True)]


@pytest.mark.parametrize(
    ("search", "trash", "words"),
    [("", False, "Your chats will be listed here."), ("x", False, "Nothing found."), ("", True, "The trash is empty.")],
)
def test_an_empty_list_says_why(listing: ConversationList, search: str, trash: bool, words: str) -> None:
    listing.search.setText(search)
    listing.trash.setChecked(trash)
    listing.show_headlines((), "")
    assert listing.empty.isVisible()
    assert listing.empty.text() == words


def test_nothing_is_thrown_away_by_a_single_key(listing: ConversationList, qtbot: QtBot) -> None:
    listing.view.setFocus()
    with qtbot.assertNotEmitted(listing.trash_requested):
        for key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            QTest.keyClick(listing.view, key)
    with qtbot.waitSignal(listing.trash_requested) as thrown:
        QTest.keyClick(listing.view, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert thrown.args == ["b"]


def test_the_menu_offers_what_fits(listing: ConversationList) -> None:
    words = [action.text() for action in listing.menu_for("a").actions() if action.text()]
    assert words == ["Rename", "Duplicate", "Export…", "Move to trash"]
    listing.trash.setChecked(True)
    assert [action.text() for action in listing.menu_for("a").actions()] == ["Restore"]


def test_screen_readers_hear_more_than_the_name(listing: ConversationList) -> None:
    said = listing.view.model().index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said.startswith("Sea, 4 messages, ")


def test_moments_are_told_as_short_as_can_be() -> None:
    noon = time.mktime((2026, 3, 18, 12, 0, 0, 0, 0, -1))  # a Wednesday
    assert when(noon - 3600, noon) == "11:00"
    assert when(noon - 1 * DAY, noon) == "Tue"
    assert when(noon - 20 * DAY, noon) == "26 Feb"
    assert when(noon - 400 * DAY, noon) == "11 Feb 2025"
