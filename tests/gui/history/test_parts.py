"""The smaller parts of the history panel."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from playground.core import history
from playground.core.facts import ReplayInfo
from playground.core.store import Store
from playground.gui.history.annotations import Annotations, tags_in
from playground.gui.history.background import Background
from playground.gui.history.entry_painter import facts_line, plain_line
from playground.gui.history.exporting import Exporter
from playground.gui.history.flow import Flow
from playground.gui.history.picture import picture_of
from playground.gui.history.record_facts import sections, settings_line
from playground.gui.history.replay_card import ReplayCard, token_words
from playground.gui.history.words import begin_of_today, days_ago, moment, speed, state_pill
from playground.gui.theme import Theme
from tests.gui.history.filled import INFO, entry_of, write, write_many


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "record.sqlite")


# -- words -------------------------------------------------------------------------------------------------------


def test_a_moment_says_today_only_today() -> None:
    noon = begin_of_today(1_700_000_000.0) + 12 * 3600
    assert moment(noon, noon + 60) == "Today, 12:00"
    assert moment(noon, noon + 3 * 86400).endswith("Nov 2023, 12:00")
    assert days_ago(1, noon) == pytest.approx(noon - 36 * 3600)


def test_a_state_that_needs_no_mark_has_none() -> None:
    assert state_pill("done") == ("", "")
    assert state_pill("failed", "E-OOM") == ("E-OOM", "error")
    assert state_pill("interrupted") == ("Interrupted", "warning")


def test_speeds_need_a_time() -> None:
    assert speed(300, 2.0) == "300 tokens in 2.00 s (150.0 per second)"
    assert speed(1, 0.5) == "1 token in 0.50 s (2.0 per second)"
    assert speed(3, 0.0) == "3 tokens"
    assert speed(0, 1.0) == ""


def test_a_line_of_the_list_is_read_without_marks() -> None:
    assert plain_line("**Bold** and `code`") == "Bold and code"
    assert "\u202e" not in plain_line("evil \u202e text")


def test_the_facts_of_a_row(store: Store) -> None:
    entry = entry_of(store, write(store, "r", "Why?", "Because it is so.", reason="max tokens"))
    assert facts_line(entry) == "SmolLM2-135M-Instruct.Q4_1 · 4 tok · 3.5 s · max tokens"
    assert facts_line(replace(entry, model="", new_tokens=0, seconds=0, state="failed")) == "no model"


def test_everything_an_answer_depended_on_is_told(store: Store) -> None:
    write(store, "r", "Why?", "Because.", info=replace(INFO, reused_tokens=250, batch=4, left_out=2))
    record = history.record(store, "r")
    assert record is not None
    facts = {name: value for _, part in sections(record) for name, value in part}
    assert facts["Seed"] == "4107391204"
    assert facts["Chain"] == "temperature 0.7 → top-k 40 → top-p 0.95"
    assert facts["Reused"] == "250 of 310 prompt tokens, not read again"
    assert facts["Batch"] == "4 answers together"
    assert facts["Versions"].startswith("torch 2.10.0 · transformers")
    assert facts["Model hash"] == INFO.model_hash
    assert "seed 4107391204" in settings_line(record)


def test_a_token_shows_its_spaces() -> None:
    assert token_words(" a\n") == "␣a⏎"
    assert token_words("") == "end of text"
    assert "\u202e" not in token_words("\u202e")


# -- tags and notes ----------------------------------------------------------------------------------------------


def test_tags_are_taken_once_and_without_spare_spaces() -> None:
    assert tags_in(" a,b  c ,, a , ") == ("a", "b c")
    assert tags_in("x" * 100) == ("x" * 40,)


def test_the_last_tag_is_completed(theme: Theme, qtbot: QtBot) -> None:
    made = Annotations(theme)
    qtbot.addWidget(made)
    made.show_record("r", "", ("first",))
    made.offer_tags(("physics", "poems"))
    made.show()
    field = made.tags
    field.setFocus()
    field.end(False)
    QTest.keyClicks(field, ", ph")
    completer = field.completer()
    assert completer.currentCompletion() == "first, physics"
    told: list[object] = []
    made.tagged.connect(lambda id, tags: told.append((id, tags)))
    field.setText(completer.currentCompletion())
    made.keep()
    made.keep()
    assert told == [("r", ("first", "physics"))]  # told once


def test_what_is_being_typed_is_not_overwritten(theme: Theme, qtbot: QtBot) -> None:
    made = Annotations(theme)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.show_record("r", "", ())
    made.note.setFocus()
    QTest.keyClicks(made.note, "Half a senten")
    made.show_record("r", "", ())  # the record was read again
    assert made.note.toPlainText() == "Half a senten"
    with qtbot.waitSignal(made.noted) as told:
        made.show_record("s", "", ())
    assert told.args == ["r", "Half a senten"]


# -- layout ------------------------------------------------------------------------------------------------------


def test_a_flow_begins_a_new_line_where_the_room_ends(qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    flow = Flow(box, gap=10)
    buttons = [QWidget() for _ in range(4)]
    for button in buttons:
        button.setFixedSize(100, 20)
        flow.addWidget(button)
    box.resize(330, 100)
    box.show()
    assert [button.x() for button in buttons] == [0, 110, 220, 0]
    assert buttons[3].y() == 30
    assert flow.heightForWidth(330) == 50
    assert flow.heightForWidth(500) == 20
    buttons[1].hide()
    flow.activate()
    assert flow.heightForWidth(330) == 20


# -- cards, pictures, files --------------------------------------------------------------------------------------


def test_a_verdict_says_what_changed_even_when_the_answer_is_the_same(theme: Theme, qtbot: QtBot) -> None:
    card = ReplayCard(theme)
    qtbot.addWidget(card)
    card.show_verdict(ReplayInfo(True, 3))
    assert card.changes.text() == "Nothing that an answer depends on has changed since."
    card.show_verdict(ReplayInfo(True, 3, changes=("numpy: 1 then, 2 now.",)))
    assert card.changes.text() == "The same answer, although this has changed:\n•  numpy: 1 then, 2 now."
    card.show_verdict(ReplayInfo(False, 0, 0, ("a", 0.5), ("", 0.0)))
    assert card.words.text() == "They differ from the first token on."
    assert card.shown_pair()[1] == ("“end of text”", "0.0 %")
    card.quit.click()
    assert card.isHidden()


def test_a_picture_is_as_high_as_its_answer(store: Store, theme: Theme, qtbot: QtBot) -> None:
    heights = []
    for id, times in (("short", 1), ("long", 60), ("longer", 900)):
        record = history.record(store, write(store, id, "Why?", "Because of this and that. " * times))
        assert record is not None
        image = picture_of(record, theme)
        heights.append(image.height() / image.devicePixelRatio())
        assert image.height() <= 16_000
    assert heights == sorted(heights)
    assert heights[0] < 400 < heights[1]


def test_a_stopped_export_leaves_no_file(tmp_path: Path, store: Store, qtbot: QtBot) -> None:
    write_many(store, 120)
    gate = threading.Event()
    background = Background()
    background.run(gate.wait, lambda _: None)  # holds the thread until the test is ready
    exporter = Exporter(store.path, background)
    exporter.start(history.ids(store, history.Filter()), tmp_path / "out.csv")
    assert exporter.is_busy
    exporter.stop()
    with qtbot.waitSignal(exporter.ended):
        gate.set()
    assert not exporter.is_busy
    assert not list(tmp_path.glob("*out.csv*"))


def test_what_fails_in_the_background_is_told(tmp_path: Path, qtbot: QtBot) -> None:
    background = Background()
    lost: list[int] = []
    with qtbot.waitSignal(background.problem) as told:
        background.run(lambda: (tmp_path / "no" / "x").write_text(""), print, lambda: lost.append(1))
    assert (told.args[0].code, lost) == ("E-FILE", [1])
    with qtbot.waitSignal(background.problem) as told:
        background.run(lambda: 1 / 0, print)
    assert told.args[0].code == "E-UNKNOWN"


def test_the_keyboard_goes_from_the_search_into_the_list(theme: Theme, qtbot: QtBot) -> None:
    from playground.gui.history.filter_bar import FilterBar

    bar = FilterBar(theme)
    qtbot.addWidget(bar)
    bar.show()
    bar.search.setFocus()
    QTest.keyClicks(bar.search, "sea")
    with qtbot.waitSignal(bar.left):
        QTest.keyClick(bar.search, Qt.Key.Key_Down)
    assert bar.value().words == "sea"
    with qtbot.waitSignal(bar.changed) as told:
        QTest.keyClick(bar.search, Qt.Key.Key_Escape)
    assert told.args[0].words == ""
