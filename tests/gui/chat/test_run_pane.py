"""Run settings: presets, the chain, where each value comes from, and what is really applied."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from playground.core.errors import UserError
from playground.core.paths import Paths
from playground.gui.chat.run_pane import RunPane
from playground.gui.setup import Setup, new_setup
from playground.gui.theme import Theme
from tests.gui.desktop import loaded

GREEDY = "Deterministic (greedy)"


@pytest.fixture
def pane(theme: Theme, qtbot: QtBot) -> RunPane:
    pane = RunPane(theme, Paths.standard())
    qtbot.addWidget(pane)
    pane.set_value(new_setup())
    pane.resize(360, 700)
    pane.show()
    return pane


@pytest.fixture
def problems(pane: RunPane) -> list[UserError]:
    found: list[UserError] = []
    pane.problem.connect(found.append)
    return found


def values(pane: RunPane) -> dict[str, float | str]:
    return {key: row.value() for key, row in pane.rows.rows.items()}


def sources(pane: RunPane) -> dict[str, str]:
    return {key: row.source for key, row in pane.rows.rows.items()}


def turn(pane: RunPane, key: str, value: float) -> None:
    """Type a number into a row."""
    box = pane.rows.rows[key]._box
    box.setFocus()
    box.setText(str(value))
    box.editingFinished.emit()


def choose(pane: RunPane, name: str) -> None:
    pane.preset.setCurrentIndex(pane.preset.findText(name))


# -- presets -----------------------------------------------------------------------------------------------------


def test_a_preset_fills_every_value_and_says_so(pane: RunPane, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pane.changed):
        choose(pane, "Wild")
    assert (values(pane)["temperature.temperature"], values(pane)["min_p.min_p"]) == (1.5, 0.1)
    assert values(pane)["top_k.top_k"] == 0  # what a preset does not name is off
    assert set(sources(pane).values()) == {"preset"}
    setup = pane.value(Setup())
    assert setup.preset == "Wild"
    assert [s.words for s in setup.run.working()] == ["temperature 1.5", "min-p 0.1"]


def test_a_change_marks_it_modified_and_a_reset_takes_the_mark_away(pane: RunPane) -> None:
    choose(pane, "Wild")
    turn(pane, "min_p.min_p", 0.2)
    assert pane.preset.currentText() == "Wild · modified *"
    assert sources(pane)["min_p.min_p"] == "you"
    pane.rows.rows["min_p.min_p"]._dot.click()
    assert values(pane)["min_p.min_p"] == 0.1
    assert sources(pane)["min_p.min_p"] == "preset"
    assert pane.preset.currentText() == "Wild"


def test_a_stage_that_is_switched_off_is_a_change_too(pane: RunPane) -> None:
    choose(pane, "Wild")
    pane.rows.rows["min_p.min_p"]._switch.click()
    assert pane.preset.currentText() == "Wild · modified *"
    assert pane.effective.text() == "temperature 1.5"
    pane.rows.rows["min_p.min_p"]._switch.click()
    assert pane.preset.currentText() == "Wild"


def test_choosing_a_modified_preset_again_takes_it_as_it_was(pane: RunPane) -> None:
    choose(pane, "Wild")
    turn(pane, "min_p.min_p", 0.2)
    choose(pane, "Precise")
    assert pane.preset.findText("Wild") > 0
    choose(pane, "Wild")
    assert values(pane)["min_p.min_p"] == 0.1


def test_without_a_preset_a_reset_goes_to_the_model_then_to_the_default(pane: RunPane) -> None:
    row = pane.rows.rows["temperature.temperature"]
    turn(pane, "temperature.temperature", 1.1)
    row._dot.click()
    assert (row.value(), row.source) == (0.7, "default")
    pane.show_model(loaded(defaults=(("temperature", 0.2),)))
    assert (row.value(), row.source) == (0.2, "model")
    turn(pane, "temperature.temperature", 1.1)
    row._dot.click()
    assert (row.value(), row.source) == (0.2, "model")


def test_what_the_user_has_set_outlives_a_change_of_model(pane: RunPane) -> None:
    turn(pane, "temperature.temperature", 1.1)
    pane.show_model(loaded(defaults=(("temperature", 0.2), ("top_k", 7))))
    assert values(pane)["temperature.temperature"] == 1.1
    assert values(pane)["top_k.top_k"] == 7
    pane.show_model(None)
    assert values(pane)["top_k.top_k"] == 40


def test_a_model_that_recommends_more_than_a_control_allows_breaks_nothing(pane: RunPane) -> None:
    pane.show_model(loaded(defaults=(("temperature", 9.0), ("top_p", 1.5), ("min_p", -1.0))))
    shown = values(pane)
    assert (shown["temperature.temperature"], shown["top_p.top_p"], shown["min_p.min_p"]) == (5.0, 1.0, 0.0)


def test_the_models_own_settings_are_a_preset(pane: RunPane) -> None:
    pane.show_model(loaded(defaults=(("temperature", 0.6), ("top_p", 0.8))))
    choose(pane, "Model's own settings")
    assert pane.effective.text() == "temperature 0.6 → top-p 0.8"
    assert set(sources(pane).values()) == {"model"}


def test_neutralize_leaves_the_models_own_probabilities(pane: RunPane) -> None:
    choose(pane, "Wild")
    turn(pane, "repetition_penalty.penalty", 1.3)
    pane.neutralize.click()
    assert pane.value(Setup()).run.working() == ()
    assert pane.preset.currentText() == "Neutral"
    assert "own probabilities" in pane.effective.text()


def test_greedy_is_said_in_words(pane: RunPane) -> None:
    choose(pane, GREEDY)
    pane.setFocus()
    assert pane.rows.rows["temperature.temperature"]._box.text() == "greedy"
    assert pane.effective.text() == "greedy"


def test_no_preset_is_a_choice_that_keeps_the_values(pane: RunPane) -> None:
    choose(pane, "Wild")
    choose(pane, "No preset")
    assert pane.value(Setup()).preset == ""
    assert values(pane)["min_p.min_p"] == 0.1


# -- texts --------------------------------------------------------------------------------------------------------


def test_words_are_edited_saved_and_taken_out_again(pane: RunPane, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pane.changed):
        words_in(pane, "banned_words.phrases", "sky\nas an AI")
    assert "banned words “sky”, “as an AI”" in pane.effective.text()
    before = pane.value(new_setup())
    pane.set_value(new_setup())
    assert values(pane)["banned_words.phrases"] == ""
    pane.set_value(before)
    assert pane.value(new_setup()) == before
    assert sources(pane)["banned_words.phrases"] == "you"
    pane.save_preset("Mine")
    pane.neutralize.click()
    assert pane.value(Setup()).run.working() == ()
    assert pane.rows.rows["banned_words.phrases"]._box.toPlainText() == ""
    choose(pane, "Mine")
    assert values(pane)["banned_words.phrases"] == "sky\nas an AI"


def test_a_half_typed_pair_stays_until_it_is_whole(pane: RunPane) -> None:
    row = pane.rows.rows["logit_bias.pairs"]
    words_in(pane, "logit_bias.pairs", "sky: -")
    assert "LogitBias.pairs, line 1" in row.fault
    turn(pane, "top_k.top_k", 7)  # shows every row anew
    assert row._box.toPlainText() == "sky: -"
    assert pane.value(Setup()).run.working()[0].words == "temperature 0.7"
    words_in(pane, "logit_bias.pairs", "sky: -5")
    assert row.fault == ""
    assert pane.value(Setup()).run.working()[0].words == "logit bias “sky” -5"
    pane.set_value(new_setup())
    words_in(pane, "logit_bias.pairs", "sky: -")
    pane.set_value(new_setup())  # another conversation
    assert (row._box.toPlainText(), row.fault) == ("", "")


def words_in(pane: RunPane, key: str, text: str) -> None:
    pane.rows.rows[key]._box.setPlainText(text)


# -- the user's own presets --------------------------------------------------------------------------------------


def test_a_preset_of_the_users_is_saved_and_found_by_the_next_window(pane: RunPane, theme: Theme, qtbot: QtBot) -> None:
    turn(pane, "top_k.top_k", 5)
    pane.save_preset(" Mine ")
    assert pane.preset.currentText() == "Mine"
    assert set(sources(pane).values()) == {"preset"}
    second = RunPane(theme, Paths.standard())
    qtbot.addWidget(second)
    choose(second, "Mine")
    assert values(second)["top_k.top_k"] == 5
    turn(second, "top_k.top_k", 6)
    assert second.preset.currentText() == "Mine · modified *"


def test_ours_cannot_be_written_over(pane: RunPane, problems: list[UserError]) -> None:
    pane._try(pane.save_preset, "wild")
    assert problems[0].code == "E-PRESET"


def test_presets_travel_as_files(pane: RunPane, tmp_path: Path, problems: list[UserError]) -> None:
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps({"name": "Theirs", "values": {"top_p.top_p": 0.5}}))
    pane.take_preset(file)
    assert pane.preset.currentText() == "Theirs"
    assert values(pane)["top_p.top_p"] == 0.5
    file.write_text('{"name": "Bad", "values": {"top_p.top_p": 7}}')
    pane._try(pane.take_preset, file)
    assert len(problems) == 1
    assert "top" in problems[0].message.lower()
    assert pane.preset.currentText() == "Theirs"


def test_a_deleted_preset_keeps_the_values(pane: RunPane) -> None:
    turn(pane, "top_k.top_k", 5)
    pane.save_preset("Mine")
    pane._on_delete()
    assert pane.preset.findText("Mine") < 0
    assert pane.preset.currentText() == "No preset"
    assert values(pane)["top_k.top_k"] == 5
    assert pane.value(Setup()).preset == ""


# -- as a whole --------------------------------------------------------------------------------------------------


def test_a_setup_comes_back_the_same(pane: RunPane) -> None:
    choose(pane, "Creative")
    turn(pane, "top_p.top_p", 0.5)
    pane.rows.rows["top_k.top_k"]._switch.click()
    pane.output.seed.setText("42")
    before = pane.value(new_setup())
    pane.set_value(new_setup())
    assert pane.preset.currentText() == "No preset"
    pane.set_value(before)
    assert pane.value(new_setup()) == before
    assert pane.preset.currentText() == "Creative · modified *"


def test_showing_a_setup_tells_nothing(pane: RunPane, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(pane.changed):
        pane.set_value(new_setup())
        pane.show_model(loaded())
        pane.refresh_presets()


def test_the_model_is_named_with_its_format(pane: RunPane) -> None:
    pane.show_model(loaded(dtype="float16", path_kind="lean"))
    assert pane.model_line.text() == "Toy · float16 · lean path"
    assert "checked against the model's own" in pane.model_line.toolTip()
    pane.show_model(None)
    assert (pane.model_line.text(), pane.model_line.toolTip()) == ("No model loaded", "")


def test_two_forms_and_the_reason_for_the_plain_path_are_said(pane: RunPane) -> None:
    why = "its norms differ in their epsilon"
    pane.show_model(loaded(dtype="float16", reading_dtype="bfloat16", path_reason=why))
    assert pane.model_line.text() == "Toy · writes in float16, reads in bfloat16 · plain path"
    assert pane.model_line.toolTip().endswith(f"does not take this model: {why}.")


# -- several answers ---------------------------------------------------------------------------------------------


def test_the_number_of_answers_belongs_to_the_setup(pane: RunPane, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pane.changed):
        ask_for(pane, 3)
    assert pane.value(Setup()).answers == 3
    choose(pane, "Wild")  # a preset is about sampling
    assert pane.value(Setup()).answers == 3
    pane.set_value(new_setup())
    assert pane.value(Setup()).answers == 1


def test_that_greedy_answers_are_all_the_same_is_said_when_there_are_several(pane: RunPane) -> None:
    ask_for(pane, 2)
    assert pane.output.alike.isHidden()
    choose(pane, GREEDY)
    assert pane.output.alike.isVisible()
    ask_for(pane, 1)
    assert pane.output.alike.isHidden()
    ask_for(pane, 2)
    assert pane.output.alike.isVisible()
    turn(pane, "temperature.temperature", 0.8)
    assert pane.output.alike.isHidden()


def ask_for(pane: RunPane, count: int) -> None:
    box = pane.output.answers._box
    box.setFocus()
    box.setText(str(count))
    box.editingFinished.emit()
