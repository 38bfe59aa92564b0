"""Reading a text file somebody dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.core.errors import UserError
from playground.core.textfile import LIMIT, read_text


def test_marks_and_line_ends_of_other_systems_are_taken_away(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("\ufeffGröße\r\nzwei".encode())
    assert read_text(file) == "Größe\nzwei"


@pytest.mark.parametrize("content", [b"\xff\xfea\x00", b"\x80abc", b"a" * (LIMIT + 1)])
def test_what_is_no_text_or_too_much_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "thing.bin"
    file.write_bytes(content)
    with pytest.raises(UserError, match=r"thing\.bin") as caught:
        read_text(file)
    assert caught.value.code == "E-TEXT"


@pytest.mark.parametrize("name", ["gone.txt", "folder"])
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match=name) as caught:
        read_text(tmp_path / name)
    assert caught.value.code == "E-TEXT"


def test_a_file_of_just_the_limit_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"a" * LIMIT)
    assert len(read_text(file)) == LIMIT
