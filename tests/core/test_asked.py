"""What was asked, as the history shows it."""

from __future__ import annotations

from typing import Any

import pytest

from playground.core.asked import Asked, asked, object_of
from playground.core.facts import Message, PromptInput
from playground.core.plain import dump
from playground.jobs.reply import Reply
from playground.recipes.run_settings import RunSettings


def message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def test_a_reply_asks_what_the_user_said_last() -> None:
    talk = (Message("user", "First"), Message("assistant", "Yes"), Message("user", "Second"))
    prompt = PromptInput(talk, system="Be brief.", context="A text.")
    job = Reply("r", "/models/SmolLM2-135M-Instruct", prompt, RunSettings())
    assert asked(dump(job)) == Asked("Second", "Be brief.\nA text.", "SmolLM2-135M-Instruct")


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ({"rows": [{"x": 1}, {"messages": [message("system", "S"), message("user", "Q")]}]}, Asked("Q", "S")),
        ({"prompt": "Once upon a time", "system": "S"}, Asked("Once upon a time", "S")),
        ({"prompt": {"messages": []}}, Asked()),
        ({"messages": "none", "model": None}, Asked()),
        ({"messages": [None, {"role": "user"}, message("user", "Q"), {"role": "user", "content": 3}]}, Asked("Q")),
        ({"model": "C:\\models\\toy.gguf"}, Asked(model="toy.gguf")),
        ({"model": "/models/toy/"}, Asked(model="toy")),
        ({}, Asked()),
    ],
)
def test_of_other_jobs_it_takes_what_there_is(job: dict[str, Any], expected: Asked) -> None:
    assert asked(job) == expected


@pytest.mark.parametrize("text", ["", "[1]", "{broken", "null"])
def test_what_is_no_object_is_an_empty_one(text: str) -> None:
    assert object_of(text) == {}
