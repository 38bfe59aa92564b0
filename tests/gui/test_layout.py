"""What a restart restores."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.gui.layout import Layout, read_layout, write_layout


def test_it_comes_back_the_same(tmp_path: Path) -> None:
    layout = Layout("AbC=", "models", "models/toy", "Toy", {"chat": {"tab": 1}})
    write_layout(tmp_path / "layout.json", layout)
    assert read_layout(tmp_path / "layout.json") == layout


def test_a_first_start_has_none(tmp_path: Path) -> None:
    assert read_layout(tmp_path / "layout.json") == Layout()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b"7", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_one_is_kept_aside(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "layout.json"
    file.write_bytes(damage)
    assert read_layout(file) == Layout()
    assert not file.exists()
    assert (tmp_path / "layout.json.corrupt").read_bytes() == damage


def test_parts_of_the_wrong_kind_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "layout.json"
    file.write_text('{"geometry": 5, "panel": "chat", "panels": "x", "model": null, "new": 1}')
    assert read_layout(file) == Layout(panel="chat")
