from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground.core.errors import UserError
from playground.core.paths import Paths
from playground.engine.decoding import end_ids
from playground.engine.workspace import Workspace
from playground.jobs.end_tokens import EndTokens
from playground.jobs.load import Load
from tests.stories import outcome
from tests.toys import END, toy


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(Paths(tmp_path / "home"))
    toy("llama", tmp_path / "toy")
    outcome(Load(str(tmp_path / "toy"), dtype="float32", threads=1).run(made))
    return made


def test_the_ends_are_those_that_decoding_stops_at(workspace: Workspace) -> None:
    path, loaded = next(iter(workspace.models.items()))
    ends = outcome(EndTokens(path).run(workspace))
    assert loaded.tokenizer.convert_tokens_to_ids(END) in ends
    assert frozenset(ends) == end_ids(loaded)


def test_the_tokenizer_of_the_computing_thread_is_left_alone(workspace: Workspace) -> None:
    path, loaded = next(iter(workspace.models.items()))
    busy: Any = None
    workspace.models[path] = replace(loaded, tokenizer=busy)
    assert outcome(EndTokens(path).run(workspace))


def test_a_model_that_is_not_loaded_is_named_as_the_reason(workspace: Workspace) -> None:
    with pytest.raises(UserError) as caught:
        outcome(EndTokens("elsewhere").run(workspace))
    assert caught.value.code == "E-NO-MODEL"
