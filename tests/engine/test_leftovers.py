from __future__ import annotations

import os
from pathlib import Path

import pytest

from playground.engine.leftovers import fresh_folder, put_in_place


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


def test_an_older_folder_is_replaced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new, seen = tmp_path / "model", tmp_path / "new", list[list[str]]()
    for folder, names in ((old, "ab"), (new, "cd")):
        folder.mkdir()
        for name in names:
            (folder / name).write_text(name)
    rename = os.replace

    def watched(source: Path, target: Path) -> None:
        rename(source, target)
        seen.append(sorted(path.name for path in old.glob("*")))

    monkeypatch.setattr(os, "replace", watched)
    put_in_place(new, old)
    assert seen == [[], ["c", "d"]]  # none or all, never some
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_folder_where_none_was_is_put_in_place(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    put_in_place(tmp_path / "new", tmp_path / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_only_what_dead_processes_left_is_swept(tmp_path: Path) -> None:
    dead, alive, other = ".making-4194999-a", f".making-{os.getppid()}-b", ".sewing-4194999-c"
    for name in (dead, alive, other):
        (tmp_path / name).mkdir()
    with fresh_folder(tmp_path, "making"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([alive, other])
