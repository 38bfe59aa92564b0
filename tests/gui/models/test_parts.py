"""The parts of the models panel by themselves."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from playground.core.pace import size
from playground.gui.models.facts_grid import FactsGrid
from playground.gui.models.inspector import Inspector
from playground.gui.models.memory_table import MemoryTable
from playground.gui.models.model_list import Entry, ModelList
from playground.gui.theme import Theme
from tests.gui.desktop import GB, loaded, model

ROWS = (Entry("", "Here"), Entry("a", "Small", "135 M", "Loaded"), Entry("b", "Large", "9 B"))


@pytest.fixture
def listing(theme: Theme, qtbot: QtBot) -> ModelList:
    listing = ModelList(theme)
    qtbot.addWidget(listing)
    listing.resize(260, 300)
    listing.show()
    listing.show_entries(ROWS)
    return listing


@pytest.fixture
def table(theme: Theme, qtbot: QtBot) -> MemoryTable:
    table = MemoryTable(theme)
    qtbot.addWidget(table)
    return table


# -- the list ----------------------------------------------------------------------------------------------------


def test_choosing_tells_the_key(listing: ModelList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(listing.chosen) as chosen:
        listing.choose("b")
    assert chosen.args == ["b"]
    assert listing.current() == "b"


def test_a_heading_cannot_be_chosen(listing: ModelList) -> None:
    assert not listing.item(0).flags()


def test_what_was_chosen_stays_chosen_when_the_list_changes(listing: ModelList, qtbot: QtBot) -> None:
    listing.choose("b")
    with qtbot.assertNotEmitted(listing.chosen):
        listing.show_entries((ROWS[0], ROWS[2], Entry("c", "New")))
    assert listing.current() == "b"


def test_a_screen_reader_hears_name_size_and_state(listing: ModelList) -> None:
    assert listing.item(1).text() == "Small, 135 M Loaded"


# -- memory ------------------------------------------------------------------------------------------------------


def test_the_estimate_grows_with_the_context(table: MemoryTable) -> None:
    info = model(context=4096)
    table.show_model(info, 8 * GB)
    assert [table.context.itemData(at) for at in range(table.context.count())] == [512, 1024, 2048, 4096]
    assert table.context.currentData() == 2048
    before = table.bytes_for("float16")
    table.context.setCurrentIndex(3)
    assert table.bytes_for("float16") == info.memory_bytes("float16", 4096) > before


def test_a_chosen_context_stays_while_the_memory_changes(table: MemoryTable) -> None:
    table.show_model(model(context=4096), 8 * GB)
    table.context.setCurrentIndex(0)
    table.show_model(model(context=4096), 7 * GB)
    table.set_free(6 * GB)
    assert table.context.currentData() == 512
    assert size(6 * GB) in table.note.text()


def test_while_nobody_knows_what_is_free_nothing_is_too_large(table: MemoryTable) -> None:
    table.show_model(model(parameters=900 * GB), 0)
    assert "too large" not in table._words["float32"].text()
    assert "free" not in table.note.text()


def test_bars_are_told_in_words_too(table: MemoryTable) -> None:
    info = model()
    table.show_model(info, info.memory_bytes("float32", 2048) * 2)
    assert table._bars["float32"].accessibleName() == "50 % of the free memory"


# -- facts and what is inside ------------------------------------------------------------------------------------


def test_facts_without_a_value_are_left_out(qtbot: QtBot) -> None:
    grid = FactsGrid()
    qtbot.addWidget(grid)
    grid.show_facts([("Layers", "30"), ("Licence", ""), ("Place", "here")])
    assert [label.text() for label in grid.findChildren(QLabel)] == ["Layers", "30", "Place", "here"]


def test_markup_in_a_models_words_stays_text(qtbot: QtBot) -> None:
    grid = FactsGrid()
    qtbot.addWidget(grid)
    grid.show_facts([("Licence", "<img src='http://x'>")])
    assert all(label.textFormat() == label.textFormat().PlainText for label in grid.findChildren(QLabel))


def test_the_inspector_shows_template_tokens_and_configuration(theme: Theme, qtbot: QtBot) -> None:
    inspector = Inspector(theme)
    qtbot.addWidget(inspector)
    inspector.show_model(loaded(special_tokens=(("eos", "<|im_end|>", 2),)))
    assert inspector.special.rowCount() == 1
    cells = [inspector.special.item(0, column) for column in range(3)]
    assert [cell.text() for cell in cells if cell is not None] == ["eos", "<|im_end|>", "2"]
    inspector.show_model(loaded(template="", special_tokens=()))
    assert "no chat template" in inspector.template.toPlainText()
    assert inspector.special.rowCount() == 0
