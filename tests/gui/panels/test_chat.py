"""Chat: from the first page to the last word, through the real window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from playground.core.catalogue import starter_folder
from playground.core.conversation import Conversation, new_turn
from playground.core.events import Done, Failed, Progress, Started
from playground.core.facts import Example
from playground.gui.panels.chat import ChatPanel
from playground.jobs.convert import Convert
from playground.jobs.describe import Describe
from playground.jobs.get_starter import GetStarter
from playground.jobs.load import Load
from playground.jobs.reply import Reply
from playground.jobs.xray import Xray
from tests.gui.desktop import Desktop, loaded, model, prompt_info, running

TOO_LONG = Failed("The prompt has 900 of 512 tokens.", "Shorten it.", "E-CONTEXT")


@pytest.fixture
def desktop(qtbot: QtBot) -> Iterator[Desktop]:
    with running(qtbot) as desktop:
        yield desktop


@pytest.fixture
def chat(desktop: Desktop) -> ChatPanel:
    desktop.load()
    return desktop.chat


def second_message(desktop: Desktop) -> None:
    desktop.exchange("Why is the sky blue?", "Because of scattering.")
    desktop.exchange("And at night?", "It is dark.")
    desktop.settle()


# -- the first five minutes --------------------------------------------------------------------------------------


def test_two_clicks_lead_to_the_first_reply(desktop: Desktop) -> None:
    start = desktop.chat.view.start
    desktop.click(start.starter)
    desktop.tell(GetStarter, Started(), Progress(41_000_000, 93_000_000, "Downloading", "bytes"))
    assert start.bar.isVisible()
    assert (start.title.text(), start.words.text()) == ("Getting the starter model", "Downloading")
    assert start.stage.text() == "41 MB of 93 MB"
    assert desktop.window.top.model.text() == "Getting the starter model 44 %"
    assert desktop.window.activity.jobs() == [desktop.ticket(GetStarter).number]
    desktop.tell(GetStarter, Done("models/starter.gguf"))
    assert desktop.job(Convert).path == "models/starter.gguf"
    desktop.tell(Convert, Progress(1, 2, "Writing the weights"))
    assert (start.title.text(), start.bar.value()) == ("Preparing starter", 500)
    desktop.tell(Convert, Done("models/starter"))
    assert desktop.job(Load).path == "models/starter"
    desktop.tell(Load, Progress(3, 4, "Reading the weights"))
    assert desktop.window.top.model.text() == "Loading starter 75 %"
    desktop.tell(Load, Done(loaded(model("starter"))))
    assert desktop.window.activity.jobs() == []
    assert start.title.text() == "starter is ready"
    desktop.click(start.prompts[2])
    assert desktop.job(Reply).prompt.messages[-1].content == start.prompts[2].text()
    assert desktop.chat.view.transcript.isVisible()


def test_a_fetch_can_be_stopped_and_begun_again(desktop: Desktop) -> None:
    start = desktop.chat.view.start
    desktop.click(start.starter)
    desktop.click(start.stop)
    assert desktop.session.bringing is None
    assert not desktop.window.banner.isVisible()
    desktop.click(start.starter)
    assert desktop.of(GetStarter)


def test_a_failed_fetch_says_so_and_offers_the_way_again(desktop: Desktop) -> None:
    desktop.click(desktop.chat.view.start.starter)
    desktop.tell(GetStarter, Failed("There is no network.", "Try again later.", "E-OFFLINE"))
    assert desktop.window.banner.text().startswith("E-OFFLINE There is no network.")
    assert desktop.chat.view.start.starter.isVisible()


def test_a_starter_that_is_here_is_offered_to_load(qtbot: QtBot) -> None:
    with running(qtbot, model("Starter", "models/here")) as desktop:
        start = desktop.chat.view.start
        assert not start.starter.isVisible()
        assert start.load.text() == "Load Starter"
        desktop.click(start.load)
        assert desktop.job(Load).path == "models/here"


def test_the_way_to_other_models_is_open(desktop: Desktop) -> None:
    desktop.click(desktop.chat.view.start.others)
    assert desktop.window.current == "models"


# -- a reply -----------------------------------------------------------------------------------------------------


def test_an_answer_streams_between_send_and_its_stats(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.send("Why is the sky blue?")
    send = chat.view.composer.send
    assert chat.view.composer.text() == ""
    assert send.accessibleName() == "Stop"
    assert chat.view.transcript.message(desktop.last.id).note == "Queued"
    desktop.tell(Reply, Started(), Progress(0, 310, unit="tokens"), Progress(256, 310, unit="tokens"))
    assert chat.view.composer.count.text() == "Reading prompt 256/310"
    assert chat.view.transcript.message(desktop.last.id).note == "Reading prompt 256/310"
    desktop.tell(Reply, Progress(310, 310, unit="tokens"))
    desktop.write("Because", " of")
    assert desktop.shown == ["Why is the sky blue?", "Because of"]
    assert "tok/s" in chat.view.composer.count.text()
    desktop.end("Because of scattering.")
    assert desktop.shown[-1] == "Because of scattering."
    stats = chat.view.transcript.message(desktop.last.id).stats
    assert stats == "Reading 310 tok · 2.0 s · 155.0 t/s | Generation 3 tok · 1.5 s · 2.0 t/s | end of turn | seed 7"
    assert send.accessibleName() == "Send"
    assert chat.view.composer.count.text() == ""


@pytest.mark.parametrize("how", ["button", "Esc", "palette"])
def test_stop_keeps_what_was_written(desktop: Desktop, chat: ChatPanel, how: str) -> None:
    desktop.send("Count")
    desktop.write("One", " two")
    ticket = desktop.ticket(Reply)
    if how == "button":
        desktop.click(chat.view.composer.send)
    elif how == "Esc":
        desktop.press("Esc")
    else:
        desktop.run("chat.stop")
    assert desktop.jobs.stopped == [ticket]
    assert (desktop.last.text, desktop.last.state) == ("One two", "stopped")
    assert desktop.stored().path()[-1].state == "stopped"
    assert not chat.talk.is_writing


def test_escape_is_nothing_while_nothing_is_written(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.exchange("Hi", "Hello")
    desktop.press("Esc")
    assert desktop.jobs.stopped == []
    assert not desktop.run("chat.stop")


def test_two_presses_of_enter_send_once(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.send("Hi")
    QTest.keyClick(desktop.box, Qt.Key.Key_Return)
    assert len(desktop.of(Reply)) == 1


def test_the_model_is_an_attribute_of_each_answer(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.exchange("Hi", "Hello")
    desktop.load(loaded(model("Other")))
    desktop.exchange("Again", "Hello again")
    titles = [chat.view.transcript.message(id).title for id in chat.view.transcript.ids()]
    assert titles == ["You", "Toy", "You", "Other"]


# -- what is done with messages ----------------------------------------------------------------------------------


def test_regenerate_makes_a_second_version_and_the_arrows_step(desktop: Desktop, chat: ChatPanel) -> None:
    first = desktop.exchange("Hi", "Hello")
    desktop.click(chat.view.transcript.view(first).button("regenerate"))
    desktop.write("Good day")
    desktop.end("Good day")
    view = chat.view.transcript.view(desktop.last.id)
    assert (view.data.version, view.data.versions) == (2, 2)
    desktop.click(view._earlier)
    assert desktop.shown == ["Hi", "Hello"]
    desktop.press("Alt+Right", desktop.box)
    assert desktop.shown == ["Hi", "Good day"]
    desktop.press("Alt+Left", desktop.box)
    assert desktop.shown == ["Hi", "Hello"]


def test_ctrl_r_regenerates(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.exchange("Hi", "Hello")
    desktop.press("Ctrl+R", desktop.box)
    assert desktop.job(Reply).prompt.messages[-1].content == "Hi"


def test_continue_goes_on_from_the_words_that_stand_there(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.exchange("Count", "One two")
    desktop.press("Alt+Return", desktop.box)
    desktop.wait(lambda: bool(desktop.of(Reply)))
    assert desktop.job(Reply).prompt.reply_start == "One two"
    desktop.write(" three")
    desktop.end(" three")
    assert desktop.last.text == "One two three"
    assert len(desktop.talk.versions(desktop.last.id)) == 2


def test_an_edited_message_is_answered_anew_and_the_old_one_stays(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.exchange("Helo", "Pardon?")
    desktop.press("Up", desktop.box)  # in an empty box
    view = chat.view.transcript.view(desktop.talk.path()[0].id)
    assert view._editor is not None
    view._editor.text.setPlainText("Hello")
    desktop.click(view._editor.save)
    assert desktop.job(Reply).prompt.messages[-1].content == "Hello"
    desktop.end("Good day")
    assert desktop.shown == ["Hello", "Good day"]
    chat.view.transcript.version_requested.emit(desktop.talk.path()[0].id, -1)
    assert desktop.shown == ["Helo", "Pardon?"]


def test_a_message_can_be_edited_without_a_model(desktop: Desktop) -> None:
    desktop.load()
    desktop.exchange("Hi", "Helo")
    desktop.jobs.die()
    desktop.window.banner.close_message()
    view = desktop.chat.view.transcript.view(desktop.last.id)
    desktop.click(view.button("edit"))
    assert not desktop.window.banner.isVisible()
    assert view._editor is not None
    view._editor.text.setPlainText("Hello")
    desktop.click(view._editor.save)
    assert desktop.shown == ["Hi", "Hello"]


def test_a_branch_is_a_chat_of_its_own(desktop: Desktop, chat: ChatPanel) -> None:
    second_message(desktop)
    before = desktop.talk.id
    first_answer = desktop.talk.path()[1].id
    chat.view.transcript.action.emit(first_answer, "branch")
    desktop.settle()
    assert desktop.shown == ["Why is the sky blue?", "Because of scattering."]
    assert desktop.talk.id != before
    assert desktop.talk.title == "Why is the sky blue? (branch)"
    assert len(desktop.stored(before).path()) == 4


@pytest.mark.parametrize("how", ["toast", "Ctrl+Z", "both"])
def test_what_was_deleted_comes_back(desktop: Desktop, chat: ChatPanel, how: str) -> None:
    second_message(desktop)
    desktop.click(chat.view.transcript.view(desktop.last.id).button("delete"))
    assert desktop.shown[-1] == "And at night?"
    assert desktop.toasts() == ["Message deleted."]
    if how in ("Ctrl+Z", "both"):
        desktop.press("Ctrl+Z", desktop.box)
    if how in ("toast", "both"):
        desktop.click(desktop.window.toasts.shown()[0].action)
    assert desktop.shown[-1] == "It is dark."
    assert not desktop.stored().path()[-1].deleted
    if how != "toast":
        desktop.press("Ctrl+Y", desktop.box)
        assert desktop.shown[-1] == "And at night?"


def test_undo_in_the_toast_is_no_second_undo_on_the_keyboard(desktop: Desktop, chat: ChatPanel) -> None:
    second_message(desktop)
    chat.act(desktop.last.id, "delete")
    chat.act(desktop.last.id, "delete")
    first, second = desktop.window.toasts.shown()
    first.action.click()  # not the last one that was done
    second.action.click()
    assert not any(turn.deleted for turn in desktop.stored().turns)
    before = desktop.talk
    desktop.run("app.undo")
    assert desktop.talk == before


def test_undo_and_redo_reach_a_chat_that_is_not_on_screen(desktop: Desktop, chat: ChatPanel) -> None:
    second_message(desktop)
    id = desktop.talk.id
    chat.act(desktop.last.id, "delete")
    desktop.run("chat.new")
    desktop.run("app.undo")
    desktop.settle()
    assert len(desktop.stored(id).path()) == 4
    desktop.run("app.redo")
    desktop.settle()
    assert not desktop.window.banner.isVisible()


def test_copy_puts_the_answer_on_the_clipboard(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.exchange("Hi", "Hello **you**")
    desktop.press("Ctrl+Shift+C", desktop.box)
    assert QGuiApplication.clipboard().text() == "Hello **you**"
    assert desktop.toasts() == ["Copied."]


def test_what_would_disturb_an_answer_waits_with_a_reason(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.exchange("Hi", "Hello")
    answer = desktop.last.id
    desktop.send("More")
    chat.act(answer, "delete")
    assert desktop.toasts() == ["An answer is being written."]
    assert not desktop.run("chat.regenerate")
    assert len(desktop.talk.path()) == 4


def test_long_talks_say_what_the_model_no_longer_reads(desktop: Desktop, chat: ChatPanel) -> None:
    second_message(desktop)
    desktop.look(prompt_info(("history", "And"), left_out=2))
    outside = [message.outside for message in chat.view.transcript.messages()]
    assert outside == [True, True, False, False]
    desktop.run("chat.new")
    desktop.look()
    assert not any(message.outside for message in chat.view.transcript.messages())


# -- whether Send is there ---------------------------------------------------------------------------------------


def test_without_a_model_send_says_what_to_do(desktop: Desktop) -> None:
    desktop.chat.view.composer.set_text("Hi")
    send = desktop.chat.view.composer.send
    assert not send.isEnabled()
    assert send.toolTip() == "Load a model first."
    desktop.load()
    assert send.isEnabled()


def test_a_prompt_that_does_not_fit_cannot_be_sent_and_says_why(desktop: Desktop, chat: ChatPanel) -> None:
    composer = chat.view.composer
    composer.set_text("long " * 900)
    desktop.look(TOO_LONG)
    assert not composer.send.isEnabled()
    assert composer.count.text() == "The prompt has 900 of 512 tokens. Shorten it."
    composer.set_text("short")
    desktop.look(prompt_info(("message", "short")))
    assert composer.send.isEnabled()
    assert composer.count.text() == "1 token"


def test_the_context_bar_follows_what_is_typed(desktop: Desktop, chat: ChatPanel) -> None:
    chat.view.composer.set_text("Hi there")
    job = desktop.look(prompt_info(("system", "Be"), ("message", "Hi"), ("message", " there")))
    assert job.prompt.messages[-1].content == "Hi there"
    assert job.room == 256
    said = chat.view.bar.accessibleDescription() + chat.view.bar.accessibleName()
    assert "system 1" in said
    assert "256" in said  # the room for the answer
    assert chat.view.composer.count.text() == "2 tokens"


def test_typing_fast_asks_once(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.look()
    asked = len(desktop.jobs.all)
    for text in ("a", "ab", "abc"):
        chat.view.composer.set_text(text)
    desktop.look()
    looks = [t for t in desktop.jobs.all[asked:] if isinstance(t.job, Xray)]
    assert [t.job.prompt.messages[-1].content for t in looks if isinstance(t.job, Xray)] == ["abc"]


# -- what reaches the job ----------------------------------------------------------------------------------------


def test_a_stage_that_is_switched_off_is_off_in_the_job(desktop: Desktop, chat: ChatPanel) -> None:
    row = chat.side.run.rows.rows["top_k.top_k"]
    desktop.click(row._switch)
    job = desktop.send("Hi")
    stages = {type(stage.sampler).__name__: stage.on for stage in job.settings.chain}
    assert (stages["TopK"], stages["TopP"]) == (False, True)
    assert [type(s).__name__ for s in job.settings.working()] == ["Temperature", "TopP"]


def test_the_seed_is_drawn_when_none_is_given_and_shown(desktop: Desktop, chat: ChatPanel) -> None:
    job = desktop.send("Hi")
    assert job.settings.seed is not None
    desktop.end("Hello", seed=job.settings.seed)
    assert f"seed {job.settings.seed}" in desktop.last.stats
    desktop.click(chat.side.run.output.lock)
    assert desktop.send("Again").settings.seed == job.settings.seed


def test_examples_reach_the_job_in_their_order(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.run("chat.prompt")
    examples = (Example("1+1", "2"), Example("2+2", "4", on=False))
    chat.side.prompt.examples.set_value(examples)
    assert desktop.send("3+3").prompt.examples == examples


def test_a_variable_typed_into_the_message_is_filled_in(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.run("chat.prompt")
    chat.view.composer.set_text("A poem about {{thing}}")
    field = chat.side.prompt._variables["thing"]
    assert field.isVisible()
    field.setText("rain")
    QTest.keyClick(desktop.box, Qt.Key.Key_Return)
    assert desktop.job(Reply).prompt.messages[-1].content == "A poem about rain"
    desktop.end("Drip")
    desktop.run("chat.regenerate")
    assert desktop.job(Reply).prompt.messages[-1].content == "A poem about rain"


def test_settings_belong_to_their_chat(desktop: Desktop, chat: ChatPanel) -> None:
    chat.side.prompt.system.setPlainText("Be brief.")
    desktop.exchange("Hi", "Hello")
    first = desktop.talk.id
    desktop.run("chat.new")
    assert chat.side.setup().system == "Be brief."  # a new chat goes on with them
    chat.side.prompt.system.setPlainText("Be long.")
    desktop.exchange("Ho", "Hello")
    chat.list.open_requested.emit(first)
    desktop.wait(lambda: desktop.talk.id == first)
    assert chat.side.prompt.system.toPlainText() == "Be brief."


def test_the_xray_shows_the_prompt_and_its_reasons(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.run("chat.xray")
    chat.view.composer.set_text("Hi")
    why = "This model has no system role: merged into your first message."
    desktop.look(prompt_info(("template", "<s>"), ("message", "Hi"), decisions=(why,)))
    assert chat.side.currentWidget() is chat.side.xray
    assert why in chat.side.xray.decisions.text()
    assert chat.side.xray.decisions.isVisible()
    desktop.jobs.die()
    assert not chat.side.xray.decisions.isVisible()


# -- the engine dies ---------------------------------------------------------------------------------------------


def test_a_dead_engine_costs_no_word(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.exchange("Hi", "Hello")
    desktop.send("Tell a story")
    desktop.write("Once", " upon")
    desktop.jobs.die()
    assert (desktop.last.text, desktop.last.state) == ("Once upon", "interrupted")
    assert desktop.stored().path()[-1].text == "Once upon"
    assert desktop.window.banner.text().startswith("E-ENGINE-DIED The engine stopped unexpectedly.")
    assert "Killed by 9" in desktop.window.banner.text()
    assert desktop.session.models == ()
    assert chat.view.strip.isVisible()
    assert chat.view.strip.words.text() == "Toy is not loaded."
    assert not chat.talk.is_writing
    desktop.click(chat.view.strip.load)
    assert desktop.job(Load).path == "models/Toy"
    desktop.tell(Load, Progress(1, 4))
    assert chat.view.strip.bar.isVisible()
    desktop.tell(Load, Done(loaded()))
    assert not chat.view.strip.isVisible()


def test_a_failed_answer_stays_and_says_why(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.send("Hi")
    desktop.write("He")
    desktop.tell(Reply, Failed("The numbers broke at step 3.", "Try float32.", "E-NUMERIC", "trace"))
    assert (desktop.last.text, desktop.last.state) == ("He", "failed")
    assert "E-NUMERIC" in desktop.window.banner.text()


# -- files -------------------------------------------------------------------------------------------------------


def test_a_dropped_text_file_becomes_part_of_the_message(desktop: Desktop, chat: ChatPanel, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_bytes("﻿Größe\r\n".encode())
    desktop.window.take_drop(tmp_path / "note.txt")
    assert chat.view.composer.text() == "Größe\n"


def test_a_dropped_file_that_is_no_text_is_refused_in_words(desktop: Desktop, chat: ChatPanel, tmp_path: Path) -> None:
    (tmp_path / "picture.bin").write_bytes(b"\xff\xfe\x00")
    desktop.window.take_drop(tmp_path / "picture.bin")
    assert desktop.window.banner.text().startswith("E-TEXT")
    assert chat.view.composer.text() == ""


def test_a_model_dropped_on_the_prompt_box_is_no_text(desktop: Desktop, chat: ChatPanel, tmp_path: Path) -> None:
    for path in (tmp_path / "tiny.gguf", tmp_path):
        chat.view.composer.box.dropped.emit(str(path))
        assert desktop.window.current == "models"
        assert desktop.job(Describe).path == str(path)
    assert not desktop.window.banner.isVisible()
    assert chat.view.composer.text() == ""


# -- coming back -------------------------------------------------------------------------------------------------


def test_an_answer_the_window_did_not_see_end_opens_as_interrupted(qtbot: QtBot) -> None:
    with running(qtbot) as desktop:
        user = new_turn("", "user", "Tell a story")
        half = replace(new_turn(user.id, "assistant", "Once upon"), state="writing", run_id="gone")
        talk = Conversation("lost", "Tell a story", (user, half), half.id, created=1.0, updated=2.0)
        desktop.records.write(lambda store: (store.save_conversation(talk), store.save_turns("lost", talk.turns)))
        desktop.chat.list.open_requested.emit("lost")
        desktop.wait(lambda: desktop.talk.id == "lost")
        view = desktop.chat.view.transcript.view(half.id)
        assert view._pill.text() == "Interrupted"
        assert desktop.shown == ["Tell a story", "Once upon"]
        assert not desktop.chat.talk.is_writing


def test_a_restart_brings_back_chat_draft_panes_and_the_last_model(desktop: Desktop, tmp_path: Path) -> None:
    folder = tmp_path / "toy model"
    folder.mkdir()
    desktop.load(loaded(model("Toy", str(folder))))
    desktop.exchange("Hi", "Hello")
    id = desktop.talk.id
    desktop.chat.view.composer.set_text("Half a thou")
    desktop.run("chat.xray")
    desktop.chat.splitter.setSizes([200, 660, 344])
    sizes = desktop.chat.splitter.sizes()
    after = desktop.restart()
    after.wait(lambda: after.talk.id == id)
    assert after.shown == ["Hi", "Hello"]
    assert after.chat.view.composer.text() == "Half a thou"
    assert after.chat.side.currentWidget() is after.chat.side.xray
    assert after.chat.splitter.sizes() == sizes
    assert after.chat.view.strip.words.text() == "Toy is not loaded."
    after.click(after.chat.view.strip.load)
    assert after.job(Load).path == str(folder)


def test_a_model_that_is_gone_is_not_offered(desktop: Desktop) -> None:
    desktop.load(loaded(model("Toy", "no/such/folder")))
    desktop.exchange("Hi", "Hello")
    after = desktop.restart()
    assert not after.chat.view.strip.load.isVisible()
    assert after.chat.view.strip.others.isVisible()


def test_hidden_panes_stay_hidden(desktop: Desktop) -> None:
    desktop.press("Ctrl+B", desktop.box)
    desktop.press("Ctrl+Shift+B", desktop.box)
    assert desktop.chat.list.isHidden()
    after = desktop.restart()
    assert after.chat.list.isHidden()
    assert after.chat.side.isHidden()
    after.press("Ctrl+B", after.box)
    assert after.chat.list.isVisible()


# -- commands ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", ["chat.new", "chat.xray", "chat.prompt", "chat.run_settings", "chat.find", "chat.search"]
)
def test_what_shows_something_of_the_chat_brings_it_to_the_front(desktop: Desktop, command: str) -> None:
    desktop.run("models.open")
    desktop.run(command)
    assert desktop.window.current == "chat"


def test_ctrl_enter_sends_when_that_is_wished(desktop: Desktop, chat: ChatPanel) -> None:
    desktop.session.settings = replace(desktop.session.settings, send_with_ctrl=True)
    chat.view.composer.set_text("Hi")
    QTest.keyClick(desktop.box, Qt.Key.Key_Return)
    assert not desktop.of(Reply)
    QTest.keyClick(desktop.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert desktop.of(Reply)


def test_the_start_page_knows_where_the_starter_is(desktop: Desktop) -> None:
    """The button is there as long as no model is, however the folder is called."""
    buttons = [b for b in desktop.chat.view.start.findChildren(QPushButton) if b.isVisible()]
    assert [b.objectName() for b in buttons] == ["starter", "otherModels"]
    assert not starter_folder(desktop.paths).exists()


# -- room --------------------------------------------------------------------------------------------------------


def test_where_there_is_too_little_room_the_list_gives_way_and_comes_back(desktop: Desktop) -> None:
    def zoom(percent: int) -> None:
        desktop.session.settings = replace(desktop.session.settings, zoom=percent)
        desktop.settle()

    chat = desktop.chat
    zoom(150)
    assert (chat.list.isVisible(), chat.side.isVisible()) == (False, True)
    assert desktop.window.width() == 1280
    desktop.press("Ctrl+B", desktop.box)
    assert (chat.list.isVisible(), chat.side.isVisible()) == (True, False)
    desktop.press("Ctrl+Shift+B", desktop.box)
    assert (chat.list.isVisible(), chat.side.isVisible()) == (False, True)
    zoom(100)
    assert (chat.list.isVisible(), chat.side.isVisible()) == (True, True)


def test_a_list_that_gave_way_is_there_again_after_a_restart_with_more_room(desktop: Desktop) -> None:
    desktop.session.settings = replace(desktop.session.settings, zoom=150)
    desktop.settle()
    assert not desktop.chat.list.isVisible()
    desktop.session.settings = replace(desktop.session.settings, zoom=150)
    state = desktop.chat.save_layout()
    assert state["hidden"] == []
