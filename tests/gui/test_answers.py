"""One answer to a message, or several at once: what is asked of the engine, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from playground.core.conversation import Turn
from playground.core.events import Done, Failed, Progress, Started
from playground.core.facts import ReplyInfo
from playground.gui.widgets.cache_parts import CacheUse
from playground.jobs.replies import Replies
from tests.gui.talks import DIED, MODEL, Chat, heard
from tests.jobs.helpers import token


@pytest.fixture
def chat(qtbot: QtBot) -> Iterator[Chat]:
    chat = Chat(qtbot)
    yield chat
    chat.records.close()


@pytest.fixture
def three(chat: Chat) -> Chat:
    """A talk that asks for three answers, with seeds from 5."""
    chat.setup = replace(chat.setup, answers=3, run=replace(chat.setup.run, seed=5))
    return chat


def batch(chat: Chat) -> Replies:
    job = chat.jobs.last.job
    assert isinstance(job, Replies)
    return job


def versions(chat: Chat) -> list[Turn]:
    return list(chat.talk.conversation.versions(chat.turn.id))


def texts(chat: Chat) -> list[str]:
    return [turn.text for turn in versions(chat)]


def say(chat: Chat, row: int, *pieces: str) -> None:
    """Let one of the answers grow."""
    chat.jobs.tell(*(replace(token(step, piece), row=row) for step, piece in enumerate(pieces)))


def told(text: str, seed: int, **facts: float) -> ReplyInfo:
    return ReplyInfo(text, "end of turn", 430, 2, 0.2, 1.0, seed, reused_tokens=412, **facts)  # type: ignore[arg-type]


# -- what is asked -----------------------------------------------------------------------------------------------


def test_the_job_knows_its_conversation_and_how_much_may_be_kept(chat: Chat) -> None:
    chat.talk.cache_mb = 250
    chat.send()
    assert (chat.job.conversation, chat.job.cache_mb) == (chat.talk.conversation.id, 250)


def test_several_answers_are_one_job_with_a_record_and_a_seed_for_each(three: Chat) -> None:
    three.talk.cache_mb = 250
    three.send()
    job, turns = batch(three), versions(three)
    assert job.seeds == (5, 6, 7)
    assert [job.run_id, *job.others] == [turn.run_id for turn in turns]
    assert len(set(job.others) | {job.run_id}) == 3
    assert (job.conversation, job.cache_mb) == (three.talk.conversation.id, 250)
    assert [message.content for message in job.prompt.messages] == ["Why?"]
    assert len(three.jobs.all) == 1


def test_without_a_seed_the_first_is_drawn_and_the_others_follow(three: Chat) -> None:
    three.setup = replace(three.setup, run=replace(three.setup.run, seed=None))
    three.send()
    first, second, third = batch(three).seeds
    assert (second, third) == (first + 1, first + 2)


def test_the_last_seed_there_is_is_followed_by_the_first(three: Chat) -> None:
    three.setup = replace(three.setup, run=replace(three.setup.run, seed=2**64 - 1))
    three.send()
    assert batch(three).seeds == (2**64 - 1, 0, 1)
    assert [run.settings.seed for run in batch(three).runs() if hasattr(run, "settings")] == [2**64 - 1, 0, 1]


def test_regenerating_and_an_edited_message_ask_for_several_too(three: Chat) -> None:
    id = three.send("Why?")
    three.jobs.tell(Done((told("A", 5), told("B", 6), told("C", 7))))
    three.talk.regenerate(id, three.setup, MODEL)
    three.jobs.tell(Done((told("D", 5), told("E", 6), told("F", 7))))
    assert texts(three) == ["A", "B", "C", "D", "E", "F"]
    three.talk.edit(three.talk.conversation.path()[0].id, "How?", three.setup, MODEL)
    assert len(batch(three).seeds) == 3


def test_going_on_writes_one_answer(three: Chat) -> None:
    three.send()
    three.jobs.tell(Done((told("A", 5), told("B", 6), told("C", 7))))
    three.after_reading(lambda: three.talk.go_on(three.turn.id, three.setup, MODEL))
    assert three.job.prompt.reply_start == "A"
    assert len(versions(three)) == 4


# -- while they are written --------------------------------------------------------------------------------------


def test_they_grow_at_the_same_time_and_the_first_is_on_screen(three: Chat) -> None:
    id, pieces = three.send(), heard(three.talk.text_added)
    assert versions(three)[0].id == id
    say(three, 1, "Two")
    say(three, 0, "One", "!")
    say(three, 2, "Three")
    assert texts(three) == ["One!", "Two", "Three"]
    assert {turn.state for turn in versions(three)} == {"writing"}
    assert pieces == [(id, "One"), (id, "!")]


def test_stepping_through_them_shows_each_as_far_as_it_is(three: Chat) -> None:
    three.send()
    say(three, 0, "One")
    say(three, 1, "Two")
    status = heard(three.talk.status_changed)
    three.talk.show_version(three.turn.id, +1)
    assert (three.turn.text, status[-1].startswith("Generating")) == ("Two", True)
    pieces = heard(three.talk.text_added)
    say(three, 1, " more")
    say(three, 0, " elsewhere")
    assert pieces == [(three.turn.id, " more")]
    assert three.turn.text == "Two more"
    assert three.stored().leaf == three.turn.id


def test_what_is_going_on_is_said_of_the_one_on_screen_and_how_many_there_are(three: Chat) -> None:
    status = heard(three.talk.status_changed)
    three.send()
    assert status[:2] == ["Queued · 3 answers at once", "Reading prompt · 3 answers at once"]
    three.jobs.tell(Progress(412, 430, unit="tokens"))
    assert status[-1] == "Reading prompt 412/430 · 3 answers at once"
    say(three, 2, "x", "y")
    assert status[-1] == "Reading prompt 412/430 · 3 answers at once"
    say(three, 0, "x")
    assert "1 tok" in status[-1]


def test_the_reply_start_stands_before_each(three: Chat) -> None:
    three.setup = replace(three.setup, reply_start="Sure:")
    three.send()
    say(three, 1, " two")
    assert texts(three) == ["Sure:", "Sure: two", "Sure:"]


def test_they_go_on_while_another_conversation_is_on_screen(three: Chat) -> None:
    three.send("Why?")
    id, ticket = three.talk.conversation.id, three.jobs.last
    three.talk.new()
    pieces = heard(three.talk.text_added)
    ticket.tell(replace(token(0, "Two"), row=1))
    assert pieces == []
    three.talk.open(id)
    assert texts(three) == ["", "Two", ""]
    three.talk.new()
    ticket.tell(Done((told("A", 5), told("B", 6), told("C", 7))))
    assert not three.talk.anything_writing
    assert [turn.text for turn in three.stored(id).turns] == ["Why?", "A", "B", "C"]


# -- how they end ------------------------------------------------------------------------------------------------


def test_each_ends_with_its_own_words_stats_and_seed(three: Chat) -> None:
    three.send()
    ended = heard(three.talk.turn_changed)
    three.jobs.tell(Done((told("A", 5), told("B", 6), told("C", 7))))
    assert texts(three) == ["A", "B", "C"]
    assert [turn.state for turn in ended] == ["done"] * 3
    assert [turn.stats.rsplit(" | ", 1)[1] for turn in versions(three)] == ["seed 5", "seed 6", "seed 7"]
    assert [turn.text for turn in three.stored().turns] == ["Why?", "A", "B", "C"]
    assert not three.talk.is_writing


@pytest.mark.parametrize(("how", "state"), [("stop", "stopped"), ("die", "interrupted"), ("fail", "failed")])
def test_every_part_is_kept_and_marked(three: Chat, how: str, state: str) -> None:
    three.send()
    say(three, 0, "One")
    say(three, 1, "Two")
    if how == "stop":
        three.talk.stop()
    else:
        three.jobs.tell(DIED if how == "die" else Failed("Not enough memory.", code="E-OOM"))
    assert [(turn.text, turn.state) for turn in three.stored().turns[1:]] == [
        ("One", state),
        ("Two", state),
        ("", state),
    ]
    assert len(three.problems) == (0 if how == "stop" else 1)
    three.setup = replace(three.setup, answers=1)
    three.exchange("And?", "So.")
    assert three.texts == ["Why?", "One", "And?", "So."]


def test_one_of_them_is_deleted_and_the_others_go_on(three: Chat) -> None:
    three.jobs.polite = False
    three.send()
    three.talk.delete(three.turn.id)
    assert three.jobs.stopped == []
    say(three, 2, "Three")
    assert three.turn.text == "Three"
    three.talk.delete(three.talk.conversation.path()[0].id)
    assert three.jobs.stopped == [three.jobs.last]


def test_a_branch_from_one_of_them_has_its_words(three: Chat) -> None:
    three.send("Why?")
    say(three, 1, "Two")
    three.talk.show_version(three.turn.id, +1)
    three.talk.branch(three.turn.id)
    assert (three.texts, three.turn.state) == (["Why?", "Two"], "stopped")


def test_after_a_crash_of_the_window_each_has_the_engines_words(three: Chat, qtbot: QtBot) -> None:
    three.setup = replace(three.setup, reply_start="Well")
    three.send("Why?")
    id, runs = three.talk.conversation.id, [turn.run_id for turn in versions(three)]
    for number, run in enumerate(runs[:2]):  # of the third nothing has been heard
        three.records.write(lambda store, run=run: store.begin_run(run, "jobs/reply", {}, "dead"))
        three.records.write(lambda store, run=run, n=number: store.add_tokens(run, [token(0, f", {n}")]))
    three.records.write(lambda store: store.end_run(runs[1], "done", {"text": ", 1!"}))
    three.records.flush()
    second = Chat(qtbot)  # the next start; the first never hears the end
    second.after_reading(lambda: second.talk.open(id))
    assert [(t.text, t.state) for t in versions(second)] == [
        ("Well, 0", "interrupted"),
        ("Well, 1!", "done"),
        ("Well", "interrupted"),
    ]
    second.records.close()


# -- what the cache spares ---------------------------------------------------------------------------------------


def test_what_is_reused_read_and_written_is_told_as_it_grows(three: Chat) -> None:
    uses = heard(three.talk.use_changed)
    three.send()
    assert uses == []  # nothing is known yet
    three.jobs.tell(Started(), Progress(412, 430, unit="tokens"), Progress(430, 430, unit="tokens"))
    say(three, 0, "a")
    say(three, 1, "b")
    assert uses == [
        CacheUse(430, 412, 0, stage="reading"),
        CacheUse(430, 412, 18, stage="reading"),
        CacheUse(430, 412, 18, 1, stage="writing"),
        CacheUse(430, 412, 18, 2, stage="writing"),
    ]
    three.jobs.tell(Done(tuple(told("ab", seed, saved_seconds=1.1) for seed in (5, 6, 7))))
    assert uses[-1] == CacheUse(430, 412, 18, 6, 1.1, "ended")


def test_an_answer_that_was_stopped_while_reading_tells_how_far_it_was(chat: Chat) -> None:
    uses = heard(chat.talk.use_changed)
    chat.send()
    chat.jobs.tell(Started(), Progress(0, 900, unit="tokens"), Progress(256, 900, unit="tokens"))
    chat.talk.stop()
    assert uses[-1] == CacheUse(900, 0, 256, stage="ended")


def test_nothing_is_told_of_another_conversation(chat: Chat) -> None:
    chat.send()
    ticket = chat.jobs.last
    chat.talk.new()
    uses = heard(chat.talk.use_changed)
    ticket.tell(Progress(0, 900, unit="tokens"))
    assert uses == []
