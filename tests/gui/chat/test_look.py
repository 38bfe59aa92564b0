"""Asking what a prompt would be."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from playground.core.events import Done, Failed
from playground.core.facts import Message, PromptInfo, PromptInput
from playground.gui.chat.look import PromptLook
from playground.jobs.xray import Xray
from playground.recipes.run_settings import RunSettings
from tests.gui.desktop import FakeClient, loaded, prompt_info

MODEL = loaded()


@pytest.fixture
def jobs(qtbot: QtBot) -> FakeClient:
    return FakeClient()


@pytest.fixture
def look(jobs: FakeClient) -> PromptLook:
    client: Any = jobs
    return PromptLook(client)


@pytest.fixture
def answers(look: PromptLook) -> list[PromptInfo | None]:
    found: list[PromptInfo | None] = []
    look.answered.connect(found.append)
    return found


def ask(look: PromptLook, text: str, run: RunSettings | None = None) -> None:
    look.ask(MODEL, PromptInput((Message("user", text),)), run or RunSettings())


def asked(jobs: FakeClient) -> list[str]:
    return [t.job.prompt.messages[-1].content for t in jobs.all if isinstance(t.job, Xray)]


def test_the_last_question_within_a_pause_is_asked(look: PromptLook, jobs: FakeClient, qtbot: QtBot) -> None:
    for text in ("a", "ab", "abc"):
        ask(look, text)
    qtbot.waitUntil(lambda: bool(jobs.all))
    assert asked(jobs) == ["abc"]


def test_the_job_knows_the_context_and_the_room(look: PromptLook, jobs: FakeClient, qtbot: QtBot) -> None:
    ask(look, "a", RunSettings(max_tokens=0, context_length=512))
    qtbot.waitUntil(lambda: bool(jobs.all))
    job = jobs.last.job
    assert isinstance(job, Xray)
    assert (job.model, job.context_length, job.room) == ("models/Toy", 512, 1)


def test_an_old_answer_is_not_taken_for_the_new_one(
    look: PromptLook, jobs: FakeClient, answers: list[PromptInfo | None], qtbot: QtBot
) -> None:
    ask(look, "old")
    qtbot.waitUntil(lambda: len(jobs.all) == 1)
    ask(look, "new")
    qtbot.waitUntil(lambda: len(jobs.all) == 2)
    old, new = jobs.all
    jobs.say(new, Done(prompt_info(("message", "new"))))
    jobs.say(old, Done(prompt_info(("message", "old"))))
    assert [info and info.tokens[0].text for info in answers] == ["new"]


def test_a_prompt_that_cannot_be_is_a_reason_until_one_can(
    look: PromptLook, jobs: FakeClient, answers: list[PromptInfo | None], qtbot: QtBot
) -> None:
    ask(look, "long")
    qtbot.waitUntil(lambda: len(jobs.all) == 1)
    jobs.say(jobs.last, Failed("Too long.", "Shorten it.", "E-CONTEXT"))
    assert answers == [None]
    assert look.problem is not None
    assert (look.problem.message, look.problem.code) == ("Too long.", "E-CONTEXT")
    ask(look, "short")
    qtbot.waitUntil(lambda: len(jobs.all) == 2)
    jobs.say(jobs.last, Done(prompt_info(("message", "short"))))
    assert look.problem is None
