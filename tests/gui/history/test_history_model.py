"""Rows over very many records: read page by page, kept in order, never all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.core import history
from playground.core.history import Entry, Filter, Page
from playground.gui.history.history_list import HistoryList
from playground.gui.history.history_model import ENTRY, KEPT, PAGE, HistoryModel
from playground.gui.theme import Theme


def entry(number: int, **more: Any) -> Entry:
    usual = {"id": f"r{number}", "started": float(number), "prompt": f"Question {number}", "state": "done"}
    blank = dict.fromkeys(("kind", "model", "text", "stop_reason", "code", "note"), "")
    counts = {"seconds": 0.0, "prompt_tokens": 0, "new_tokens": 0, "starred": False, "tags": ()}
    return Entry(**{**blank, **counts, **usual, **more})


class Slow:
    """A record whose answers come when the test wants them; the newest of `total` has the highest number."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.asked: list[tuple[Filter, int]] = []  # filter and offset
        self.waiting: list[Callable[[], None]] = []

    def search(self, store: object, wanted: Filter, limit: int = 200, offset: int = 0) -> Page:
        self.asked.append((wanted, offset))
        total = self.total if not wanted.words else int(wanted.words)
        return Page(tuple(entry(total - 1 - row) for row in range(offset, min(total, offset + limit))), total)

    def read(self, work: Callable[[object], Any], slot: Callable[[Any], object]) -> None:
        found = work(None)
        self.waiting.append(lambda: slot(found))

    def answer(self) -> None:
        """Answer everything that is asked, and what is asked then."""
        while self.waiting:
            self.waiting.pop(0)()


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> Slow:
    record = Slow(100_000)
    monkeypatch.setattr(history, "search", record.search)
    return record


@pytest.fixture
def model(qapp: QApplication, record: Slow) -> HistoryModel:
    records: Any = record
    model = HistoryModel(records)
    model.look(Filter())
    record.answer()
    return model


def see(model: HistoryModel, row: int) -> str:
    """Look at a row as the view does."""
    found = model.index(row).data(ENTRY)
    return found.id if found is not None else ""


def test_a_page_is_read_when_somebody_looks_at_it(model: HistoryModel, record: Slow) -> None:
    assert model.rowCount() == 100_000
    assert see(model, 0) == "r99999"
    assert see(model, 50_050) == ""
    assert model.index(50_050).data() == "…"
    record.answer()
    assert see(model, 50_050) == "r49949"
    assert [offset for _, offset in record.asked] == [0, 50_000]


def test_a_dragged_scroll_bar_reads_what_it_rests_on_first(model: HistoryModel, record: Slow) -> None:
    for page in range(10, 30):
        see(model, page * PAGE)
    assert len(record.asked) == 2  # one at a time
    record.answer()
    assert [offset // PAGE for _, offset in record.asked[2:]] == [29, 28, 27]  # the newest wish first, old ones never


def test_an_answer_to_an_older_search_is_dropped(model: HistoryModel, record: Slow) -> None:
    model.look(Filter("7"))
    late = record.waiting.pop()
    model.look(Filter("3"))
    record.answer()
    late()
    assert model.total == 3
    assert see(model, 0) == "r2"


def test_new_records_push_the_rows_down(model: HistoryModel, record: Slow, qtbot: QtBot) -> None:
    see(model, 5_000)
    record.answer()
    assert see(model, 5_000) == "r94999"
    record.total += 2
    model.refresh()
    with qtbot.waitSignal(model.rowsInserted):
        record.answer()
    assert see(model, 0) == "r100001"
    assert see(model, 2) == "r99999"
    assert see(model, 5_002) == "r94999"
    assert model.total == 100_002


def test_removed_rows_close_the_gap(model: HistoryModel) -> None:
    model.remove([1, 3])
    assert [see(model, row) for row in range(3)] == ["r99999", "r99997", "r99995"]
    assert model.total == 99_998


def test_when_more_has_changed_than_was_read_it_begins_afresh(model: HistoryModel, record: Slow, qtbot: QtBot) -> None:
    record.total += 500
    model.refresh()
    with qtbot.waitSignal(model.modelReset):
        record.answer()
    assert see(model, 0) == "r100499"


def test_few_rows_stay_in_memory(model: HistoryModel, record: Slow) -> None:
    for row in range(0, 20_000, PAGE):
        see(model, row)
        record.answer()
    assert len(model._rows) <= KEPT
    assert see(model, 0) == "r99999"  # the newest always stay


def test_a_search_goes_on_after_a_read_that_failed(model: HistoryModel, record: Slow) -> None:
    see(model, 500)
    record.waiting.clear()  # the record could not be read, and said so elsewhere
    model.refresh()
    record.answer()
    see(model, 500)
    record.answer()
    assert see(model, 500) == "r99499"


def test_a_change_costs_no_look_at_every_row(
    model: HistoryModel, record: Slow, theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = HistoryList(model, theme)
    qtbot.addWidget(view)
    view.resize(400, 600)
    view.show()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    record.answer()
    looks = []
    true_count = HistoryModel.rowCount
    monkeypatch.setattr(HistoryModel, "rowCount", lambda *a: looks.append(1) or true_count(*a))
    record.total += 1
    model.refresh()
    record.answer()
    view.scrollToBottom()
    view.grab()
    record.answer()
    assert len(looks) < 2_000
    assert see(model, 100_000) == "r0"
