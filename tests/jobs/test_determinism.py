"""One answer, written again in several ways."""

from __future__ import annotations

import pytest

from playground.core.errors import UserError
from playground.core.events import Progress
from playground.engine.workspace import Workspace
from playground.jobs.determinism import Determinism
from playground.jobs.load import Load
from playground.jobs.reply import Reply
from tests.jobs.test_replay import ASK, RUN, model_of, recorded, workspace
from tests.stories import outcome, told

__all__ = ["workspace"]  # a fixture


def test_in_float32_every_way_writes_the_same(workspace: Workspace) -> None:
    recorded(workspace, Reply("r", model_of(workspace), ASK, RUN))
    events, checks = told(Determinism("r").run(workspace))
    assert [check.name for check in checks] == [
        "The same again",
        "2 threads",
        "In a batch of 4",
        "Another number format",
        "On the plain path",
    ]
    assert [check.found.identical for check in checks if check.found] == [True] * 4
    assert checks[3].skipped == "The model is loaded in one number format only."
    assert [change for check in checks[1:3] if check.found for change in check.found.changes] == [
        "Processor threads: 1 then, 2 now.",
        "Answers in one batch: 1 then, 4 now.",
    ]
    steps = [event for event in events if isinstance(event, Progress)]
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1].total == 5000


def test_a_way_that_writes_another_token_is_found_out(workspace: Workspace) -> None:
    recorded(workspace, Reply("r", model_of(workspace), ASK, RUN))
    outcome(Load(model_of(workspace), dtype="bfloat16").run(workspace))
    checks = outcome(Determinism("r").run(workspace))
    differing = [check for check in checks if check.found is not None and not check.found.identical]
    assert differing  # rows this flat fall otherwise in a coarser format
    for check in differing:
        assert check.found is not None
        assert check.found.was != check.found.now
        assert any("number format" in change for change in check.found.changes)


def test_a_record_that_is_gone(workspace: Workspace) -> None:
    with pytest.raises(UserError) as caught:
        outcome(Determinism("never").run(workspace))
    assert caught.value.code == "E-REPLAY"
