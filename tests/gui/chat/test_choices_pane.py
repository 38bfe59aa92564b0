"""The choice meter's pane, and who asks for it."""

from __future__ import annotations

import math

import pytest
from pytestqt.qtbot import QtBot

from playground.core.choices import Choice, ChoicesInfo
from playground.core.events import Done, Failed
from playground.core.facts import Message, PromptInput
from playground.gui.chat.choices_pane import LISTS, OWN, ChoicesPane
from playground.gui.chat.meter import Meter
from playground.gui.theme import Theme
from playground.jobs.choice_meter import ChoiceMeter
from tests.gui.fakes import FakeJobs

INFO = ChoicesInfo((Choice("Yes", (1,), math.log(0.6)), Choice("No", (2,), math.log(0.2))), 40, 30, 0.12)


@pytest.fixture
def pane(theme: Theme, qtbot: QtBot) -> ChoicesPane:
    pane = ChoicesPane(theme)
    qtbot.addWidget(pane)
    pane.resize(320, 600)
    return pane


def test_a_list_is_chosen_or_typed(pane: ChoicesPane) -> None:
    assert pane.choices() == ("Yes", "No")
    pane.kinds.setCurrentText("A / B / C / D")
    assert pane.choices() == LISTS["A / B / C / D"]
    pane.text.setPlainText("red\n blue \n\nred")
    assert (pane.choices(), pane.kinds.currentText()) == (("red", "blue"), OWN)
    pane.text.setPlainText("True\nFalse")
    assert pane.kinds.currentText() == "True / False"


def test_a_measurement_is_asked_for_only_while_it_can_be_seen(pane: ChoicesPane, qtbot: QtBot) -> None:
    pane.ask_soon()
    assert not pane._pause.isActive()
    with qtbot.waitSignal(pane.wanted):
        pane.show()
    pane.ask_soon()
    pane.hide()
    assert not pane._pause.isActive()


def test_bars_and_words_tell_the_same(pane: ChoicesPane) -> None:
    pane.show()
    pane.show_info(INFO)
    assert pane.bars.accessibleDescription() == "Yes: 75 %; No: 25 %"
    assert pane.words.text().startswith("Together they have 80 % raw")
    assert "30 of 40 tokens were kept" in pane.words.text()
    bright = pane.bars.grab().toImage()
    pane.ask_soon()
    assert pane.bars.grab().toImage() != bright  # paler while new numbers are on their way
    pane.say("Load a model first.")
    assert (pane.bars.info, pane.words.text()) == (None, "Load a model first.")


def job(text: str) -> ChoiceMeter:
    return ChoiceMeter("models/toy", PromptInput((Message("user", text),)), ("Yes", "No"))


def test_only_the_newest_question_is_answered(qapp: object, qtbot: QtBot) -> None:
    jobs = FakeJobs()
    meter = Meter(jobs)  # type: ignore[arg-type]
    found: list[object] = []
    meter.measured.connect(found.append)
    for text in ("a", "ab", "abc"):
        meter.ask(job(text))
    assert [ticket.job for ticket in jobs.tickets] == [job("abc")]
    jobs.tell(Done(INFO))
    assert found == [INFO]
    assert not jobs.tickets


def test_while_one_does_not_stop_the_newest_waits(qapp: object) -> None:
    jobs = FakeJobs()
    jobs.polite = False
    meter = Meter(jobs)  # type: ignore[arg-type]
    found: list[object] = []
    meter.measured.connect(found.append)
    for text in ("a", "ab", "abc"):
        meter.ask(job(text))
    assert [ticket.job for ticket in jobs.all] == [job("a")]
    jobs.tell(Done(INFO))  # of a prompt that is not there any more
    assert found == []
    assert jobs.last.job == job("abc")


def test_a_failure_is_said(qapp: object, qtbot: QtBot) -> None:
    jobs = FakeJobs()
    meter = Meter(jobs)  # type: ignore[arg-type]
    meter.ask(job("a"))
    with qtbot.waitSignal(meter.failed) as told:
        jobs.tell(Failed("It does not fit.", "Shorten it.", "E-CONTEXT"))
    assert told.args == ["It does not fit. Shorten it."]
