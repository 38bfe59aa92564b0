"""Other settings on a finished answer: nothing is computed anew, and nothing is guessed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from playground.core.errors import UserError
from playground.core.events import Token
from playground.engine.workspace import Workspace
from playground.jobs.replies import Replies
from playground.jobs.reply import Reply
from playground.jobs.what_if import WhatIf
from playground.recipes.run_settings import RunSettings
from tests.jobs.test_reply import ASK, RUN, model_of, resident
from tests.stories import outcome, told
from tests.toys import CHATML

GREEDY = RUN.with_sampler("temperature", temperature=0.0)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return resident(tmp_path, CHATML)


def ids(workspace: Workspace, settings: RunSettings, run: str = "r", reply_ids: tuple[int, ...] = ()) -> list[int]:
    events, _ = told(Reply(run, model_of(workspace), ASK, settings, reply_ids).run(workspace))
    return [event.id for event in events if isinstance(event, Token)]


def test_the_settings_it_was_written_with_change_nothing(workspace: Workspace) -> None:
    ids(workspace, RUN)
    found = outcome(WhatIf("r", RUN).run(workspace))
    assert found.steps == tuple(range(20))
    assert (found.impossible, found.first, found.instead, found.unsure) == ((), -1, -1, ())


@pytest.mark.parametrize("name", ["greedy", "cold", "few", "another seed", "penalty"])
def test_the_first_other_token_is_the_one_those_settings_write(workspace: Workspace, name: str) -> None:
    other = {
        "greedy": GREEDY,
        "cold": RUN.with_sampler("temperature", temperature=0.3),
        "few": RUN.with_sampler("top_k", top_k=3),
        "another seed": replace(RUN, seed=4),
        "penalty": RUN.with_sampler("repetition_penalty", penalty=2.0, window=0),
    }[name]
    then, now = ids(workspace, RUN), ids(workspace, other, "other")
    first = next(step for step, (a, b) in enumerate(zip(then, now, strict=True)) if a != b)
    found = outcome(WhatIf("r", other).run(workspace))
    assert (found.first, found.instead) == (first, now[first])
    assert found.unsure == ()


def test_a_token_that_a_stage_would_cut_is_impossible(workspace: Workspace) -> None:
    events, _ = told(Reply("r", model_of(workspace), ASK, RUN).run(workspace))
    tokens = [event for event in events if isinstance(event, Token)]
    found = outcome(WhatIf("r", RUN.with_sampler("top_k", top_k=2)).run(workspace))
    assert found.impossible == tuple(token.step for token in tokens if token.rank > 2)
    assert found.impossible


def test_a_continued_answer_and_the_rows_of_a_batch(workspace: Workspace) -> None:
    begun = tuple(ids(workspace, replace(RUN, max_tokens=5)))
    ids(workspace, RUN, "continued", begun)
    found = outcome(WhatIf("continued", RUN).run(workspace))
    assert (found.steps[0], found.impossible, found.first, found.unsure) == (5, (), -1, ())
    batch = Replies("a", model_of(workspace), ASK, RUN, (7, 8), ("b",))
    outcome(batch.run(workspace))
    for run, seed in (("a", 7), ("b", 8)):
        found = outcome(WhatIf(run, replace(RUN, seed=seed)).run(workspace))
        assert (found.impossible, found.first) == ((), -1)


def test_words_need_the_model(workspace: Workspace) -> None:
    ids(workspace, RUN)
    banned = RUN.with_sampler("banned_words", phrases="fox")
    assert outcome(WhatIf("r", banned, model_of(workspace)).run(workspace)).steps
    with pytest.raises(UserError) as caught:
        outcome(WhatIf("r", banned).run(workspace))
    assert caught.value.code == "E-NO-MODEL"


@pytest.mark.parametrize("id", ["never written", "../../r", "x" * 300, "\x00"])
def test_an_answer_whose_rows_were_not_kept(workspace: Workspace, id: str) -> None:
    with pytest.raises(UserError) as caught:
        outcome(WhatIf(id, RUN).run(workspace))
    assert caught.value.code == "E-ROWS"
