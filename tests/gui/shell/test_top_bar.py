"""The model picker and its menu."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from playground.core.events import Progress
from playground.jobs.load import Load
from tests.gui.desktop import Desktop, loaded, model, running

SMALL, LARGE = model("Small", "models/small"), model("Large", "models/large")


@pytest.fixture
def desktop(qtbot: QtBot) -> Iterator[Desktop]:
    with running(qtbot, SMALL, LARGE) as desktop:
        yield desktop


def entries(desktop: Desktop) -> dict[str, QAction]:
    return {action.text(): action for action in desktop.window.top.model_menu().actions() if action.text()}


def test_what_is_here_can_be_loaded(desktop: Desktop) -> None:
    assert list(entries(desktop)) == ["Load Small", "Load Large", "All models…"]
    entries(desktop)["Load Large"].trigger()
    assert desktop.job(Load).path == "models/large"
    assert not entries(desktop)["Load Small"].isEnabled()  # one after the other


def test_of_the_loaded_ones_one_is_chosen(desktop: Desktop) -> None:
    desktop.load(loaded(SMALL))
    desktop.load(loaded(LARGE))
    found = entries(desktop)
    assert list(found) == ["Small · bfloat16", "Large · bfloat16", "All models…"]
    assert [found[name].isChecked() for name in list(found)[:2]] == [False, True]
    found["Small · bfloat16"].trigger()
    assert desktop.window.top.model.text() == "Small · bfloat16"


def test_the_menu_opens_by_key_and_leads_to_all_models(desktop: Desktop) -> None:
    entries(desktop)["All models…"].trigger()
    assert desktop.window.current == "models"


def test_the_button_tells_how_far_a_model_is(desktop: Desktop) -> None:
    button = desktop.window.top.model
    assert button.text() == "Choose a model"
    desktop.desk.load("models/small")
    desktop.tell(Load, Progress(1, 3, "Reading the weights"))
    assert button.text() == "Loading small 33 %"
    assert button.accessibleDescription() == "loading"
    desktop.desk.stop()
    assert button.text() == "Choose a model"


def test_the_panes_have_their_buttons(desktop: Desktop) -> None:
    top, chat = desktop.window.top, desktop.chat
    desktop.click(top.left)
    desktop.click(top.right)
    assert chat.list.isHidden()
    assert chat.side.isHidden()
    desktop.run("models.open")
    desktop.click(top.right)  # from elsewhere a pane is shown, never hidden
    assert desktop.window.current == "chat"
    assert chat.side.isVisible()
