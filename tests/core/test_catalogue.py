from __future__ import annotations

from pathlib import Path

from playground.core.catalogue import catalogue, hub_folder, starter_folder, starter_gguf
from playground.core.paths import Paths
from playground.engine.notes import converted_folder


def test_the_starter_comes_first_and_everything_has_a_name_a_licence_and_a_size() -> None:
    first, *others = catalogue()
    assert first.source == "starter"
    assert {entry.source for entry in others} == {"hub"}
    assert all(entry.repo.count("/") == 1 for entry in others)
    assert all(entry.licence and entry.description and entry.parameters > 0 for entry in catalogue())
    assert len({entry.name for entry in catalogue()}) == len(catalogue())


def test_the_starters_folder_is_where_the_converter_puts_it(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    assert converted_folder(paths, starter_gguf(paths)) == starter_folder(paths)


def test_two_owners_models_of_one_name_have_two_folders(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    assert hub_folder(paths, "a/toy") != hub_folder(paths, "b/toy")
    assert hub_folder(paths, "a/toy").parent == paths.models
