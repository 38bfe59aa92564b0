"""Sliders over a finished answer."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from playground.core.lens import WhatIf
from playground.gui.lens.what_if_bar import ABOUT, SAME, WhatIfBar, sentence
from playground.gui.theme import Theme
from playground.recipes.run_settings import RunSettings, full_chain

THEN = RunSettings(full_chain(), seed=7).with_sampler("temperature", temperature=0.7)


def name(id: int) -> str:
    return f"<{id}>"


@pytest.fixture
def bar(theme: Theme, qtbot: QtBot) -> WhatIfBar:
    bar = WhatIfBar(theme)
    qtbot.addWidget(bar)
    bar.set_settings(THEN)
    bar.show()
    return bar


def turn(bar: WhatIfBar, key: str, value: float) -> None:
    bar.rows.rows[key].value_changed.emit(value)


def test_it_begins_with_the_settings_of_then(bar: WhatIfBar) -> None:
    assert bar.settings() == THEN
    assert not bar.is_changed
    assert bar.verdict.text() == ABOUT
    assert not bar.go_on.isEnabled()
    assert bar.reset.toolTip() == "These are the settings it was written with."


def test_a_slider_tells_the_new_settings_with_the_same_luck(bar: WhatIfBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.changed) as told:
        turn(bar, "temperature.temperature", 0.2)
    assert told.args == [THEN.with_sampler("temperature", temperature=0.2)]
    assert bar.settings().seed == 7
    assert bar.reset.isEnabled()
    with qtbot.waitSignal(bar.changed):
        bar.reset.click()
    assert bar.settings() == THEN


def test_what_was_found_is_said_and_can_be_gone_on_from(bar: WhatIfBar, qtbot: QtBot) -> None:
    turn(bar, "top_k.top_k", 2)
    bar.show_found(WhatIf((0, 1, 2), (1,), 2, 55, ()), name)
    assert bar.verdict.text() == (
        "The same luck first writes another token at step 3: “<55>”. 1 of 3 tokens could not be drawn any more."
    )
    with qtbot.waitSignal(bar.go_on_requested) as told:
        bar.go_on.click()
    assert told.args == [2, 55]


def test_a_value_that_changes_nothing_is_no_change(bar: WhatIfBar) -> None:
    turn(bar, "min_p.min_p", 0.0)
    assert not bar.is_changed


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (WhatIf((0, 1), (), -1, -1, ()), SAME),
        (WhatIf((0, 1), (), -1, -1, (1,)), "1 step needs recomputing: a token that was not kept could win there."),
        (
            WhatIf((0, 1, 2), (0,), -1, -1, (1, 2)),
            "1 of 3 tokens could not be drawn any more. "
            "2 steps need recomputing: a token that was not kept could win there.",
        ),
    ],
)
def test_nothing_is_claimed_that_is_not_settled(found: WhatIf, words: str) -> None:
    assert sentence(found, name) == words
