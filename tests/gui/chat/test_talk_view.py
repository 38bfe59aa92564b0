"""The middle of the chat, without a talk behind it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from playground.core.conversation import Conversation, Turn
from playground.core.errors import UserError
from playground.gui.chat.talk_view import TalkView
from playground.gui.theme import Theme
from tests.gui.desktop import prompt_info

USER, ANSWER = Turn("u", "", "user", "Why?"), Turn("a", "u", "assistant", "Because.", model="Toy", stats="3 tok")
TALK = Conversation("1", "Why?", (USER, ANSWER), "a")


@pytest.fixture
def view(theme: Theme, qtbot: QtBot) -> TalkView:
    view = TalkView(theme)
    qtbot.addWidget(view)
    view.resize(700, 600)
    view.show()
    view.activateWindow()
    view.composer.focus_text()
    return view


def test_a_path_is_drawn_with_its_names_and_buttons(view: TalkView) -> None:
    view.show_path(TALK)
    assert view.transcript.isVisible()
    user, answer = view.transcript.messages()
    assert (user.title, answer.title, answer.stats) == ("You", "Toy", "3 tok")
    assert "regenerate" in answer.actions
    assert "regenerate" not in user.actions
    view.show_path(Conversation("2"))
    assert view.start.isVisible()


def test_versions_are_counted_without_the_deleted(view: TalkView) -> None:
    others = (replace(ANSWER, id="b"), replace(ANSWER, id="c", deleted=True))
    view.show_path(Conversation("1", "", (USER, ANSWER, *others), "b"))
    message = view.transcript.message("b")
    assert (message.version, message.versions) == (2, 2)


def test_an_answer_waits_until_its_first_word(view: TalkView) -> None:
    empty = replace(ANSWER, text="", state="writing")
    talk = Conversation("1", "", (USER, empty), "a")
    view.show_path(talk)
    view.show_status(talk, "Reading prompt 3/9")
    assert (view.transcript.message("a").state, view.transcript.message("a").note) == ("waiting", "Reading prompt 3/9")
    view.transcript.append("a", "Be")
    view.show_status(talk, "Generating")
    assert (view.transcript.message("a").state, view.transcript.message("a").note) == ("writing", "")
    view.show_turn(ANSWER)
    assert view.transcript.message("a").text == "Because."


def test_escape_is_taken_only_while_something_is_written(view: TalkView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.escaped):
        QTest.keySequence(view.composer.box, QKeySequence("Esc"))
    view.show_writing(True)
    with qtbot.waitSignal(view.escaped):
        QTest.keySequence(view.composer.box, QKeySequence("Esc"))


def test_what_does_not_fit_is_greyed_and_the_draft_is_counted(view: TalkView) -> None:
    view.show_path(TALK)
    view.composer.set_text("Two words")
    view.show_prompt(TALK, prompt_info(("history", "x"), ("message", "Two"), ("message", " words"), left_out=1), 64)
    assert [message.outside for message in view.transcript.messages()] == [True, False]
    assert view.composer.count.text() == "2 tokens"
    view.composer.clear()
    view.show_prompt(TALK, prompt_info(("message", "…")), 64)
    assert [message.outside for message in view.transcript.messages()] == [False, False]
    assert view.composer.count.text() == ""


def test_a_reason_against_sending_is_said_and_taken_back(view: TalkView) -> None:
    view.composer.set_text("Hi")
    view.show_send("", UserError("Too long.", "Shorten it.", "E-CONTEXT"))
    assert not view.composer.send.isEnabled()
    assert view.composer.count.text() == "Too long. Shorten it."
    view.show_send("Load a model first.", None)
    assert view.composer.send.toolTip() == "Load a model first."
    assert view.composer.count.text() == ""
    view.show_send("", None)
    assert view.composer.send.isEnabled()
