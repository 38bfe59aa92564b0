"""The choice meter in the chat: measured while the prompt is edited, out of the way of answers."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from playground.core.choices import Choice, ChoicesInfo
from playground.core.events import Done, Failed
from playground.gui.chat.choices_pane import ChoicesPane
from playground.jobs.choice_meter import ChoiceMeter
from tests.gui.desktop import Desktop, running

INFO = ChoicesInfo((Choice("Yes", (1,), math.log(0.6)), Choice("No", (2,), math.log(0.2))), 40, 30, 0.12)


@pytest.fixture
def desktop(qtbot: QtBot) -> Iterator[Desktop]:
    with running(qtbot) as desktop:
        yield desktop


@pytest.fixture
def pane(desktop: Desktop) -> ChoicesPane:
    """The meter's tab, with a model loaded and nothing written yet."""
    desktop.load()
    desktop.run("chat.choices")
    pane = desktop.chat.side.choices
    desktop.wait(lambda: "Write a message" in pane.words.text())
    return pane


def write(desktop: Desktop, text: str) -> ChoiceMeter:
    desktop.chat.view.composer.set_text(text)
    desktop.look()
    desktop.wait(lambda: bool(desktop.of(ChoiceMeter)) and desktop.job(ChoiceMeter).prompt.messages[-1].content == text)
    return desktop.job(ChoiceMeter)


def test_the_bars_follow_the_prompt(desktop: Desktop, pane: ChoicesPane) -> None:
    job = write(desktop, "Is the sky blue?")
    assert job.choices == ("Yes", "No")
    desktop.tell(ChoiceMeter, Done(INFO))
    assert pane.bars.info == INFO
    assert write(desktop, "Is the sea green?").prompt.messages[-1].content == "Is the sea green?"


def test_other_choices_are_measured_at_once(desktop: Desktop, pane: ChoicesPane) -> None:
    write(desktop, "Which one?")
    desktop.tell(ChoiceMeter, Done(INFO))
    pane.kinds.setCurrentText("A / B / C / D")
    desktop.wait(lambda: bool(desktop.of(ChoiceMeter)))
    assert desktop.job(ChoiceMeter).choices == ("A", "B", "C", "D")


def test_an_answer_comes_first(desktop: Desktop, pane: ChoicesPane) -> None:
    write(desktop, "Is the sky blue?")
    desktop.send("Is the sky blue?")
    assert not desktop.of(ChoiceMeter)
    pane.wanted.emit()
    assert pane.bars.info is None
    assert pane.words.text()


def test_what_cannot_be_measured_says_why(desktop: Desktop, pane: ChoicesPane) -> None:
    write(desktop, "Is the sky blue?")
    desktop.tell(ChoiceMeter, Failed("It does not fit.", "Shorten it.", "E-CONTEXT"))
    assert pane.words.text() == "It does not fit. Shorten it."
    assert not desktop.window.banner.isVisible()


def test_without_a_model_it_says_so(desktop: Desktop) -> None:
    desktop.chat.view.composer.set_text("Hi")
    desktop.chat.side.choices.wanted.emit()
    assert "model" in desktop.chat.side.choices.words.text()
    assert not desktop.of(ChoiceMeter)
