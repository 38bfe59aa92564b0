"""The choice meter as a job."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from playground.core.errors import UserError
from playground.core.events import Token
from playground.engine.workspace import Workspace
from playground.jobs.choice_meter import MOST, ChoiceMeter
from playground.jobs.reply import Reply
from tests.jobs.test_reply import ASK, RUN, model_of, resident
from tests.stories import outcome, told
from tests.toys import CHATML


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return resident(tmp_path, CHATML)


def meter(workspace: Workspace, *choices: str, **changes: object) -> ChoiceMeter:
    return ChoiceMeter(model_of(workspace), replace(ASK, **changes), choices)  # type: ignore[arg-type]


def test_its_numbers_are_those_an_answer_is_drawn_with(workspace: Workspace) -> None:
    events, _ = told(Reply("r", model_of(workspace), ASK, RUN).run(workspace))
    first = next(event for event in events if isinstance(event, Token))
    words = workspace.loaded(model_of(workspace)).words
    texts = [words.bytes_of(id).decode("utf-8", "replace") for id, _ in first.alternatives]
    single = [
        (n, text) for n, text in enumerate(texts) if text.strip() and words.ids(text) == (first.alternatives[n][0],)
    ]
    assert len(single) > 3
    single = single[:MOST]
    found = outcome(meter(workspace, *(text for _, text in single)).run(workspace))
    for (n, _), choice in zip(single, found.choices, strict=True):
        assert choice.log_probability == pytest.approx(first.alternatives[n][1], abs=1e-4)


def test_shares_add_up_and_the_whole_is_told(workspace: Workspace) -> None:
    found = outcome(meter(workspace, "fox", "dog", "quick brown fox").run(workspace))
    assert [choice.text for choice in found.choices] == ["fox", "dog", "quick brown fox"]
    assert sum(found.shares()) == pytest.approx(1.0)
    assert found.together == pytest.approx(sum(math.exp(choice.log_probability) for choice in found.choices))
    assert found.prompt_tokens > 10


def test_an_edited_prompt_is_read_from_where_it_differs(workspace: Workspace) -> None:
    first = outcome(meter(workspace, "fox").run(workspace))
    again = outcome(meter(workspace, "dog", "cat").run(workspace))
    assert (first.reused_tokens, again.reused_tokens) == (0, first.prompt_tokens - 1)
    other = outcome(meter(workspace, "fox", system="Be long.").run(workspace))
    assert 0 < other.reused_tokens < first.prompt_tokens - 1


def test_behind_a_start_of_the_reply_a_choice_begins_with_a_space(workspace: Workspace) -> None:
    plain = outcome(meter(workspace, "fox").run(workspace))
    behind = outcome(meter(workspace, "fox", reply_start="The").run(workspace))
    words = workspace.loaded(model_of(workspace)).words
    assert plain.choices[0].ids == words.ids("fox")
    assert behind.choices[0].ids == words.ids(" fox")


@pytest.mark.parametrize("choices", [(), ("",), ("fox", " "), tuple(map(str, range(MOST + 1)))])
def test_lists_that_cannot_be_measured(workspace: Workspace, choices: tuple[str, ...]) -> None:
    with pytest.raises(UserError) as caught:
        outcome(meter(workspace, *choices).run(workspace))
    assert caught.value.code == "E-CHOICES"
