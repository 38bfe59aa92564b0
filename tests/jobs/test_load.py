from __future__ import annotations

import weakref
from pathlib import Path

import pytest

from playground.core.errors import UserError
from playground.core.facts import LoadedInfo
from playground.core.paths import Paths
from playground.engine import loading
from playground.engine.workspace import Workspace
from playground.jobs.convert import Convert
from playground.jobs.load import Load
from playground.jobs.unload import Unload
from tests.ggufs import toy_gguf
from tests.stories import outcome
from tests.toys import toy


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(Paths(tmp_path / "home"))


def test_a_loaded_model_is_found_under_the_path_of_its_description(workspace: Workspace, tmp_path: Path) -> None:
    info = outcome(Load(str(toy("llama", tmp_path / "toy")), "float32").run(workspace))
    assert isinstance(info, LoadedInfo)
    assert workspace.loaded(info.model.path).info == info


def test_several_models_are_resident_until_they_are_unloaded(workspace: Workspace, tmp_path: Path) -> None:
    paths = [str(toy(kind, tmp_path / kind)) for kind in ("llama", "opt")]
    for path in paths:
        outcome(Load(path, "float32").run(workspace))
    assert sorted(workspace.models) == sorted(paths)
    outcome(Unload(paths[0]).run(workspace))
    assert list(workspace.models) == paths[1:]


def test_loading_again_replaces_and_frees_the_old_one(workspace: Workspace, tmp_path: Path) -> None:
    path = str(toy("llama", tmp_path / "toy"))
    outcome(Load(path, "float32").run(workspace))
    old = weakref.ref(workspace.models[path].model)
    outcome(Load(path, "bfloat16").run(workspace))
    assert workspace.models[path].info.dtype == "bfloat16"
    assert old() is None


def test_a_failed_load_keeps_the_model_that_was_there(workspace: Workspace, tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    outcome(Load(str(folder), "float32").run(workspace))
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(UserError):
        outcome(Load(str(folder), "bfloat16").run(workspace))
    assert workspace.loaded(str(folder)).info.dtype == "float32"


def test_a_stopped_load_leaves_nothing_resident(workspace: Workspace, tmp_path: Path) -> None:
    story = Load(str(toy("llama", tmp_path / "toy")), "float32").run(workspace)
    while getattr(next(story), "text", "") != "Reading weights":
        pass
    story.close()
    assert workspace.models == {}


def test_when_memory_is_short_the_old_form_makes_room(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(toy("llama", tmp_path / "toy"))
    outcome(Load(path, "float32").run(workspace))
    monkeypatch.setattr(loading, "free_memory", lambda _: 0 if path in workspace.models else 10**9)
    assert outcome(Load(path, "float16").run(workspace)).dtype == "float16"


def test_who_insists_loads_what_seems_too_large(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(toy("llama", tmp_path / "toy"))
    monkeypatch.setattr(loading, "free_memory", lambda _: 0)
    with pytest.raises(UserError) as caught:
        outcome(Load(path, "float32").run(workspace))
    assert caught.value.code == "E-TOO-LARGE"
    assert outcome(Load(path, "float32", forced=True).run(workspace)).dtype == "float32"
    assert outcome(Load(path, "float16", forced=True).run(workspace)).dtype == "float16"  # in the place of the first
    assert len(workspace.models) == 1


def test_a_gguf_file_is_loaded_by_its_converted_folder(workspace: Workspace) -> None:
    file = str(toy_gguf(workspace.paths.models / "toy.gguf"))
    with pytest.raises(UserError) as caught:
        outcome(Load(file).run(workspace))
    assert caught.value.code == "E-NOT-CONVERTED"
    folder = outcome(Convert(file).run(workspace))
    assert outcome(Load(file, "float32").run(workspace)).model.path == folder
    assert list(workspace.models) == [folder]


def test_unloading_what_is_not_there(workspace: Workspace) -> None:
    with pytest.raises(UserError) as caught:
        outcome(Unload("it").run(workspace))
    assert caught.value.code == "E-NO-MODEL"
