"""What an empty chat shows."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from playground.gui.chat.load_strip import LoadStrip
from playground.gui.chat.start_page import PROMPTS, StartPage
from playground.gui.session import Bringing
from playground.gui.theme import Theme
from tests.gui.desktop import loaded, model

NONE = ("", "")
ON_ITS_WAY = Bringing("x", "Loading Toy", "Reading the weights", 0.25, "12 s left")


@pytest.fixture
def page(theme: Theme, qtbot: QtBot) -> StartPage:
    page = StartPage(theme)
    qtbot.addWidget(page)
    page.resize(700, 600)
    page.show()
    return page


@pytest.fixture
def strip(theme: Theme, qtbot: QtBot) -> LoadStrip:
    strip = LoadStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(600, 44)
    strip.show()
    return strip


def buttons(page: StartPage | LoadStrip) -> list[str]:
    return [button.text() for button in page.findChildren(QPushButton) if button.isVisible()]


def test_nobody_knows_a_model_yet(page: StartPage) -> None:
    page.show_state(None, None, (), NONE)
    assert buttons(page) == ["Get the starter model", "Choose another model"]
    assert "93 MB" in page.words.text()


def test_before_the_shelf_was_looked_at_the_starter_is_offered(page: StartPage) -> None:
    page.show_state(None, None, None, NONE)
    assert buttons(page)[0] == "Get the starter model"


def test_the_model_used_last_comes_before_what_else_is_here(page: StartPage, qtbot: QtBot) -> None:
    page.show_state(None, None, (model("Shelf"),), ("models/last", "Last"))
    assert buttons(page)[0] == "Load Last"
    with qtbot.waitSignal(page.load_requested) as load:
        page.load.click()
    assert load.args == ["models/last"]


def test_a_model_on_its_way_shows_how_far_it_is(page: StartPage, qtbot: QtBot) -> None:
    page.show_state(None, ON_ITS_WAY, (), NONE)
    assert buttons(page) == ["Stop"]
    assert (page.title.text(), page.words.text(), page.stage.text()) == (
        "Loading Toy",
        "Reading the weights",
        "12 s left",
    )
    assert (page.bar.value(), page.bar.maximum()) == (250, 1000)
    page.show_state(None, Bringing("x", "Loading Toy"), (), NONE)
    assert page.bar.maximum() == 0  # nobody knows how far


def test_a_ready_model_offers_something_to_ask(page: StartPage, qtbot: QtBot) -> None:
    page.show_state(loaded(), None, (), NONE)
    assert buttons(page) == list(PROMPTS)
    with qtbot.waitSignal(page.prompt_chosen) as chosen:
        page.prompts[1].click()
    assert chosen.args == [PROMPTS[1]]


def test_the_strip_offers_the_last_model_or_a_choice(strip: LoadStrip, qtbot: QtBot) -> None:
    strip.show_offer("models/last", "Last")
    assert strip.words.text() == "Last is not loaded."
    assert buttons(strip) == ["Load", "Choose a model"]
    with qtbot.waitSignal(strip.load_requested) as load:
        strip.load.click()
    assert load.args == ["models/last"]
    strip.show_offer("", "")
    assert buttons(strip) == ["Choose a model"]


def test_the_strip_shows_a_model_on_its_way(strip: LoadStrip, qtbot: QtBot) -> None:
    strip.show_bringing(ON_ITS_WAY)
    assert buttons(strip) == ["Stop"]
    assert strip.words.text() == "Loading Toy · Reading the weights · 12 s left"
    assert strip.bar.value() == 250
    with qtbot.waitSignal(strip.stop_requested):
        strip.stop.click()
