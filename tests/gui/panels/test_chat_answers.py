"""Chat: the prompt cache made visible, and several answers at once, through the real window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from playground.core.events import Done, Failed, Progress, Started
from playground.core.facts import PromptInfo, ReplyInfo
from playground.gui.panels.chat import ChatPanel
from playground.gui.widgets.cache_parts import CacheUse
from playground.jobs.replies import Replies
from playground.jobs.reply import Reply
from tests.gui.desktop import Desktop, prompt_info, running
from tests.jobs.helpers import token

ENDED = "Reused 7 · read 3 · wrote 2 tokens · about 1.1 s saved"


@pytest.fixture
def desktop(qtbot: QtBot) -> Iterator[Desktop]:
    with running(qtbot) as desktop:
        yield desktop


@pytest.fixture
def chat(desktop: Desktop) -> ChatPanel:
    desktop.load()
    return desktop.chat


def ten(reusable: int) -> PromptInfo:
    """A prompt of ten tokens."""
    return prompt_info(*(("message", "x"),) * 10, reusable=reusable)


def said(chat: ChatPanel) -> str:
    return chat.view.cache.accessibleDescription()


def answer(desktop: Desktop) -> None:
    """Have a message answered, of which seven tokens are kept from before."""
    desktop.send("Hi")
    desktop.tell(Reply, Started(), Progress(7, 10, unit="tokens"), Progress(10, 10, unit="tokens"))
    desktop.tell(Reply, token(0, "He"), token(1, "llo"))
    desktop.tell(Reply, Done(ReplyInfo("Hello", "end of turn", 10, 2, 0.1, 0.2, 7, 0, 7, 1.1)))


# -- the prompt cache --------------------------------------------------------------------------------------------


def test_without_a_model_there_is_no_cache_to_show(desktop: Desktop) -> None:
    assert desktop.chat.view.cache.isHidden()
    desktop.load()
    desktop.look(ten(0))
    assert desktop.chat.view.cache.isVisible()
    desktop.jobs.die()
    assert desktop.chat.view.cache.isHidden()


def test_before_sending_it_says_what_is_kept(desktop: Desktop, chat: ChatPanel) -> None:
    chat.view.composer.set_text("Hi")
    desktop.look(ten(7))
    assert said(chat) == "7 of 10 tokens are kept from before; 3 will be read"


def test_it_follows_an_answer_and_stays_with_what_it_took(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.send("Hi")
    desktop.tell(Reply, Started(), Progress(7, 10, unit="tokens"))
    assert said(chat) == "Reused 7 · read 0 of 3 tokens"
    desktop.tell(Reply, Progress(10, 10, unit="tokens"), token(0, "He"))
    assert said(chat) == "Reused 7 · read 3 · wrote 1 token"
    desktop.tell(Reply, Done(ReplyInfo("Hello", "end of turn", 10, 2, 0.1, 0.2, 7, 0, 7, 1.1)))
    assert said(chat) == ENDED
    desktop.look(ten(9))  # the next prompt is looked at, but nothing has been changed yet
    assert said(chat) == ENDED
    assert "Reading 3 of 10 tok · 0.1 s · 30.0 t/s (7 kept)" in desktop.last.stats


def test_an_answer_to_a_late_look_does_not_hide_what_is_going_on(desktop: Desktop, chat: ChatPanel) -> None:
    chat.view.composer.set_text("Hi")
    desktop.look(ten(0))
    chat.view.composer.set_text("Hi!")
    QTest.keyClick(desktop.box, Qt.Key.Key_Return)
    desktop.tell(Reply, Started(), Progress(7, 10, unit="tokens"))
    desktop.look(ten(0))
    assert said(chat) == "Reused 7 · read 0 of 3 tokens"


@pytest.mark.parametrize("edit", ["draft", "system", "version"])
def test_an_edit_shows_the_next_prompt_again(desktop: Desktop, chat: ChatPanel, edit: str) -> None:
    answer(desktop)
    desktop.look(ten(9))
    if edit == "draft":
        chat.view.composer.set_text("And")
    elif edit == "system":
        chat.side.prompt.system.setPlainText("Ramble.")
    else:
        chat.act(desktop.last.id, "delete")
    desktop.look(ten(0))
    assert said(chat) == "Nothing is kept from before; 10 will be read"


def test_a_prompt_that_cannot_be_has_no_cache(desktop: Desktop, chat: ChatPanel) -> None:
    answer(desktop)
    chat.view.composer.set_text("long " * 900)
    desktop.look(Failed("Too long.", "Shorten it.", "E-CONTEXT"))
    assert chat.view.cache.isHidden()


def test_coming_back_to_an_answer_under_way_shows_how_far_it_is(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.send("Hi")
    id = desktop.talk.id
    desktop.tell(Reply, Started(), Progress(7, 10, unit="tokens"))
    chat.new()
    desktop.look(ten(0))
    assert said(chat).startswith("Nothing")
    chat.talk.open(id)
    assert chat.view.cache.use == CacheUse(10, 7, 0, stage="reading")


def test_how_much_may_be_kept_is_a_preference(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.session.settings = replace(desktop.session.settings, cache_mb=300)
    assert desktop.send("Hi").cache_mb == 300


# -- several answers ---------------------------------------------------------------------------------------------


@pytest.fixture
def two(desktop: Desktop, chat: ChatPanel) -> Desktop:
    """A message that is being answered twice."""
    chat.side.run.output.answers.value_changed.emit(2)
    chat.side.run.output.set_answer_count(2)
    chat.view.composer.set_text("Name a colour.")
    QTest.keyClick(desktop.box, Qt.Key.Key_Return)
    desktop.tell(Replies, Started(), Progress(0, 10, unit="tokens"), Progress(10, 10, unit="tokens"))
    return desktop


def grow(desktop: Desktop, row: int, text: str) -> None:
    desktop.tell(Replies, replace(token(0, text), row=row))


def test_they_are_versions_one_can_step_through_while_they_are_written(two: Desktop) -> None:
    transcript = two.chat.view.transcript
    assert len(two.job(Replies).seeds) == 2
    grow(two, 0, "Red")
    grow(two, 1, "Blue")
    message = transcript.message(two.last.id)
    assert (message.version, message.versions, message.text) == (1, 2, "Red")
    two.press("Alt+Right", two.box)
    message = transcript.message(two.last.id)
    assert (message.version, message.text, message.state) == (2, "Blue", "writing")
    grow(two, 0, "dish")
    grow(two, 1, "berry")
    assert two.shown[-1] == "Blueberry"
    two.press("Alt+Left", two.box)
    assert two.shown[-1] == "Reddish"


def test_one_without_a_word_yet_waits_with_its_state(two: Desktop) -> None:
    grow(two, 0, "Red")
    two.press("Alt+Right", two.box)
    message = two.chat.view.transcript.message(two.last.id)
    assert (message.state, message.note) == ("waiting", "Reading prompt 10/10 · 2 answers at once")
    grow(two, 1, "Blue")
    assert two.shown[-1] == "Blue"


def test_stop_keeps_both_and_each_can_be_worked_on(two: Desktop) -> None:
    grow(two, 0, "Red")
    grow(two, 1, "Blue")
    two.press("Esc")
    assert [(turn.text, turn.state) for turn in two.stored().turns[1:]] == [("Red", "stopped"), ("Blue", "stopped")]
    two.press("Alt+Right", two.box)
    two.press("Alt+Return", two.box)
    two.wait(lambda: bool(two.of(Reply)))
    assert two.job(Reply).prompt.reply_start == "Blue"


def test_each_says_its_own_seed_and_the_one_on_screen_can_be_kept(two: Desktop) -> None:
    first, second = two.job(Replies).seeds
    two.press("Alt+Right", two.box)
    parts = [ReplyInfo(text, "end of turn", 10, 2, 0.1, 0.2, seed) for text, seed in (("Red", first), ("Blue", second))]
    two.tell(Replies, Done(tuple(parts)))
    assert [turn.stats.rsplit("seed ", 1)[1] for turn in two.talk.turns[1:]] == [str(first), str(second)]
    two.chat.side.run.output.lock.click()
    assert two.chat.side.run.output.seed.text() == str(second)


def test_the_cache_bar_counts_all_that_is_written(two: Desktop) -> None:
    grow(two, 0, "Red")
    grow(two, 1, "Blue")
    assert said(two.chat) == "Reused 0 · read 10 · wrote 2 tokens"


def test_the_number_of_answers_comes_back_with_its_chat(two: Desktop) -> None:
    two.press("Esc")
    id = two.talk.id
    two.run("chat.new")
    two.chat.side.run.output.set_answer_count(1)
    two.chat.view.composer.set_text("x")
    two.chat._open(id)
    two.wait(lambda: two.talk.id == id)
    assert two.chat.side.run.output.answer_count() == 2
