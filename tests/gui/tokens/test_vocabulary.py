"""Asking for the words of tokens: one question at a time, while the model is loaded."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtTest import QSignalSpy

from playground.core.events import Cancelled, Done, Failed
from playground.core.settings import Settings
from playground.gui.session import Session
from playground.gui.ticket import Ticket
from playground.gui.tokens.vocabulary import AT_ONCE, Vocabulary
from playground.jobs.end_tokens import EndTokens
from playground.jobs.job import Job
from playground.jobs.token_texts import TokenTexts
from tests.gui.desktop import FakeClient, loaded, model

INFO = loaded(model("Toy", "models/toy"))


@pytest.fixture
def jobs(qapp: Any) -> FakeClient:
    return FakeClient()


@pytest.fixture
def session(qapp: Any) -> Session:
    session = Session(Settings())
    session.models = (INFO,)
    return session


@pytest.fixture
def words(jobs: FakeClient, session: Session) -> Vocabulary:
    client: Any = jobs
    words = Vocabulary(client, session)
    words.open("models/toy")
    return words


def waiting(jobs: FakeClient, kind: type[Job]) -> list[Ticket]:
    return [ticket for ticket in jobs.tickets if isinstance(ticket.job, kind)]


def ids_of(jobs: FakeClient) -> tuple[int, ...]:
    (ticket,) = waiting(jobs, TokenTexts)
    assert isinstance(ticket.job, TokenTexts)
    return ticket.job.ids


def reply(jobs: FakeClient) -> None:
    ids = ids_of(jobs)
    jobs.say(waiting(jobs, TokenTexts)[0], Done(tuple(f"t{id}" for id in ids)))


def test_it_asks_once_for_each_word(jobs: FakeClient, words: Vocabulary) -> None:
    told = QSignalSpy(words.changed)
    words.want((1, 2, 2, 1))
    assert ids_of(jobs) == (1, 2)
    reply(jobs)
    assert words.texts == {1: "t1", 2: "t2"}
    assert told.count() == 1
    words.want((1, 2))
    assert not waiting(jobs, TokenTexts)


def test_what_is_wanted_meanwhile_comes_next_the_newest_first(jobs: FakeClient, words: Vocabulary) -> None:
    words.want(range(AT_ONCE + 5))
    words.want((9001, 3))
    assert ids_of(jobs) == tuple(range(AT_ONCE))
    reply(jobs)
    assert ids_of(jobs) == (9001, *range(AT_ONCE, AT_ONCE + 5))


def test_the_ends_are_asked_for_once(jobs: FakeClient, words: Vocabulary) -> None:
    (ticket,) = waiting(jobs, EndTokens)
    jobs.say(ticket, Done((2, 7)))
    assert words.ends == {2, 7}
    words.open("models/toy")
    assert not waiting(jobs, EndTokens)


def test_without_its_model_nothing_is_asked_until_it_is_there(
    jobs: FakeClient, session: Session, words: Vocabulary
) -> None:
    session.models = ()
    words.open("models/other")
    assert not words.is_loaded
    words.want((1,))
    assert not waiting(jobs, TokenTexts)
    session.models = (loaded(model("Other", "models/other")),)
    assert words.is_loaded
    reply(jobs)
    assert words.texts == {1: "t1"}


def test_another_model_has_other_words(jobs: FakeClient, words: Vocabulary) -> None:
    words.want((1,))
    late, ends = waiting(jobs, TokenTexts)[0], waiting(jobs, EndTokens)[0]
    words.open("models/other")
    jobs.say(late, Done(("t1",)))
    jobs.say(ends, Done((2,)))
    assert words.texts == {}
    assert words.ends == frozenset()


@pytest.mark.parametrize("end", [Failed("Load a model first.", code="E-NO-MODEL"), Cancelled()])
def test_a_question_that_fails_is_asked_again_only_when_more_is_wanted(
    jobs: FakeClient, words: Vocabulary, end: Any
) -> None:
    words.want((1,))
    ticket = waiting(jobs, TokenTexts)[0]
    jobs.say(ticket, end)
    assert not waiting(jobs, TokenTexts)
    words.want((2,))
    assert ids_of(jobs) == (2, 1)
    assert ticket.is_handled
