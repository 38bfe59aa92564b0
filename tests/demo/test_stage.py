"""The hands and eyes of a tour."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from playground.app import App
from playground.core.errors import UserError
from playground.demo.stage import Stage
from playground.gui.panels.chat import ChatPanel
from tests.gui.desktop import Desktop, running


@pytest.fixture
def desktop(qtbot: QtBot) -> Iterator[Desktop]:
    with running(qtbot) as desktop:
        yield desktop


@pytest.fixture
def stage(desktop: Desktop, tmp_path: Path) -> Stage:
    parts: Any = desktop.parts
    return Stage(App(desktop.window, parts), tmp_path / "out", "tour", short=True)


def test_it_finds_only_what_can_be_seen(stage: Stage) -> None:
    with pytest.raises(UserError, match="replyStart"):
        stage.find(QLineEdit, "replyStart")
    stage.run("chat.prompt")
    assert stage.find(QLineEdit, "replyStart").isVisible()


def test_a_click_does_what_a_users_click_does(stage: Stage, desktop: Desktop) -> None:
    stage.click("otherModels")
    assert desktop.window.current == "models"


def test_what_is_disabled_is_not_clicked(stage: Stage, desktop: Desktop) -> None:
    desktop.chat.view.start.starter.setEnabled(False)
    with pytest.raises(UserError, match="disabled"):
        stage.click("starter")


def test_keys_go_where_they_should(stage: Stage, desktop: Desktop) -> None:
    box = stage.panel(ChatPanel).view.composer.box
    stage.type(box, "Hello")
    stage.type(box, "World", clear=True)
    assert desktop.chat.view.composer.text() == "World"
    stage.press("Ctrl+K")
    assert desktop.window.palette_box.isVisible()


def test_a_command_that_cannot_run_stops_the_tour_with_the_reason(stage: Stage) -> None:
    with pytest.raises(UserError, match="Load a model first"):
        stage.run("chat.regenerate")


def test_waiting_ends_and_says_for_what(stage: Stage) -> None:
    stage.wait(lambda: True)
    with pytest.raises(UserError, match="for rain"):
        stage.wait(lambda: False, 0.05, "rain")


def test_the_length_of_answers_is_set_where_the_user_sets_it(stage: Stage, desktop: Desktop) -> None:
    stage.answer_length(12)
    assert desktop.chat.side.setup().run.max_tokens == 12


def test_pictures_are_numbered_and_told(stage: Stage, tmp_path: Path) -> None:
    stage.shoot("first", "One.")
    stage.shoot("second", "Two.", stage.window.side)
    assert [(p.file, p.caption) for p in stage.pictures] == [
        ("tour-01-first.png", "One."),
        ("tour-02-second.png", "Two."),
    ]
    assert QImage(str(tmp_path / "out" / "tour-01-first.png")).width() == stage.window.width()
    assert QImage(str(tmp_path / "out" / "tour-02-second.png")).width() == stage.window.side.width()


def test_a_dialog_is_on_the_picture_too(stage: Stage, tmp_path: Path, desktop: Desktop) -> None:
    stage.shoot("plain", "Without.")
    stage.run("app.about")
    stage.shoot("about", "With.")
    plain, about = (QImage(str(tmp_path / "out" / p.file)) for p in stage.pictures)
    assert QColor(plain.pixel(0, 0)) == QColor(about.pixel(0, 0))
    assert plain != about


def test_without_a_folder_no_picture_is_written(desktop: Desktop, tmp_path: Path) -> None:
    parts: Any = desktop.parts
    stage = Stage(App(desktop.window, parts), None, "tour", short=True)
    stage.shoot("first", "One.")
    assert len(stage.pictures) == 1
    assert not list(tmp_path.rglob("*.png"))


def test_the_words_on_screen_and_in_the_prompt_can_be_read(stage: Stage, desktop: Desktop) -> None:
    assert (stage.last_text(), stage.prompt_text()) == ("", "")
    desktop.load()
    desktop.look()
    desktop.exchange("Why?", "Because.")
    assert stage.last_text() == "Because."
    assert stage.prompt_text() == "Hi"
