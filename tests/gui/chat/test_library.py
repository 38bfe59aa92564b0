"""What is done with whole conversations, through the real window and record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from playground.gui.chat.library import Library
from tests.gui.desktop import Desktop, running


@pytest.fixture
def desktop(qtbot: QtBot) -> Iterator[Desktop]:
    """Two chats, the second one on screen."""
    with running(qtbot) as desktop:
        desktop.load()
        desktop.exchange("Why is the sky blue?", "Scattering.")
        desktop.run("chat.new")
        desktop.exchange("What is the sea?", "Salt **water**.")
        desktop.settle()
        yield desktop


@pytest.fixture
def library(desktop: Desktop) -> Library:
    return desktop.chat.library


def listed(desktop: Desktop) -> list[str]:
    desktop.settle()
    model = desktop.chat.list.view.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def id_of(desktop: Desktop, title: str) -> str:
    headlines = desktop.chat.list._model._rows
    return next(row.id for row in headlines if row.title == title)


SKY, SEA = "Why is the sky blue?", "What is the sea?"


def test_the_newest_stands_first(desktop: Desktop) -> None:
    assert listed(desktop) == [SEA, SKY]


def test_search_looks_into_the_messages_too(desktop: Desktop) -> None:
    desktop.press("Ctrl+Shift+F")
    assert desktop.chat.list.search.hasFocus()
    desktop.chat.list.search.setText("scattering")
    desktop.wait(lambda: listed(desktop) == [SKY])
    desktop.chat.list.search.clear()
    desktop.wait(lambda: len(listed(desktop)) == 2)


def test_a_chat_is_renamed_on_screen_or_not(desktop: Desktop) -> None:
    desktop.chat.list.rename_requested.emit(id_of(desktop, SKY), "Blue")
    desktop.chat.list.rename_requested.emit(id_of(desktop, SEA), "Salty")
    assert listed(desktop) == ["Salty", "Blue"]


def test_a_copy_has_every_word_and_is_on_screen(desktop: Desktop) -> None:
    before = desktop.talk.id
    desktop.run("chat.duplicate")
    assert desktop.talk.id != before
    assert desktop.shown == ["What is the sea?", "Salt water."]
    assert listed(desktop)[0] == f"{SEA} (copy)"


@pytest.mark.parametrize("back", ["undo", "restore"])
def test_what_was_thrown_away_comes_back(desktop: Desktop, back: str) -> None:
    id = desktop.talk.id
    desktop.run("chat.trash")
    assert listed(desktop) == [SKY]
    assert desktop.talk.path() == ()
    assert desktop.toasts() == ["Chat moved to the trash."]
    if back == "undo":
        desktop.press("Ctrl+Z")
        desktop.wait(lambda: desktop.talk.id == id)
    else:
        desktop.click(desktop.chat.list.trash)
        assert listed(desktop) == [SEA]
        desktop.chat.list.restore_requested.emit(id)
        desktop.settle()
        desktop.click(desktop.chat.list.trash)
    assert listed(desktop) == [SEA, SKY]


def test_throwing_away_one_that_is_written_in_stops_it(desktop: Desktop) -> None:
    desktop.send("More")
    desktop.write("Well")
    desktop.run("chat.trash")
    assert len(desktop.jobs.stopped) == 1
    assert not desktop.chat.talk.is_writing


def test_a_chat_is_exported_as_markdown_with_its_settings(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    offered: list[str] = []

    def ask(parent: object, title: str, name: str, kinds: str) -> tuple[str, str]:
        offered.append(name)
        return str(tmp_path / "sea.md"), "Markdown (*.md)"

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    desktop.press("Ctrl+E")
    text = (tmp_path / "sea.md").read_text(encoding="utf-8")
    assert offered == ["What is the sea_.md"]
    assert "## Toy\n\nSalt **water**." in text
    assert '"temperature": 0.7' in text
    assert desktop.toasts() == ["Saved as sea.md."]


@pytest.mark.parametrize(
    ("name", "kind", "is_json"),
    [("x.json", "JSON (*.json)", True), ("x.json", "Markdown (*.md)", True), ("x", "JSON (*.json)", True),
     ("x.md", "JSON (*.json)", False), ("x", "Markdown (*.md)", False)],
)  # fmt: skip
def test_the_ending_decides_before_the_kind(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, kind: str, is_json: bool
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / name), kind))
    desktop.run("chat.export")
    assert (tmp_path / name).read_text().startswith("{") is is_json


def test_a_chat_that_is_not_on_screen_is_exported_under_its_own_name(
    desktop: Desktop, library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    offered: list[str] = []

    def ask(parent: object, title: str, name: str, kinds: str) -> tuple[str, str]:
        offered.append(name)
        return str(tmp_path / "out.json"), "JSON (*.json)"

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    desktop.chat.list.export_requested.emit(id_of(desktop, SKY))
    desktop.settle()
    data = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert [turn["text"] for turn in data["turns"]] == ["Why is the sky blue?", "Scattering."]
    assert data["settings"]["run"]["max_tokens"] == 256
    assert offered == ["Why is the sky blue_.md"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(desktop: Desktop, library: Library, tmp_path: Path) -> None:
    library.export_to(desktop.talk.id, tmp_path / "no" / "x.md", as_json=False)
    assert desktop.window.banner.text().startswith("E-FILE x.md cannot be written")


def test_a_chat_can_be_opened_while_another_is_written_in(desktop: Desktop) -> None:
    sea = desktop.talk.id
    desktop.send("More")
    desktop.write("Fish")
    desktop.chat.list.open_requested.emit(id_of(desktop, SKY))
    desktop.wait(lambda: desktop.talk.id != sea)
    assert desktop.chat.view.composer.send.accessibleName() == "Send"
    desktop.write(" and ships")
    assert desktop.shown == ["Why is the sky blue?", "Scattering."]
    desktop.chat.list.open_requested.emit(sea)
    assert desktop.shown[-1] == "Fish and ships"
    assert desktop.chat.view.composer.send.accessibleName() == "Stop"
    desktop.end("Fish and ships.")
    assert desktop.shown[-1] == "Fish and ships."
