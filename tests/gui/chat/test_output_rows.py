"""The controls that are no sampler: length, context, stop sequences, seed."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from playground.core.pace import size
from playground.gui.chat.output_rows import OutputRows
from playground.gui.theme import Theme
from playground.recipes.run_settings import RunSettings
from tests.gui.desktop import loaded, model


@pytest.fixture
def rows(theme: Theme, qtbot: QtBot) -> OutputRows:
    rows = OutputRows(theme)
    qtbot.addWidget(rows)
    rows.resize(340, 300)
    rows.show()
    return rows


def value(rows: OutputRows) -> RunSettings:
    return rows.value(RunSettings())


# -- seed --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "seed"),
    [("", None), ("0", 0), ("42", 42), ("18446744073709551615", 2**64 - 1), ("18446744073709551616", 2**64 - 1)],
)
def test_a_seed_has_64_bits_and_none_is_allowed(rows: OutputRows, typed: str, seed: int | None) -> None:
    QTest.keyClicks(rows.seed, typed)
    assert value(rows).seed == seed


def test_only_digits_can_be_typed(rows: OutputRows) -> None:
    QTest.keyClicks(rows.seed, "-1e9 x7")
    assert value(rows).seed == 197


def test_the_dice_draw_another_one_each_time(rows: OutputRows) -> None:
    rows.dice.click()
    first = value(rows).seed
    rows.dice.click()
    assert first is not None
    assert value(rows).seed not in (None, first)


def test_the_lock_keeps_the_seed_of_the_last_answer(rows: OutputRows) -> None:
    assert not rows.lock.isEnabled()
    rows.remember_seed(5_000_000_000)
    assert "5000000000" in rows.seed.placeholderText()
    assert value(rows).seed is None
    rows.lock.click()
    assert value(rows).seed == 5_000_000_000


# -- length ------------------------------------------------------------------------------------------------------


def test_until_it_stops_is_no_limit_and_remembers_the_number(rows: OutputRows) -> None:
    rows.set_value(RunSettings(max_tokens=64))
    rows.until_it_stops.click()
    assert value(rows).max_tokens == 0
    assert not rows.max_tokens.isEnabled()
    rows.until_it_stops.click()
    assert value(rows).max_tokens == 64


def test_the_number_can_be_reset(rows: OutputRows) -> None:
    rows.set_value(RunSettings(max_tokens=64))
    assert rows.max_tokens.source == "you"
    rows.max_tokens._dot.click()
    assert value(rows).max_tokens == 256
    assert rows.max_tokens.source == "default"


# -- several answers ---------------------------------------------------------------------------------------------


def test_the_number_of_answers_can_be_set_and_reset(rows: OutputRows, qtbot: QtBot) -> None:
    rows.set_answer_count(4)
    assert (rows.answer_count(), rows.answers.source) == (4, "you")
    with qtbot.waitSignal(rows.changed):
        rows.answers._dot.click()
    assert (rows.answer_count(), rows.answers.source) == (1, "default")


def test_no_more_than_eight_answers_are_taken(rows: OutputRows) -> None:
    rows.answers._box.setFocus()
    rows.answers._box.setText("20")
    rows.answers._box.editingFinished.emit()
    assert rows.answer_count() == 8


# -- stop sequences ----------------------------------------------------------------------------------------------


def test_stop_sequences_stand_one_per_line(rows: OutputRows) -> None:
    rows.stop.setPlainText("###\n\nUser:\\n\n end ")
    assert value(rows).stop == ("###", "User:\n", " end ")


@pytest.mark.parametrize("stop", [("\n",), ("\n\n", "a b"), ("a\\n",), ("C:\\new", "\\"), ("tab\t",)])
def test_stop_sequences_come_back_the_same(rows: OutputRows, stop: tuple[str, ...]) -> None:
    rows.set_value(RunSettings(stop=stop))
    assert value(rows).stop == stop


# -- context -----------------------------------------------------------------------------------------------------


def test_the_context_is_offered_up_to_what_the_model_allows_with_its_cost(rows: OutputRows) -> None:
    info = loaded(model(context=4096))
    rows.show_model(info)
    offered = [rows.context.itemText(at) for at in range(rows.context.count())]
    assert [rows.context.itemData(at) for at in range(rows.context.count())] == [None, 512, 1024, 2048]
    assert offered[0] == f"4,096 (all it allows) · {size(info.model.cache_bytes('bfloat16', 4096))}"
    assert offered[1] == f"512 · {size(info.model.cache_bytes('bfloat16', 512))}"
    rows.context.setCurrentIndex(2)
    assert value(rows).context_length == 1024


def test_a_chosen_context_outlives_another_model_that_allows_it(rows: OutputRows) -> None:
    rows.show_model(loaded(model(context=4096)))
    rows.context.setCurrentIndex(2)
    rows.show_model(loaded(model("Other", context=8192)))
    assert value(rows).context_length == 1024


def test_a_context_length_is_kept_while_no_model_is_loaded(rows: OutputRows) -> None:
    rows.set_value(RunSettings(context_length=1024))
    assert value(rows).context_length == 1024
    rows.show_model(loaded(model(context=4096)))
    assert value(rows).context_length == 1024
    rows.show_model(None)
    assert value(rows).context_length == 1024


def test_a_context_the_model_does_not_allow_is_all_it_allows(rows: OutputRows) -> None:
    rows.set_value(RunSettings(context_length=8192))
    rows.show_model(loaded(model(context=4096)))
    assert value(rows).context_length is None


# -- as a whole --------------------------------------------------------------------------------------------------


def test_settings_come_back_the_same_and_showing_tells_nothing(rows: OutputRows, qtbot: QtBot) -> None:
    rows.show_model(loaded())
    settings = RunSettings(max_tokens=100, stop=("\n",), seed=7, context_length=512)
    with qtbot.assertNotEmitted(rows.changed):
        rows.set_value(settings)
    assert value(rows) == settings


@pytest.mark.parametrize("change", ["seed", "stop", "until", "context"])
def test_every_change_is_told(rows: OutputRows, qtbot: QtBot, change: str) -> None:
    rows.show_model(loaded())
    with qtbot.waitSignal(rows.changed):
        match change:
            case "seed":
                QTest.keyClicks(rows.seed, "1")
            case "stop":
                QTest.keyClicks(rows.stop, "x")
            case "until":
                rows.until_it_stops.click()
            case _:
                rows.context.setCurrentIndex(1)
