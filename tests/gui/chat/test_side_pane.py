"""Three tabs over one setup."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from playground.core.facts import Example
from playground.core.paths import Paths
from playground.gui.chat.sampler_rows import SamplerRows
from playground.gui.chat.side_pane import SidePane
from playground.gui.setup import Setup, new_setup
from playground.gui.theme import Theme
from playground.recipes.run_settings import full_chain
from tests.gui.desktop import loaded, prompt_info


@pytest.fixture
def side(theme: Theme, qtbot: QtBot) -> SidePane:
    side = SidePane(theme, Paths.standard())
    qtbot.addWidget(side)
    side.resize(360, 700)
    side.show()
    return side


def test_one_setup_goes_through_all_tabs(side: SidePane) -> None:
    setup = replace(new_setup(), system="Be {{how}}.", variables=(("how", "brief"),), examples=(Example("1", "2"),))
    side.set_setup(setup)
    assert replace(side.setup(), sources=()) == setup


def test_a_change_in_either_editor_is_told(side: SidePane, qtbot: QtBot) -> None:
    side.set_setup(new_setup())
    with qtbot.waitSignal(side.changed):
        side.prompt.context.setPlainText("Facts")
    with qtbot.waitSignal(side.changed):
        side.run.use_preset("Wild")
    assert (side.setup().context, side.setup().preset) == ("Facts", "Wild")


def test_a_tab_that_is_asked_for_comes_into_view(side: SidePane) -> None:
    side.hide()
    side.open_tab(2)
    assert side.isVisible()
    assert side.currentWidget() is side.xray


def test_the_xray_says_what_it_shows_and_why(side: SidePane) -> None:
    side.open_tab(2)
    side.show_prompt(prompt_info(("message", "Hi"), decisions=("One.", "Two.")), 64, has_draft=True)
    xray = side.xray
    assert xray.decisions.text() == "• One.\n• Two."
    assert "stands for" not in xray.caption.text()
    side.show_prompt(prompt_info(("message", "…")), 64, has_draft=False)
    assert "The … stands for your message." in xray.caption.text()
    assert not xray.decisions.isVisible()
    side.show_prompt(None, 64, has_draft=False)
    assert not xray.caption.isVisible()


def test_the_models_defaults_reach_the_setup(side: SidePane) -> None:
    side.set_setup(new_setup())
    side.show_model(loaded(defaults=(("top_k", 7),), switches=(("thinking", True),)))
    top_k = next(s.sampler for s in side.setup().run.chain if type(s.sampler).__name__ == "TopK")
    assert top_k == type(top_k)(7)
    assert side.setup().switches == (("thinking", True),)


def test_rows_keep_their_chain_in_step(theme: Theme, qtbot: QtBot) -> None:
    rows = SamplerRows(theme, full_chain())
    row = rows.rows["top_p.top_p"]
    qtbot.addWidget(row)
    with qtbot.waitSignal(rows.changed):
        row._slider.setValue(row._slider.minimum())
    stage = next(s for s in rows.chain() if type(s.sampler).__name__ == "TopP")
    assert stage.sampler == type(stage.sampler)(0.0)
    assert rows.sources()["top_p.top_p"] == "you"
    rows.set_chain((), {})  # of stages it is not given it keeps the values
    assert rows.chain()[0].sampler == full_chain()[0].sampler
    assert rows.sources() == {}


def test_basic_and_more_hold_every_option_once(theme: Theme, qtbot: QtBot) -> None:
    rows = SamplerRows(theme, full_chain())
    shown = [row.objectName() for shelf in ("basic", "more") for row in rows.shelf(shelf)]
    assert sorted(shown) == sorted(rows.rows)
    assert [row.objectName() for row in rows.shelf("basic")][:1] == ["temperature.temperature"]
    for row in rows.rows.values():
        qtbot.addWidget(row)


def test_a_setup_of_an_older_version_opens(side: SidePane) -> None:
    side.set_setup(Setup())  # without a chain
    assert len(side.setup().run.chain) == len(full_chain())
