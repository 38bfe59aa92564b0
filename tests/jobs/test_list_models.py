from __future__ import annotations

from pathlib import Path

import pytest

from playground.core.paths import Paths
from playground.engine.workspace import Workspace
from playground.jobs.convert import Convert
from playground.jobs.describe import Describe
from playground.jobs.list_models import ListModels
from tests.ggufs import toy_gguf
from tests.stories import outcome
from tests.toys import toy


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(Paths(tmp_path / "home"))


def found(workspace: Workspace, folder: str = "") -> list[str]:
    return [Path(info.path).name for info in outcome(ListModels(folder).run(workspace))]


def test_an_empty_shelf(workspace: Workspace) -> None:
    assert found(workspace) == []


def test_folders_and_files_are_found_and_bad_ones_left_out(workspace: Workspace) -> None:
    models = workspace.paths.models
    toy("llama", models / "b")
    toy("opt", models / "A")
    toy_gguf(models / "c.gguf")
    (toy("llama", models / "broken") / "config.json").write_text("{")
    (models / "bad.gguf").write_bytes(b"GGUF")
    toy("llama", models / ".converting-1-x")
    (models / "notes.txt").write_text("hello")
    assert found(workspace) == ["A", "b", "c.gguf"]


def test_a_converted_file_is_listed_once_as_the_folder(workspace: Workspace) -> None:
    file = toy_gguf(workspace.paths.models / "toy.gguf")
    outcome(Convert(str(file)).run(workspace))
    assert found(workspace) == ["toy"]


def test_another_folder_may_hold_models_or_be_one(workspace: Workspace, tmp_path: Path) -> None:
    toy("llama", workspace.paths.models / "own")
    toy("opt", tmp_path / "elsewhere" / "theirs")
    assert found(workspace, str(tmp_path / "elsewhere")) == ["own", "theirs"]
    assert found(workspace, str(tmp_path / "elsewhere" / "theirs")) == ["own", "theirs"]
    assert found(workspace, str(tmp_path / "gone")) == ["own"]


def test_what_is_listed_is_what_describing_says(workspace: Workspace) -> None:
    folder = toy("llama", workspace.paths.models / "toy")
    assert outcome(ListModels().run(workspace)) == (outcome(Describe(str(folder)).run(workspace)),)
