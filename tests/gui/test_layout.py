"""What a restart restores."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.gui.layout import Layout, read_layout, widths_in, write_layout


def test_it_comes_back_the_same(tmp_path: Path) -> None:
    layout = Layout("AbC=", "models", "models/toy", "Toy", {"chat": {"tab": 1}})
    write_layout(tmp_path / "layout.json", layout)
    assert read_layout(tmp_path / "layout.json") == (layout, "")


def test_a_first_start_has_none(tmp_path: Path) -> None:
    assert read_layout(tmp_path / "layout.json") == (Layout(), "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b"7", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_one_is_kept_aside(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "layout.json"
    file.write_bytes(damage)
    layout, trouble = read_layout(file)
    (kept,) = tmp_path.iterdir()
    assert layout == Layout()
    assert kept.name in trouble
    assert kept.read_bytes() == damage


def test_parts_of_the_wrong_kind_are_left_out_and_the_file_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "layout.json"
    file.write_text('{"geometry": 5, "panel": "chat", "panels": "x", "model": null, "new": 1}')
    layout, trouble = read_layout(file)
    (kept,) = tmp_path.iterdir()
    assert layout == Layout(panel="chat")
    assert kept.name in trouble


@pytest.mark.parametrize("value", [None, 7, "wide", [], [1, 2], [1, -2, 3], [1, True, 3], [1, 2, 2**31], [1, 2, 3.0]])
def test_widths_are_whole_numbers_that_qt_takes(value: object) -> None:
    assert widths_in(value, 3) == []
    assert widths_in([0, 230, 800], 3) == [0, 230, 800]
