"""The cards of one step."""

from __future__ import annotations

import dataclasses

import pytest
from pytestqt.qtbot import QtBot

from playground.core.lens import Lot, Seen, StageLook, StepLook
from playground.gui.lens.microscope import NO_STAGE, MicroscopeView
from playground.gui.theme import Theme

SEEN = (Seen(1, 0.6, 0.7), Seen(2, 0.3, 0.3), Seen(3, 0.1, 0.0))
TOP = StageLook("top-k 2", 2, 998, (0.1, 0.1), (2.0, 2.0), (0.9, 0.9), 0.3, SEEN)
LOOK = StepLook(4, 2, 2, 1000, (TOP,), (Lot(2, 0.3, 2.5, 1.3), Lot(1, 0.7, -0.5, -0.9)), True)


def name(id: int) -> str:
    return f"<{id}>"


@pytest.fixture
def view(theme: Theme, qtbot: QtBot) -> MicroscopeView:
    view = MicroscopeView(theme)
    qtbot.addWidget(view)
    view.resize(900, 400)
    view.show()
    return view


def test_a_card_for_each_stage_and_one_for_the_draw(view: MicroscopeView) -> None:
    view.show_look(LOOK, name)
    assert [card.accessibleName() for card in view.cards] == ["Top-k 2", "The draw"]
    told = view.cards[0].accessibleDescription()
    assert told == "2 left · 998 cut. cut 10 % of the probability. entropy 2.0 → 0.9 bits"
    assert view.cards[1].accessibleDescription() == "<2> won with 30 % after samplers and a luck of +2.5"
    assert view.status.text() == "1,000 tokens came in, 2 were left for the draw, and “<2>” won."


def test_what_is_drawn_tells_cut_tokens_from_others(view: MicroscopeView) -> None:
    """The same card without the cut looks otherwise: line and strike are really drawn."""
    view.show_look(LOOK, name)
    cut = view.cards[0].grab().toImage()
    whole = dataclasses.replace(TOP, cut=0, left=1000, tokens=tuple(dataclasses.replace(s, after=0.3) for s in SEEN))
    view.show_look(dataclasses.replace(LOOK, stages=(whole,)), name)
    assert view.cards[0].grab().toImage() != cut


def test_other_settings_name_both_tokens(view: MicroscopeView) -> None:
    view.show_look(dataclasses.replace(LOOK, chosen=3), name)
    assert view.status.text().endswith("With these settings “<2>” wins, not “<3>”.")


def test_what_is_not_settled_is_not_shown(view: MicroscopeView) -> None:
    view.show_look(LOOK, name)
    view.show_look(dataclasses.replace(LOOK, exact=False), name)
    assert view.cards == []
    assert view.status.text().startswith("Needs recomputing")
    assert not view.area.isVisible()
    view.show_look(LOOK, name)
    assert view.area.isVisible()


def test_without_any_stage_it_says_so(view: MicroscopeView) -> None:
    view.show_look(dataclasses.replace(LOOK, stages=()), name)
    assert view.status.text() == NO_STAGE
    assert len(view.cards) == 1
