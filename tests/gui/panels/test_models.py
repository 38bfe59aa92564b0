"""Models: what is here, what is on offer, what it takes, and what is inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from playground.core.catalogue import catalogue, starter_folder
from playground.core.events import Done, Failed, Progress, Started
from playground.core.facts import ModelInfo
from playground.core.pace import size
from playground.gui.panels.models import ModelsPanel
from playground.jobs.convert import Convert
from playground.jobs.describe import Describe
from playground.jobs.download import Download
from playground.jobs.get_starter import GetStarter
from playground.jobs.list_models import ListModels
from playground.jobs.load import Load
from playground.jobs.unload import Unload
from tests.gui.desktop import GB, Desktop, loaded, model, running

HERE = (model("Small", "models/small"), model("Large", "models/large", parameters=9 * GB, bytes=18 * GB))


@pytest.fixture
def desktop(qtbot: QtBot) -> Iterator[Desktop]:
    with running(qtbot, *HERE) as desktop:
        desktop.run("models.open")
        while desktop.of(ListModels):
            desktop.tell(ListModels, Done(HERE))
        desktop.free(0.2 * GB, 8 * GB)
        yield desktop


@pytest.fixture
def panel(desktop: Desktop) -> ModelsPanel:
    return desktop.models


def titles(panel: ModelsPanel) -> list[str]:
    return [panel.list.item(row).text().split(",")[0] for row in range(panel.list.count())]


def facts(panel: ModelsPanel) -> dict[str, str]:
    grid = panel.detail.facts.layout()
    assert grid is not None
    cells = [item.widget() for number in range(grid.count()) if (item := grid.itemAt(number)) is not None]
    words = [cell.text() for cell in cells if isinstance(cell, QLabel)]
    return dict(zip(words[::2], words[1::2], strict=True))


# -- what is there -----------------------------------------------------------------------------------------------


def test_what_is_here_comes_before_what_is_on_offer(panel: ModelsPanel) -> None:
    listed = titles(panel)
    assert listed.index("Begin here") < listed.index("On this computer") < listed.index("On the Hub")
    assert listed.index("On this computer") < listed.index("Small") < listed.index("Large")
    assert {entry.name for entry in catalogue()} <= set(listed)


def test_the_starter_is_on_offer_until_it_is_here(desktop: Desktop, panel: ModelsPanel) -> None:
    starter = model("SmolLM2-135M-Instruct.Q4_1", str(starter_folder(desktop.paths)))
    desktop.desk.look()
    desktop.tell(ListModels, Done((*HERE, starter)))
    assert "Begin here" not in titles(panel)
    assert starter.name in titles(panel)


def test_a_model_is_shown_in_full_before_it_is_loaded(desktop: Desktop, panel: ModelsPanel) -> None:
    panel.list.choose("models/small")
    desktop.settle()
    shown = facts(panel)
    assert panel.detail.title.text() == "Small"
    assert shown["Architecture"] == "LlamaForCausalLM"
    assert shown["Parameters"] == "134,515,008"
    assert shown["Heads"] == "9 (3 for keys and values)"
    assert shown["Weights on disk"] == "bfloat16, 269 MB"
    assert shown["Licence"] == "apache-2.0"
    assert not panel.detail.inspector.isVisible()
    assert panel.detail.load.text() == "Load"


def test_an_empty_computer_begins_with_the_starter(qtbot: QtBot) -> None:
    with running(qtbot) as desktop:
        desktop.run("models.open")
        panel = desktop.models
        assert titles(panel)[0] == "Begin here"
        desktop.click(panel.detail.fetch)
        assert desktop.of(GetStarter)
        desktop.tell(GetStarter, Progress(41_000_000, 93_000_000, "Downloading", "bytes"))
        assert "41 MB of 93 MB" in panel.detail.stage.text()
        desktop.click(panel.detail.stop)
        assert not panel.detail.progress.isVisible()


# -- memory ------------------------------------------------------------------------------------------------------


def test_each_number_format_says_what_it_takes(desktop: Desktop, panel: ModelsPanel) -> None:
    panel.list.choose("models/small")
    table = panel.detail.memory
    info = HERE[0]
    assert table._words["bfloat16"].text() == size(info.memory_bytes("bfloat16", 2048))
    table.context.setCurrentIndex(table.context.findData(8192))
    assert table._words["bfloat16"].text() == size(info.memory_bytes("bfloat16", 8192))
    assert "8.0 GB free now" in table.note.text()


def test_what_does_not_fit_is_marked_and_follows_what_is_free(desktop: Desktop, panel: ModelsPanel) -> None:
    panel.list.choose("models/large")
    words = panel.detail.memory._words["bfloat16"]
    assert words.text().endswith("too large")
    desktop.free(0.2 * GB, 30 * GB)
    assert not words.text().endswith("too large")


@pytest.mark.parametrize(("button", "loads"), [("Load anyway", True), ("Cancel", False)])
def test_a_model_that_is_too_large_asks_with_both_numbers(
    desktop: Desktop, panel: ModelsPanel, monkeypatch: pytest.MonkeyPatch, button: str, loads: bool
) -> None:
    asked: list[QMessageBox] = []

    def exec(box: QMessageBox) -> int:
        asked.append(box)
        next(b for b in box.buttons() if b.text().replace("&", "") == button).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", exec)
    panel.list.choose("models/large")
    desktop.click(panel.detail.load)
    assert asked[0].defaultButton().text().replace("&", "") == "Cancel"
    assert size(HERE[1].memory_bytes("bfloat16", 2048)) in asked[0].informativeText()
    assert "8.0 GB is free" in asked[0].informativeText()
    assert bool(desktop.of(Load)) is loads


def test_what_a_loaded_model_holds_counts_as_free_for_loading_it_again(
    desktop: Desktop, panel: ModelsPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QMessageBox, "exec", lambda _: pytest.fail("it fits"))
    desktop.load(loaded(HERE[1], resident_bytes=18 * GB))
    desktop.free(18 * GB, 1 * GB)
    panel.list.choose("models/large")
    desktop.click(panel.detail.load)
    assert desktop.of(Load)


# -- loading -----------------------------------------------------------------------------------------------------


def test_the_chosen_number_format_reaches_the_job(desktop: Desktop, panel: ModelsPanel) -> None:
    panel.list.choose("models/small")
    desktop.click(panel.detail.load)
    assert (desktop.job(Load).path, desktop.job(Load).dtype) == ("models/small", "auto")
    desktop.desk.stop()
    panel.detail.dtype.setCurrentIndex(panel.detail.dtype.findData("float16"))
    desktop.click(panel.detail.load)
    assert desktop.job(Load).dtype == "float16"


def test_while_one_model_is_on_its_way_no_other_is_begun(desktop: Desktop, panel: ModelsPanel) -> None:
    panel.list.choose("models/small")
    desktop.click(panel.detail.load)
    desktop.tell(Load, Started(), Progress(1, 2, "Reading the weights"))
    assert not panel.detail.load.isEnabled()
    assert panel.detail.load.toolTip() == "Another model is on its way."
    assert panel.detail.stage.text() == "Loading small · Reading the weights · 50 %"
    desktop.desk.load("models/large")
    assert desktop.window.banner.text().startswith("E-BUSY")
    assert not desktop.run("models.starter")


def test_a_loaded_model_shows_what_is_inside_and_can_be_unloaded(desktop: Desktop, panel: ModelsPanel) -> None:
    panel.list.choose("models/small")
    desktop.load(loaded(HERE[0]))
    inside = panel.detail.inspector
    assert facts(panel)["Loaded"] == "bfloat16 on cpu, 270 MB, loaded in 0.2 s"
    assert inside.isVisible()
    assert "message.content" in inside.template.toPlainText()
    assert "llama" in inside.config.toPlainText()
    assert inside.special.item(1, 1).text() == "<|im_end|>"
    assert not panel.detail.use.isVisible()
    desktop.click(panel.detail.unload)
    assert desktop.session.model is not None  # not before the engine says so
    desktop.tell(Unload, Done())
    assert desktop.session.model is None
    assert not panel.detail.unload.isVisible()
    assert not inside.isVisible()


def test_of_two_loaded_models_either_can_answer(desktop: Desktop, panel: ModelsPanel) -> None:
    desktop.load(loaded(HERE[0]))
    desktop.load(loaded(HERE[1]))
    panel.list.choose("models/small")
    desktop.click(panel.detail.use)
    assert desktop.session.model is not None
    assert desktop.session.model.model.name == "Small"
    assert desktop.window.current == "chat"
    desktop.run("models.eject")
    desktop.tell(Unload, Done())
    assert desktop.session.model.model.name == "Large"


def test_a_model_that_cannot_be_loaded_says_why_with_its_code(desktop: Desktop, panel: ModelsPanel) -> None:
    panel.list.choose("models/small")
    desktop.click(panel.detail.load)
    desktop.tell(Load, Failed("432 tensors are missing.", "Fetch it again.", "E-MODEL-INCOMPLETE", "trace"))
    assert desktop.window.banner.text() == "E-MODEL-INCOMPLETE 432 tensors are missing.\nFetch it again.\ntrace"
    assert panel.detail.load.isEnabled()
    assert desktop.session.bringing is None


# -- what is opened by hand --------------------------------------------------------------------------------------


def opened(desktop: Desktop, info: ModelInfo) -> None:
    desktop.models.take_drop(Path(info.path))
    desktop.tell(Describe, Done(info))


def test_a_dropped_folder_is_listed_and_shown_but_not_loaded(
    desktop: Desktop, panel: ModelsPanel, tmp_path: Path
) -> None:
    opened(desktop, model("Mine", str(tmp_path)))
    assert panel.list.current() == str(tmp_path)
    assert panel.detail.title.text() == "Mine"
    assert not desktop.of(Load)


def test_a_gguf_file_is_converted_and_then_loaded(desktop: Desktop, panel: ModelsPanel, tmp_path: Path) -> None:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"GGUF")
    opened(desktop, replace(model("Tiny", str(file)), format="gguf", dtype="Q4_1"))
    assert panel.detail.load.text() == "Convert and load"
    assert not panel.detail.memory.isVisible()
    desktop.click(panel.detail.load)
    assert desktop.job(Convert).path == str(file)
    desktop.tell(Convert, Done("models/tiny"))
    assert desktop.job(Load).path == "models/tiny"


def test_what_is_no_model_says_so(desktop: Desktop, tmp_path: Path) -> None:
    desktop.models.take_drop(tmp_path)
    desktop.tell(Describe, Failed("There is no config.json.", "Choose another folder.", "E-MODEL-NOCONFIG"))
    assert desktop.window.banner.text().startswith("E-MODEL-NOCONFIG There is no config.json.")


def test_other_files_are_not_for_this_panel(panel: ModelsPanel, tmp_path: Path) -> None:
    assert not panel.take_drop(tmp_path / "notes.txt")


@pytest.mark.parametrize("command", ["models.open_folder", "models.open_gguf"])
def test_the_file_dialog_leads_to_a_look(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path), ""))
    desktop.run("chat.open")
    desktop.run(command)
    assert desktop.window.current == "models"
    assert desktop.job(Describe).path == str(tmp_path)


def test_what_was_opened_by_hand_is_listed_after_a_restart(desktop: Desktop, tmp_path: Path) -> None:
    opened(desktop, model("Mine", str(tmp_path)))
    gone = tmp_path / "gone"
    gone.mkdir()
    opened(desktop, model("Gone", str(gone)))
    gone.rmdir()
    after = desktop.restart()
    assert [t.job.path for t in after.of(Describe) if isinstance(t.job, Describe)] == [str(tmp_path)]
    after.tell(Describe, Done(model("Mine", str(tmp_path))))
    assert "Mine" in titles(after.models)


# -- the Hub -----------------------------------------------------------------------------------------------------


def test_looking_around_asks_nobody(desktop: Desktop, panel: ModelsPanel) -> None:
    for row in range(panel.list.count()):
        panel.list.setCurrentRow(row)
    assert not desktop.of(Download)
    assert not desktop.of(GetStarter)


def test_a_model_of_the_hub_is_fetched_on_request_and_loaded(desktop: Desktop, panel: ModelsPanel) -> None:
    entry = next(e for e in catalogue() if e.source == "hub")
    panel.list.choose(entry.repo)
    assert panel.detail.title.text() == entry.name
    assert facts(panel)["Comes from"] == f"the Hub: {entry.repo}"
    desktop.click(panel.detail.fetch)
    assert desktop.job(Download).repo == entry.repo
    desktop.tell(Download, Done("models/fetched"))
    assert desktop.job(Load).path == "models/fetched"


def test_any_model_of_the_hub_can_be_named(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: (" owner/name ", True))
    desktop.run("models.from_hub")
    assert desktop.job(Download).repo == "owner/name"
    desktop.desk.stop()
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("owner/name", False))
    desktop.run("models.from_hub")
    assert not desktop.of(Download)
