"""One token of an answer under the microscope."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from playground.core.errors import UserError
from playground.core.events import Token
from playground.engine.workspace import Workspace
from playground.jobs.microscope import Microscope
from playground.jobs.reply import Reply
from tests.jobs.test_reply import ASK, RUN, model_of, resident
from tests.stories import outcome, told
from tests.toys import CHATML


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return resident(tmp_path, CHATML)


def written(workspace: Workspace) -> list[Token]:
    events, _ = told(Reply("r", model_of(workspace), ASK, RUN).run(workspace))
    return [event for event in events if isinstance(event, Token)]


def test_every_stage_is_told_in_order_with_the_draw_that_decided(workspace: Workspace) -> None:
    for token in written(workspace):
        seen = outcome(Microscope("r", token.step, RUN).run(workspace))
        assert [stage.words for stage in seen.stages] == ["temperature 1.5", "top-k 40", "top-p 0.95"]
        assert (seen.chosen, seen.drawn, seen.exact) == (token.id, token.id, True)
        hot, few, likely = seen.stages
        assert (hot.left, hot.cut) == (seen.vocabulary, 0)
        assert (few.left, few.cut) == (40, seen.vocabulary - 40)
        assert likely.left == 40 - likely.cut
        assert hot.entropy_before[0] == pytest.approx(token.entropy / math.log(2), abs=1e-3)
        assert seen.lots[0].id == token.id
        assert seen.lots[0].probability == pytest.approx(token.probability, rel=1e-6)
        assert [lot.total for lot in seen.lots] == sorted((lot.total for lot in seen.lots), reverse=True)


def test_a_step_that_was_never_written(workspace: Workspace) -> None:
    written(workspace)
    with pytest.raises(UserError) as caught:
        outcome(Microscope("r", 20, RUN).run(workspace))
    assert caught.value.code == "E-ROWS"


def test_a_stage_with_a_memory_is_settled_only_as_it_was(workspace: Workspace) -> None:
    steered = RUN.with_sampler("mirostat", tau=3.0)
    told(Reply("r", model_of(workspace), ASK, steered).run(workspace))
    then = outcome(Microscope("r", 9, steered).run(workspace))
    assert (then.exact, then.drawn) == (True, then.chosen)
    other = steered.with_sampler("temperature", temperature=0.9)
    assert not outcome(Microscope("r", 9, other, changed=True).run(workspace)).exact
