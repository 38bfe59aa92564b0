"""Small files of the application's own: read whole, or set aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.core.jsonfile import MOST, read_object, set_aside


def test_an_object_is_read_and_a_missing_file_is_empty(tmp_path: Path) -> None:
    file = tmp_path / "some.json"
    assert read_object(file, "The file") == ({}, "")
    file.write_text('\ufeff{"a": [1]}', encoding="utf-8")
    assert read_object(file, "The file") == ({"a": [1]}, "")


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"{}" + b" " * MOST])
def test_anything_else_is_set_aside_and_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "some.json"
    file.write_bytes(content)
    data, trouble = read_object(file, "The file")
    (kept,) = tmp_path.iterdir()
    assert data == {}
    assert trouble == f"The file could not be read. It was kept as {kept.name}."
    assert kept.read_bytes() == content


def test_every_file_set_aside_has_a_name_of_its_own(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / "some.json").write_text(str(number))
        set_aside(tmp_path / "some.json")
    assert sorted(path.read_text() for path in tmp_path.iterdir()) == ["0", "1", "2"]


def test_what_cannot_be_moved_is_said_too(tmp_path: Path) -> None:
    assert "not be kept" in set_aside(tmp_path / "no folder" / "some.json")
