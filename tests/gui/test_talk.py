"""Send, Stop, Regenerate and the rest, with a fake client and a real record."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from playground.core.events import Done, Failed, Progress, Started
from playground.core.facts import ReplyInfo
from playground.core.paths import Paths
from playground.core.store import Store
from playground.gui.setup import Setup, setup_from_json
from tests.gui.talks import DIED, MODEL, Chat, heard
from tests.jobs.helpers import token


@pytest.fixture
def chat(qtbot: QtBot) -> Iterator[Chat]:
    chat = Chat(qtbot)
    yield chat
    chat.records.close()


# -- an answer ---------------------------------------------------------------------------------------------------


def test_a_message_is_answered_piece_by_piece(chat: Chat) -> None:
    pieces, writing, status = (
        heard(chat.talk.text_added),
        heard(chat.talk.writing_changed),
        heard(chat.talk.status_changed),
    )
    id = chat.send("Why is the sky blue?")
    assert (chat.turn.role, chat.turn.state, chat.turn.model) == ("assistant", "writing", "Toy")
    chat.jobs.tell(Started(), Progress(310, 900, unit="tokens"))
    chat.write("Be", "", "cause.")
    assert chat.turn.text == "Because."
    chat.done("Because.")
    assert pieces == [(id, "Be"), (id, "cause.")]
    assert (chat.turn.state, chat.turn.text) == ("done", "Because.")
    assert "end of turn" in chat.turn.stats
    assert writing == [True, False]
    assert status[0] == "Queued"
    assert "Reading prompt 310/900" in status
    assert any("Generating" in words for words in status)
    assert not chat.talk.is_writing


def test_the_job_gets_the_whole_path_and_the_setup(chat: Chat) -> None:
    chat.setup = Setup(system="Be {{how}}.", variables=(("how", "brief"),), run=chat.setup.run)
    chat.exchange("One", "1")
    chat.send("Two {{how}}")
    assert [(m.role, m.content) for m in chat.job.prompt.messages] == [
        ("user", "One"),
        ("assistant", "1"),
        ("user", "Two brief"),
    ]
    assert chat.job.prompt.system == "Be brief."
    assert chat.job.model == "models/toy"
    assert chat.job.settings.seed is not None
    assert chat.job.run_id == chat.turn.run_id


def test_everything_is_in_the_record_before_and_after(chat: Chat) -> None:
    chat.send("Why?", "Be")
    stored = chat.stored()
    assert [turn.text for turn in stored.path()] == ["Why?", ""]  # the engine's record has the rest
    assert stored.title == "Why?"
    chat.done("Because.")
    assert [turn.text for turn in chat.stored().path()] == ["Why?", "Because."]
    assert chat.stored().path()[-1].state == "done"


def test_stop_keeps_what_is_written_and_marks_it(chat: Chat) -> None:
    chat.send("Why?", "Be", "cau")
    chat.talk.stop()
    assert (chat.turn.text, chat.turn.state) == ("Becau", "stopped")
    assert "stopped by you" in chat.turn.stats
    assert (chat.stored().path()[-1].text, chat.stored().path()[-1].state) == ("Becau", "stopped")
    assert not chat.problems
    chat.talk.stop()
    assert len(chat.jobs.stopped) == 1


def test_while_an_answer_is_written_nothing_else_is_sent(chat: Chat) -> None:
    chat.jobs.polite = False
    chat.send("One", "a")
    chat.talk.stop()  # not ended yet
    chat.talk.send("Two", chat.setup, MODEL)
    chat.talk.regenerate(chat.turn.id, chat.setup, MODEL)
    assert len(chat.jobs.all) == 1
    assert chat.texts == ["One", "a"]


def test_when_the_engine_dies_the_part_is_kept_and_said(chat: Chat) -> None:
    chat.send("Why?", "Be", "cau")
    chat.jobs.tell(DIED)
    assert (chat.turn.text, chat.turn.state) == ("Becau", "interrupted")
    assert chat.stored().path()[-1].state == "interrupted"
    assert [problem.code for problem in chat.problems] == ["E-ENGINE-DIED"]
    chat.exchange("Again?", "Yes.")
    assert chat.texts == ["Why?", "Becau", "Again?", "Yes."]


def test_another_failure_is_marked_and_its_details_come_along(chat: Chat) -> None:
    chat.send("Why?")
    chat.jobs.tell(Failed("Not enough memory.", "Unload a model.", "E-OOM", "Traceback …"))
    assert chat.turn.state == "failed"
    (problem,) = chat.problems
    assert (problem.message, problem.hint, problem.code) == ("Not enough memory.", "Unload a model.", "E-OOM")
    assert problem.__notes__ == ["Traceback …"]


def test_the_reply_begins_with_the_prefill(chat: Chat) -> None:
    chat.setup = Setup(reply_start="Sure: {{x}}", variables=(("x", "1"),), run=chat.setup.run)
    chat.send("Count", ", 2")
    assert chat.turn.text == "Sure: 1, 2"
    assert chat.job.prompt.reply_start == "Sure: 1"
    assert chat.stored().path()[-1].text == "Sure: 1"
    chat.done(", 2, 3")
    assert chat.turn.text == "Sure: 1, 2, 3"


# -- versions ----------------------------------------------------------------------------------------------------


def test_regenerating_keeps_the_other_version(chat: Chat) -> None:
    first = chat.exchange("Why?", "A")
    chat.talk.regenerate(first, chat.setup, MODEL)
    assert chat.job.prompt.messages[-1].content == "Why?"
    assert len(chat.job.prompt.messages) == 1
    chat.write("B")
    chat.done("B")
    assert chat.texts == ["Why?", "B"]
    assert [turn.text for turn in chat.talk.conversation.versions(first)] == ["A", "B"]
    chat.talk.show_version(chat.turn.id, -1)
    assert chat.texts == ["Why?", "A"]
    chat.talk.show_version(chat.turn.id, -1)  # there is none before
    assert chat.texts == ["Why?", "A"]
    assert [turn.text for turn in chat.stored().path()] == ["Why?", "A"]


def test_a_message_without_an_answer_can_be_answered(chat: Chat) -> None:
    chat.send("Why?")
    chat.talk.delete(chat.turn.id)
    assert chat.texts == ["Why?"]
    chat.talk.regenerate(chat.turn.id, chat.setup, MODEL)
    chat.done("So.")
    assert chat.texts == ["Why?", "So."]


def test_going_on_begins_with_all_that_is_there(chat: Chat) -> None:
    id = chat.send("Why?", "Be", "cause")
    run = chat.turn.run_id
    chat.talk.stop()
    chat.records.write(lambda store: store.begin_run(run, "jobs/reply", {}, "me"))
    chat.records.write(lambda store: store.add_tokens(run, [token(0, "Be"), token(1, "cause")]))
    chat.after_reading(lambda: chat.talk.go_on(id, chat.setup, MODEL))
    assert chat.job.reply_ids == (100, 101)  # the very tokens
    assert chat.job.prompt.reply_start == ""
    assert [m.content for m in chat.job.prompt.messages] == ["Why?"]
    assert chat.turn.text == "Because"
    chat.write(" of")
    chat.done(" of light")
    assert chat.turn.text == "Because of light"
    assert [turn.text for turn in chat.talk.conversation.versions(id)] == ["Because", "Because of light"]


def test_going_on_after_an_edit_begins_with_the_text(chat: Chat) -> None:
    id = chat.exchange("Why?", "Because")
    chat.talk.edit(id, "Therefore", chat.setup, MODEL)
    assert len(chat.jobs.all) == 1  # an edited answer is not answered
    chat.after_reading(lambda: chat.talk.go_on(chat.turn.id, chat.setup, MODEL))
    assert chat.job.reply_ids == ()
    assert chat.job.prompt.reply_start == "Therefore"
    chat.write(", yes")
    assert chat.turn.text == "Therefore, yes"
    chat.done(", yes")
    assert chat.stored().path()[-1].text == "Therefore, yes"


def test_going_on_is_dropped_when_another_conversation_is_on_screen_by_then(chat: Chat, qtbot: QtBot) -> None:
    id = chat.exchange("Why?", "Because")
    chat.talk.go_on(id, chat.setup, MODEL)
    chat.talk.new()
    with qtbot.waitCallback() as read:
        chat.records.read(lambda _: None, read)
    assert len(chat.jobs.all) == 1
    assert chat.texts == []


def test_editing_a_message_keeps_the_old_one_with_what_followed(chat: Chat) -> None:
    chat.exchange("One", "1")
    chat.exchange("Two", "2")
    first = chat.talk.conversation.path()[0].id
    chat.talk.edit(first, "Uno", chat.setup, MODEL)
    chat.done("I")
    assert chat.texts == ["Uno", "I"]
    chat.talk.show_version(chat.talk.conversation.path()[0].id, -1)
    assert chat.texts == ["One", "1", "Two", "2"]
    assert len(chat.stored().turns) == 6


def test_editing_without_a_model_only_edits(chat: Chat) -> None:
    chat.exchange("One", "1")
    chat.talk.edit(chat.talk.conversation.path()[0].id, "Uno", chat.setup, None)
    assert chat.texts == ["Uno"]
    assert not chat.talk.is_writing


def test_a_deleted_version_comes_back(chat: Chat) -> None:
    first = chat.exchange("Why?", "A")
    undo = chat.talk.delete(first)
    assert chat.texts == ["Why?"]
    assert [turn.text for turn in chat.stored().path()] == ["Why?"]
    undo()
    assert chat.texts == ["Why?", "A"]
    assert [turn.text for turn in chat.stored().path()] == ["Why?", "A"]
    assert not chat.stored().turn(first).deleted


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_deletions_are_taken_back_in_any_order(chat: Chat, order: tuple[int, ...]) -> None:
    chat.exchange("One", "1")
    chat.exchange("Two", "2")
    undos = [chat.talk.delete(turn.id) for turn in reversed(chat.talk.conversation.path())]
    assert chat.texts == []
    for number in order:
        undos[number]()
        path = chat.talk.conversation.path()
        assert not any(turn.deleted for turn in path)
    assert chat.texts == ["One", "1", "Two", "2"]
    assert [turn.text for turn in chat.stored().path()] == ["One", "1", "Two", "2"]


def test_a_version_that_comes_back_is_shown_with_what_followed_it(chat: Chat) -> None:
    first = chat.exchange("Why?", "A")
    chat.exchange("And?", "So.")
    chat.talk.regenerate(first, chat.setup, MODEL)
    chat.done("B")
    chat.talk.show_version(chat.turn.id, -1)
    undo = chat.talk.delete(first)
    assert chat.texts == ["Why?", "B"]
    undo()
    assert chat.texts == ["Why?", "A", "And?", "So."]


def test_a_deleted_message_comes_back_from_another_conversation_too(chat: Chat) -> None:
    first = chat.exchange("Why?", "A")
    id = chat.talk.conversation.id
    undo = chat.talk.delete(first)
    chat.talk.new()
    undo()
    assert [turn.text for turn in chat.stored(id).path()] == ["Why?", "A"]
    assert chat.texts == []


def test_deleting_an_answer_being_written_stops_it_and_undo_brings_all_its_words(chat: Chat) -> None:
    chat.jobs.polite = False
    id = chat.send("Why?", "Be")
    undo = chat.talk.delete(id)
    assert chat.jobs.stopped == [chat.jobs.last]
    chat.write("cause")
    chat.done("Because")
    assert chat.texts == ["Why?"]
    undo()
    assert (chat.turn.text, chat.turn.state) == ("Because", "done")


# -- several conversations ---------------------------------------------------------------------------------------


def test_an_answer_goes_on_while_another_conversation_is_on_screen(chat: Chat) -> None:
    chat.send("Why?", "Be")
    id, ticket = chat.talk.conversation.id, chat.jobs.last
    chat.talk.new()
    assert not chat.talk.is_writing
    assert chat.talk.anything_writing
    pieces = heard(chat.talk.text_added)
    ticket.tell(token(1, "cau"))
    assert pieces == []
    opened = heard(chat.talk.opened)
    chat.talk.open(id)
    assert [turn.text for turn in opened[0].path()] == ["Why?", "Becau"]  # with what came meanwhile
    ticket.tell(token(2, "se."))
    assert len(pieces) == 1
    assert chat.turn.text == "Because."
    chat.done("Because.")
    assert (chat.turn.text, chat.turn.state) == ("Because.", "done")


def test_it_may_also_end_there(chat: Chat) -> None:
    chat.send("Why?", "Be")
    id, ticket = chat.talk.conversation.id, chat.jobs.last
    chat.talk.new()
    chat.exchange("Other", "Thing")
    ticket.tell(DIED)
    assert chat.texts == ["Other", "Thing"]
    assert not chat.talk.anything_writing
    assert (chat.stored(id).path()[-1].text, chat.stored(id).path()[-1].state) == ("Be", "interrupted")
    chat.after_reading(lambda: chat.talk.open(id))
    assert chat.texts == ["Why?", "Be"]


def test_two_answers_at_once_do_not_mix(chat: Chat) -> None:
    chat.send("One", "1")
    first_id, first = chat.talk.conversation.id, chat.jobs.last
    chat.talk.new()
    chat.send("Two", "2")
    first.tell(token(1, "!"))
    first.tell(Done(ReplyInfo("1!", "end of turn", 1, 2, 0.1, 0.1, 1)))
    chat.done("2")
    assert chat.texts == ["Two", "2"]
    assert [turn.text for turn in chat.stored(first_id).path()] == ["One", "1!"]


def test_a_branch_is_a_conversation_of_its_own_up_to_there(chat: Chat) -> None:
    chat.exchange("One", "1")
    chat.exchange("Two", "2")
    old = chat.talk.conversation
    chat.talk.branch(old.path()[1].id)
    assert chat.texts == ["One", "1"]
    assert chat.talk.conversation.title == "One (branch)"
    assert chat.talk.conversation.id != old.id
    assert [turn.text for turn in chat.stored().path()] == ["One", "1"]
    chat.exchange("Three", "3")
    assert [turn.text for turn in chat.stored(old.id).path()] == ["One", "1", "Two", "2"]


def test_a_branch_from_an_answer_being_written_has_its_words_and_is_at_rest(chat: Chat) -> None:
    chat.send("Why?", "Be", "cau")
    old, ticket = chat.talk.conversation.id, chat.jobs.last
    chat.talk.branch(chat.turn.id)
    assert (chat.texts, chat.turn.state) == (["Why?", "Becau"], "stopped")
    assert not chat.talk.is_writing
    ticket.tell(token(2, "se"))
    assert chat.texts == ["Why?", "Becau"]
    assert chat.stored().path()[-1].text == "Becau"
    ticket.tell(Done(ReplyInfo("Because", "end of turn", 1, 3, 0.1, 0.1, 1)))
    assert chat.stored(old).path()[-1].text == "Because"


def test_a_duplicate_has_all_versions(chat: Chat) -> None:
    first = chat.exchange("Why?", "A")
    chat.talk.regenerate(first, chat.setup, MODEL)
    chat.done("B")
    old = chat.talk.conversation
    chat.talk.new()
    chat.after_reading(lambda: chat.talk.duplicate(old.id))
    assert chat.talk.conversation.title == "Why? (copy)"
    assert [turn.text for turn in chat.stored().turns] == ["Why?", "A", "B"]


def test_names_and_the_trash(chat: Chat, qtbot: QtBot) -> None:
    chat.exchange("One", "1")
    one = chat.talk.conversation.id
    chat.talk.rename(one, "First")
    assert chat.stored(one).title == "First"
    chat.talk.new()
    with qtbot.waitSignal(chat.talk.list_changed):
        chat.talk.rename(one, "Uno")
    assert chat.stored(one).title == "Uno"
    with qtbot.waitSignal(chat.talk.list_changed):
        chat.talk.set_trashed(one, True)
    assert chat.stored(one).trashed > 0
    with qtbot.waitSignal(chat.talk.list_changed):
        chat.talk.set_trashed(one, False)
    assert chat.stored(one).trashed == 0
    assert len(chat.stored(one).turns) == 2


def test_the_one_on_screen_goes_to_the_trash_with_its_answer_stopped(chat: Chat) -> None:
    chat.send("One", "1")
    one = chat.talk.conversation.id
    chat.talk.set_trashed(one, True)
    assert chat.texts == []
    assert chat.stored(one).trashed > 0
    assert chat.stored(one).path()[-1].state == "stopped"


def test_one_that_is_no_longer_there_is_said(chat: Chat, qtbot: QtBot) -> None:
    chat.talk.open("gone")
    qtbot.waitUntil(lambda: bool(chat.problems))
    assert chat.problems[0].code == "E-STORE"


# -- what is not sent yet ----------------------------------------------------------------------------------------


def test_a_draft_is_kept_and_goes_away_again(chat: Chat) -> None:
    chat.talk.keep_draft("Half a thou")
    assert chat.stored().draft == "Half a thou"
    chat.talk.keep_draft("")
    assert chat.stored().draft == ""
    chat.talk.keep_draft("Whole")
    chat.send("Whole")
    assert chat.stored().draft == ""


def test_an_empty_conversation_leaves_no_trace(chat: Chat) -> None:
    chat.talk.keep_draft("  ")
    chat.talk.keep_setup(Setup(system="x"))
    chat.talk.new()
    chat.records.flush()
    assert Store(Paths.standard().store).headlines() == []


def test_a_setup_is_kept_with_its_conversation(chat: Chat) -> None:
    chat.exchange("One", "1")
    setup = Setup(system="Be brief.", run=chat.setup.run.with_sampler("temperature", temperature=0.2))
    chat.talk.keep_setup(setup)
    assert setup_from_json(chat.stored().settings) == (setup, ())
    chat.talk.new()
    assert chat.talk.conversation.settings == "{}"


def test_a_setup_beside_a_draft_is_kept_too(chat: Chat) -> None:
    chat.talk.keep_draft("Half")
    chat.talk.keep_setup(Setup(system="Be brief."))
    assert setup_from_json(chat.stored().settings)[0].system == "Be brief."


# -- the next start ----------------------------------------------------------------------------------------------


def test_after_a_crash_of_the_window_the_words_of_the_engine_are_there(chat: Chat, qtbot: QtBot) -> None:
    chat.setup = Setup(reply_start="Well", run=chat.setup.run)
    chat.send("Why?", ", be", "cau")
    id, run = chat.talk.conversation.id, chat.turn.run_id
    chat.records.write(lambda store: store.begin_run(run, "jobs/reply", {}, "dead"))
    chat.records.write(lambda store: store.add_tokens(run, [token(0, ", be"), token(1, "cause")]))
    chat.records.flush()
    second = Chat(qtbot)  # the next start; the first never hears the end
    second.after_reading(lambda: second.talk.open(id))
    assert second.texts == ["Why?", "Well, because"]
    assert second.turn.state == "interrupted"
    second.exchange("And?", "So.")
    assert [turn.text for turn in second.stored(id).path()] == ["Why?", "Well, because", "And?", "So."]
    second.records.close()
