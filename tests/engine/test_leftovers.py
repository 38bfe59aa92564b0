from __future__ import annotations

import os
from pathlib import Path

import pytest

from playground.engine.leftovers import fresh_folder


def test_what_was_moved_away_stays_and_the_rest_vanishes(tmp_path: Path) -> None:
    with fresh_folder(tmp_path, "making") as folder:
        (folder / "kept").write_text("a")
        (folder / "lost").write_text("b")
        os.replace(folder / "kept", tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with fresh_folder(tmp_path, "making") as folder:
            (folder / "half").write_text("a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not list(tmp_path.iterdir())


def test_only_what_dead_processes_left_is_swept(tmp_path: Path) -> None:
    dead, alive, other = ".making-4194999-a", f".making-{os.getppid()}-b", ".sewing-4194999-c"
    for name in (dead, alive, other):
        (tmp_path / name).mkdir()
    with fresh_folder(tmp_path, "making"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([alive, other])
