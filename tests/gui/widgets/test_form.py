"""A form for any dataclass of options."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from playground.core.options import check_options, option
from playground.core.settings import Settings
from playground.gui.theme import Theme
from playground.gui.widgets.form import Form, words_of
from playground.gui.widgets.parameter_row import ParameterRow
from playground.gui.widgets.segmented import Segmented
from playground.gui.widgets.switch import Switch
from playground.gui.widgets.text_box import TextBox


@dataclass(frozen=True)
class Every:
    """One option of each kind, and a field that is none."""

    rank: int = option(8, "Width.", low=1, high=1_000_000)
    alpha: float = option(16.0, "Strength.", low=0.5, high=512)
    where: str = option("attention", "Which weights.", choices=("attention", "everywhere"))
    dtype: str = option("b", "Which.", choices=("a", "b", "c", "d", "e"))
    seed: int | None = option(None, "Luck.", low=0, high=2**64 - 1, example="random")
    note: str = option("", "A note.")
    shuffle: bool = option(True, "Shuffle.")
    words: str = option("a\nb", "Words, one per line.", lines=True)
    other: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_options(self)


@pytest.fixture
def form(theme: Theme, qtbot: QtBot) -> Form[Every]:
    form = Form(Every, theme)
    qtbot.addWidget(form)
    form.show()
    return form


def test_it_begins_with_the_defaults(form: Form[Every]) -> None:
    assert form.value() == Every()


def test_every_kind_round_trips_without_telling(form: Form[Every], qtbot: QtBot) -> None:
    wanted = Every(999_999, 0.5, "everywhere", "e", 2**64 - 1, "hm", False, "c\n\nd", ("kept",))
    with qtbot.assertNotEmitted(form.changed):
        form.set_value(wanted)
    assert form.value() == wanted
    form.set_value(Every())
    assert form.value() == Every()


def test_a_text_of_several_lines_has_room_for_them(form: Form[Every], qtbot: QtBot) -> None:
    words = form.editors["words"].widget
    assert isinstance(words, TextBox)
    with qtbot.waitSignal(form.changed):
        words.setPlainText("one\ntwo\nthree")
    assert form.value().words == "one\ntwo\nthree"


def test_the_user_changes_values(form: Form[Every], qtbot: QtBot) -> None:
    widgets = {name: editor.widget for name, editor in form.editors.items()}
    told: list[int] = []
    form.changed.connect(lambda: told.append(1))
    rank, where, dtype, seed, shuffle = (widgets[n] for n in ("rank", "where", "dtype", "seed", "shuffle"))
    assert isinstance(rank, ParameterRow)
    rank._box.setText("12")
    rank._box.editingFinished.emit()
    assert isinstance(where, Segmented)
    where._group.button(1).click()
    assert isinstance(dtype, QComboBox)
    dtype.setCurrentIndex(3)
    assert isinstance(seed, QLineEdit)
    qtbot.keyClicks(seed, "42")
    assert isinstance(shuffle, Switch)
    shuffle.click()
    assert form.value() == Every(12, 16.0, "everywhere", "d", 42, "", False)
    assert len(told) == 6  # two keys for the seed


def test_an_empty_field_means_not_set_and_too_much_is_cut(form: Form[Every], qtbot: QtBot) -> None:
    seed = form.editors["seed"].widget
    assert isinstance(seed, QLineEdit)
    assert seed.placeholderText() == "empty = random"
    qtbot.keyClicks(seed, "99999999999999999999")
    assert form.value().seed == 2**64 - 1
    assert seed.property("invalid") == "true"
    seed.clear()
    assert form.value().seed is None


def test_the_real_settings_have_a_form(theme: Theme, qtbot: QtBot) -> None:
    form = Form(Settings, theme)
    qtbot.addWidget(form)
    assert form.value() == Settings()


def test_choices_are_shown_as_words() -> None:
    assert [words_of(choice) for choice in ("system", "bfloat16", "top_k", 3, "Qwen3")] == [
        "System", "bfloat16", "Top k", "3", "Qwen3",
    ]  # fmt: skip
