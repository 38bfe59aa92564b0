"""Preferences: whatever is in the file, the window opens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from playground.core.errors import UserError
from playground.core.options import options_of
from playground.core.settings import Settings, read_settings, write_settings


def test_settings_come_back(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    write_settings(file, Settings(theme="dark", zoom=125, threads=2))
    assert read_settings(file) == (Settings(theme="dark", zoom=125, threads=2), "")


def test_without_a_file_there_are_the_defaults_and_no_complaint(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "none.json") == (Settings(), "")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe\x00", b"[" * 200_000, b"\x00" * 100])
def test_a_corrupt_file_is_kept_aside_and_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(content)
    settings, trouble = read_settings(file)
    kept = [path for path in tmp_path.iterdir() if "corrupt" in path.name]
    assert settings == Settings()
    assert [path.read_bytes() for path in kept] == [content]
    assert kept[0].name in trouble
    assert read_settings(file) == (Settings(), "")


def test_each_valid_value_of_a_half_bad_file_is_used(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    bad = {"theme": "purple", "zoom": 10**400, "threads": "all", "notify": None, "send_with_ctrl": True, "new": 1}
    file.write_text(json.dumps(bad))
    settings, trouble = read_settings(file)
    assert settings == Settings(send_with_ctrl=True)
    assert trouble.endswith("The defaults are in use for: Theme, Zoom, CPU threads, Notify me.")
    assert [path.read_text() for path in tmp_path.glob("*.corrupt-*")] == [json.dumps(bad)]
    assert read_settings(file) == (Settings(send_with_ctrl=True), "")  # said once: the good ones were written down


def test_what_cannot_even_be_moved_aside_does_not_stop_the_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    file = tmp_path / "settings.json"
    file.write_text("{")
    monkeypatch.setattr(Path, "replace", refuse)
    settings, trouble = read_settings(file)
    assert settings == Settings()
    assert "could not be read" in trouble


def test_a_crash_while_saving_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.json"
    write_settings(file, Settings(zoom=120))

    def full(self: Path, *args: object, **kwargs: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        write_settings(file, Settings(zoom=80))
    monkeypatch.undo()
    assert read_settings(file) == (Settings(zoom=120), "")
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


def test_every_setting_is_explained_and_checked() -> None:
    assert all(opt.help for opt in options_of(Settings))
    with pytest.raises(UserError, match=r"Settings\.zoom"):
        Settings(zoom=10)
