"""Tokens: an answer opened from chat or history, looked at token by token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from playground.core.conversation import new_turn
from playground.core.events import Done, Failed
from playground.core.lens import Lot, Seen, StageLook, StepLook
from playground.core.lens import WhatIf as Found
from playground.core.store import Store
from playground.gui.panels.history import HistoryPanel
from playground.gui.panels.tokens import TokensPanel
from playground.jobs.end_tokens import EndTokens
from playground.jobs.load import Load
from playground.jobs.microscope import Microscope
from playground.jobs.reply import Reply
from playground.jobs.token_texts import TokenTexts
from playground.jobs.what_if import WhatIf
from tests.gui.desktop import Desktop, loaded, model, running
from tests.gui.history.filled import INFO, NAME, NOON, PATH
from tests.gui.tokens.sample import END, PIECES, lively, long, texts_for, write_answer


@pytest.fixture
def desktop(qtbot: QtBot) -> Iterator[Desktop]:
    with running(qtbot) as desktop:
        yield desktop


@pytest.fixture
def panel(desktop: Desktop) -> TokensPanel:
    """The panel with an answer on screen; its model is loaded."""
    desktop.load(loaded(model(NAME, PATH)))
    return show(desktop, "sea", lively())


def show(desktop: Desktop, id: str, tokens: Any, **facts: Any) -> TokensPanel:
    desktop.records.write(lambda store: write_answer(store, id, tokens, **facts))
    panel = desktop.panel(TokensPanel)
    desktop.run("tokens.show", id)
    desktop.wait(lambda: panel.record is not None and panel.record.entry.id == id)
    desktop.settle()
    return panel


def name(desktop: Desktop) -> None:
    """Let the engine say what the tokens are called."""
    for ticket in desktop.of(EndTokens):
        desktop.say(ticket, Done((END,)))
    while found := desktop.of(TokenTexts):
        job: Any = found[0].job
        desktop.say(found[0], Done(texts_for(job.ids)))
    desktop.settle()


# -- coming here -------------------------------------------------------------------------------------------------


def test_without_any_answer_it_says_what_to_do_first(desktop: Desktop) -> None:
    panel = desktop.panel(TokensPanel)
    desktop.run("tokens.open")
    assert panel.empty.title.text() == "Nothing has been answered yet"
    assert desktop.commands["tokens.table"].why_not() == "Choose an answer first."
    desktop.click(panel._chat_button)
    assert desktop.window.current == "chat"


def test_opened_without_one_it_offers_the_newest_answer(desktop: Desktop) -> None:
    def fill(store: Store) -> None:
        write_answer(store, "old", lively(seed=1), prompt="An old one?")
        write_answer(store, "sea", lively())
        write_answer(store, "lost", (), state="failed", error="Not enough memory.")

    desktop.records.write(fill)
    panel = desktop.panel(TokensPanel)
    desktop.run("tokens.open")
    desktop.wait(lambda: panel._newest_button.isVisible())
    assert "What is a lighthouse for?" in panel.empty.text.text()
    assert panel._newest_button.hasFocus()
    desktop.click(panel._newest_button)
    desktop.wait(lambda: panel.record is not None)
    assert panel.record is not None
    assert panel.record.entry.id == "sea"
    assert panel.view.isVisible()


def test_the_button_under_an_answer_leads_here(desktop: Desktop) -> None:
    desktop.load()
    turn = desktop.exchange("What is a lighthouse for?", "A light.")
    run = desktop.last.run_id
    desktop.records.write(lambda store: write_answer(store, run, lively()))
    button = desktop.chat.view.transcript.view(turn).button("tokens")
    assert button.accessibleName() == "Token probabilities"
    desktop.click(button)
    panel = desktop.panel(TokensPanel)
    desktop.wait(lambda: panel.view.isVisible())
    assert desktop.window.current == "tokens"
    assert panel.record is not None
    assert panel.record.entry.id == run


def test_what_no_model_wrote_has_no_tokens(desktop: Desktop) -> None:
    desktop.load()
    turn = desktop.exchange("Hello?", "Hi.")
    transcript = desktop.chat.view.transcript
    assert "tokens" in transcript.message(turn).actions
    talk = desktop.talk
    by_hand = talk.with_turn(new_turn(talk.path()[0].id, "assistant", "Written by hand."))
    desktop.chat.view.show_path(by_hand)
    assert "tokens" not in transcript.message(by_hand.leaf).actions
    assert "history" in transcript.message(by_hand.leaf).actions


def test_a_record_of_the_history_leads_here(desktop: Desktop) -> None:
    desktop.records.write(lambda store: write_answer(store, "sea", lively()))
    desktop.run("history.open")
    history = desktop.panel(HistoryPanel)
    desktop.wait(lambda: history.record is not None)
    desktop.click(history.view.head.buttons["tokens"])
    panel = desktop.panel(TokensPanel)
    desktop.wait(lambda: panel.view.isVisible())
    desktop.click(panel.view.head.record)
    assert desktop.window.current == "history"


def test_a_record_without_tokens_says_so_in_the_history(desktop: Desktop) -> None:
    desktop.records.write(lambda store: write_answer(store, "lost", (), state="failed", error="No memory."))
    desktop.run("history.open")
    history = desktop.panel(HistoryPanel)
    desktop.wait(lambda: history.record is not None)
    button = history.view.head.buttons["tokens"]
    assert not button.isEnabled()
    assert button.toolTip() == "No token was written."


def test_a_run_without_tokens_says_why(desktop: Desktop) -> None:
    panel = show(desktop, "lost", (), state="failed", error="There is not enough memory.")
    assert panel.empty.title.text() == "No token was written"
    assert panel.empty.text.text() == "There is not enough memory."


def test_the_record_is_looked_at_again_until_it_is_whole(desktop: Desktop) -> None:
    panel = show(desktop, "sea", lively()[:5], state="running")
    assert panel.empty.title.text() == "This answer is still being written"
    desktop.records.write(lambda store: store.end_run("sea", "stopped"))
    desktop.wait(lambda: panel.view.isVisible())
    assert panel.view.head.pill.text() == "Stopped"
    assert panel.view.ending.text().startswith("It was stopped at step 5")


def test_a_record_that_the_engine_has_not_written_yet_is_waited_for(desktop: Desktop) -> None:
    panel = desktop.panel(TokensPanel)
    desktop.run("tokens.show", "sea")
    desktop.records.write(lambda store: write_answer(store, "sea", lively()))
    desktop.wait(lambda: panel.view.isVisible())


def test_a_record_that_never_comes_is_told(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.gui.tokens.reading.PATIENCE", 2)
    desktop.run("tokens.show", "nowhere")
    desktop.wait(lambda: desktop.toasts() == ["This record is no longer there."])


def test_the_newest_answer_is_a_command_away(desktop: Desktop, panel: TokensPanel) -> None:
    desktop.records.write(lambda store: write_answer(store, "new", lively(seed=9), started=NOON + 60))
    desktop.run("chat.open")
    desktop.run("tokens.newest")
    desktop.wait(lambda: panel.record is not None and panel.record.entry.id == "new")
    assert desktop.window.current == "tokens"


# -- what stands there -------------------------------------------------------------------------------------------


def test_the_head_says_which_answer_this_is(panel: TokensPanel) -> None:
    head = panel.view.head
    assert head.title.text() == "What is a lighthouse for?"
    for words in (NAME, "seed 4107391204", "temperature 0.7 · top-p 0.95 · top-k 40", "2023"):
        assert words in head.facts.text()
    assert head.summary.text().startswith("45 tokens, mean probability 55 % raw, 12 were not the most probable;")
    assert "least probable “Poulton” with" in head.summary.text()
    assert not head.pill.isVisible()


def test_only_the_first_line_of_a_prompt_stands_in_the_head(desktop: Desktop) -> None:
    panel = show(desktop, "two", lively(), prompt="First line\nsecond line")
    assert panel.view.head.title.text() == "First line"


def test_the_model_names_the_alternatives(desktop: Desktop, panel: TokensPanel) -> None:
    side = panel.view.side
    assert side.alternatives.rows()[1].words() == "token 501"
    name(desktop)
    assert side.alternatives.rows()[1].words() == "·a"
    assert panel.view.strip.layout_now().texts[-1] == "<|im_end|>"
    assert not side.hint.isVisible()


def test_without_its_model_the_words_are_numbers_and_it_offers_to_load_it(desktop: Desktop, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    panel = show(desktop, "sea", lively(PIECES[:-1], end=False), reason="max tokens", path=str(tmp_path / "there"))
    view = panel.view
    assert not desktop.of(TokenTexts)
    assert view.side.hint.isVisible()
    assert view.ending.text() == (
        "It ran on to max tokens. Load the model to see how probable the end was at each step."
    )
    assert not view.curve.isVisible()
    desktop.click(view.side.load)
    desktop.tell(Load, Done(loaded(model("there", str(tmp_path / "there")))))
    name(desktop)
    assert not view.side.hint.isVisible()
    assert view.curve.isVisible()
    assert view.ending.text().startswith("It ran on to max tokens: the end never had more than 3.8 % raw.")


def test_words_that_are_known_stay_when_the_model_goes(desktop: Desktop, panel: TokensPanel) -> None:
    name(desktop)
    desktop.session.models = ()
    desktop.settle()
    assert panel.view.side.alternatives.rows()[1].words() == "·a"
    assert not panel.view.side.hint.isVisible()


def test_a_model_that_is_gone_cannot_be_loaded(desktop: Desktop) -> None:
    panel = show(desktop, "sea", lively(), path="/nowhere/model")
    assert not panel.view.side.load.isEnabled()
    assert panel.view.side.load.toolTip() == "Its model is no longer on this computer."


def test_its_own_end_tells_the_chances_without_the_model(desktop: Desktop) -> None:
    panel = show(desktop, "sea", lively())
    assert panel.view.curve.isVisible()
    assert panel.view.ending.text() == "It stopped at step 45: the end had 56 % raw."
    assert panel.view.curve.accessibleDescription() == panel.view.ending.text()


# -- walking -----------------------------------------------------------------------------------------------------


def test_keys_walk_and_everything_follows(desktop: Desktop, panel: TokensPanel) -> None:
    view = panel.view
    assert view.strip.hasFocus()
    desktop.press("J")
    desktop.press("J")
    desktop.press("K")
    assert view.strip.current == 1
    assert view.side.title.text() == "·light"
    assert view.table.currentIndex().row() == 1
    desktop.run("tokens.next")
    assert view.side.title.text() == "house"


def test_the_mouse_shows_a_token_for_as_long_as_it_is_there(panel: TokensPanel) -> None:
    strip, side = panel.view.strip, panel.view.side
    box = strip.layout_now().rect(5)
    QTest.mouseMove(strip.viewport(), box.center().toPoint())
    assert side.title.text() == "·tower"
    assert strip.current == 0
    QTest.mouseMove(strip.viewport(), QPoint(5, strip.viewport().height() - 3))
    assert side.title.text() == "A"


def test_the_curve_chooses_a_token(panel: TokensPanel) -> None:
    curve = panel.view.curve
    spot = QPoint(int(curve.place(44).x()), 30)
    QTest.mouseClick(curve, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    assert panel.view.strip.current == 44


def test_colours_and_the_table_are_commands_and_are_remembered(desktop: Desktop, panel: TokensPanel) -> None:
    view = panel.view
    desktop.run("tokens.by_surprise")
    assert view.colour_by.value() == "surprise"
    assert view.legend.texts()[0] == "below 1 bit"
    at = next(at for at, token in enumerate(view.answer.tokens) if 0.3 < token.raw_probability < 0.49)
    assert view.strip.level(at) == 1
    view.set_measure("rank")
    assert view.strip.level(at) == (0 if view.answer.was_first(at) else 1)
    desktop.run("tokens.by_surprise")
    desktop.run("tokens.table")
    assert view.table.isVisible()
    assert view.table.hasFocus()
    assert not view.legend.isVisible()
    desktop.press("J")
    assert view.strip.current == 1
    after = desktop.restart().panel(TokensPanel)
    assert (after.view.colour_by.value(), after.view.as_what.value()) == ("surprise", "table")


def test_a_layout_of_another_version_is_no_trouble(panel: TokensPanel) -> None:
    panel.restore_layout({"colour": "smell", "view": 3, "splitter": ["a"]})
    assert panel.view.colour_by.value() == "probability"
    assert panel.view.as_what.value() == "strip"


def test_another_answer_begins_at_its_beginning(desktop: Desktop, panel: TokensPanel) -> None:
    panel.view.strip.choose(40)
    show(desktop, "long", long(300), prompt="Go on.")
    assert panel.view.strip.current == 0
    assert panel.view.head.title.text() == "Go on."
    assert panel.view.strip.verticalScrollBar().value() == 0


def test_two_thousand_tokens_are_named_in_a_few_questions(desktop: Desktop) -> None:
    desktop.load(loaded(model(NAME, PATH)))
    panel = show(desktop, "long", long(), reason="max tokens")
    name(desktop)
    wanted = {id for token in panel.view.answer.tokens for id, _ in token.alternatives}
    assert wanted <= set(panel.vocabulary.texts)


def test_every_control_can_be_reached_by_tab(desktop: Desktop, panel: TokensPanel) -> None:
    view = panel.view
    view.head.newest.setFocus()
    seen = set()
    for _ in range(14):
        desktop.press("Tab")
        focus = desktop.window.focusWidget()
        seen.add(focus)
    assert {view.head.record, view.strip, view.side.alternatives} <= seen


# -- the lens ----------------------------------------------------------------------------------------------------


def seen(desktop: Desktop, step: int) -> None:
    """Let the engine put a step under the microscope."""
    stage = StageLook("top-k 2", 2, 998, (0.1, 0.1), (2.0, 2.0), (0.9, 0.9), 0.3, (Seen(500, 0.6, 0.7),))
    look = StepLook(step, 100 + step, 500, 1000, (stage,), (Lot(500, 0.7, 1.0, 0.6),), True)
    desktop.say(desktop.of(Microscope)[-1], Done(look))
    desktop.settle()


def other_settings(desktop: Desktop, panel: TokensPanel, found: Found) -> None:
    """Move a slider, and let the engine say what that would have done."""
    panel.lens.what_if.rows.rows["temperature.temperature"].value_changed.emit(0.1)
    desktop.say(desktop.of(WhatIf)[-1], Done(found))
    desktop.settle()


def test_the_chosen_token_lies_under_the_microscope(desktop: Desktop, panel: TokensPanel) -> None:
    name(desktop)
    panel.view.strip.choose(3)
    job = desktop.job(Microscope)
    assert (job.of, job.step, job.model) == ("sea", 3, PATH)
    assert job.settings.seed == INFO.seed
    seen(desktop, 3)
    assert len(panel.lens.microscope.cards) == 2
    panel.view.strip.choose(4)
    late = desktop.of(Microscope)[-1]
    panel.view.strip.choose(5)
    desktop.say(late, Done(StepLook(4, 104, 104, 1000, (), (), True)))  # an answer nobody waits for any more
    assert panel.lens.microscope.look is not None
    assert panel.lens.microscope.look.step == 3


def test_an_answer_that_was_not_kept_says_so(desktop: Desktop, panel: TokensPanel) -> None:
    desktop.say(desktop.of(Microscope)[-1], Failed("It is not kept.", "Regenerate it.", "E-ROWS"))
    assert panel.lens.microscope.status.text() == "It is not kept. Regenerate it."
    assert not desktop.window.banner.isVisible()


def test_other_settings_strike_tokens_out_and_can_be_gone_on_with(desktop: Desktop, panel: TokensPanel) -> None:
    name(desktop)
    plain = panel.view.strip.grab().toImage()
    other_settings(desktop, panel, Found(tuple(range(44)), (1, 6), 3, 505, ()))
    assert panel.view.strip._struck == frozenset({1, 6})
    assert panel.view.strip.grab().toImage() != plain
    assert "at step 4: “·" in panel.lens.what_if.verdict.text()
    panel.lens.what_if.reset.click()
    assert panel.view.strip._struck == frozenset()


def test_going_on_writes_another_version_in_its_chat(desktop: Desktop) -> None:
    desktop.load(loaded(model(NAME, PATH)))
    turn = desktop.exchange("What is a lighthouse for?", "".join(PIECES))
    run = desktop.last.run_id
    panel = show(desktop, run, lively())
    name(desktop)
    assert panel.record is not None
    assert panel.record.turn == turn
    panel.view.strip.choose(2)
    panel.view.side.alternatives.wanted.emit(504)  # “ sea”
    desktop.wait(lambda: bool(desktop.of(Reply)))
    job = desktop.job(Reply)
    assert desktop.window.current == "chat"
    assert job.reply_ids == (100, 101, 504)
    assert job.settings.seed == INFO.seed
    assert desktop.talk.path()[-1].text == "A light sea"
    assert len(desktop.talk.versions(turn)) == 2


@pytest.mark.parametrize("why", ["no chat", "no model", "the end"])
def test_why_it_cannot_go_on_is_said(desktop: Desktop, why: str) -> None:
    if why != "no model":
        desktop.load(loaded(model(NAME, PATH)))
    if why == "no chat":
        panel = show(desktop, "sea", lively())
    else:
        info = desktop.load() if why == "no model" else None
        desktop.exchange("What is a lighthouse for?", "".join(PIECES))
        panel = show(desktop, desktop.last.run_id, lively())
        assert info is None or info.model.path != PATH
    name(desktop)
    panel.view.side.alternatives.wanted.emit(END if why == "the end" else 504)
    words = {
        "no chat": "This answer is in no chat. Open it in the chat from the history first.",
        "no model": "Load the model this answer was written with first.",
        "the end": "That token ends the answer: there is nothing to go on with.",
    }
    assert words[why] in desktop.toasts()
    assert not desktop.of(Reply)
