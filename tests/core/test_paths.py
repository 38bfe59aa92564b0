"""The application's folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.core.paths import Paths, resources, write_atomically


def test_everything_lies_under_one_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "deep" / "home"))
    paths = Paths.standard()
    for folder in (paths.models, paths.roles, paths.presets, paths.logs, paths.locks):
        assert folder.is_dir()
        assert folder.is_relative_to(tmp_path / "deep" / "home")
    for file in (paths.store, paths.settings, paths.machine):
        assert file.parent == tmp_path / "deep" / "home"


def test_the_resources_are_found_from_a_checkout() -> None:
    assert (resources() / "roles.json").is_file()


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    write_atomically(file, "ä")
    write_atomically(file, "ö")
    assert file.read_text(encoding="utf-8") == "ö"
    assert list(tmp_path.iterdir()) == [file]
