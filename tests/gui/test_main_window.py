"""The frame around the panels: commands, menus, palette, drops, news, coming and going."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMainWindow, QMenu, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from playground.core.errors import UserError
from playground.core.events import Done, Failed, Progress, Started, Waiting
from playground.core.paths import Paths
from playground.core.settings import Settings, write_settings
from playground.gui.commands import Command
from playground.gui.shell.commands import general_commands
from playground.jobs.describe import Describe
from playground.jobs.get_starter import GetStarter
from playground.jobs.job import Job, Lane
from playground.jobs.load import Load
from playground.jobs.reply import Reply
from tests.gui.desktop import GB, Desktop, loaded, model, running


@dataclass(frozen=True)
class Work(Job):
    """Long work of some kind."""

    lane: ClassVar[Lane] = "work"
    label: ClassVar[str] = "Kneading"


@pytest.fixture
def desktop(qtbot: QtBot) -> Iterator[Desktop]:
    with running(qtbot) as desktop:
        yield desktop


def keys(command: Command) -> list[str]:
    return [QKeySequence(key).toString() for key in command.shortcut.split(" or ") if key]


def answer(monkeypatch: pytest.MonkeyPatch, button: str) -> list[QMessageBox]:
    """Press this button of every question; return the questions."""
    asked: list[QMessageBox] = []

    def exec(box: QMessageBox) -> int:
        asked.append(box)
        next(b for b in box.buttons() if b.text().replace("&", "") == button).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", exec)
    return asked


# -- panels ------------------------------------------------------------------------------------------------------


def test_every_panel_has_its_place_its_command_and_its_key(desktop: Desktop) -> None:
    window = desktop.window
    assert list(window.panels) == ["chat", "models", "tokens", "history", "settings"]
    assert window.current == "chat"
    desktop.click(window.side.button("models"))
    assert window.current == "models"
    desktop.press("Alt+5")
    assert window.current == "settings"
    assert window.side.button("settings").isChecked()
    desktop.run("chat.open")
    assert window.current == "chat"
    assert desktop.box.hasFocus()


# -- commands ----------------------------------------------------------------------------------------------------


def test_no_two_commands_share_a_shortcut(desktop: Desktop) -> None:
    used = Counter(key for command in desktop.commands.all() for key in keys(command))
    assert [key for key, times in used.items() if times > 1] == []
    assert all(QKeySequence(key).count() == 1 for key in used)


def test_menus_hold_every_command_that_has_one(desktop: Desktop) -> None:
    parts = {action.text(): action.menu() for action in desktop.window.menu.actions()}
    shown = {
        (name, entry.objectName())
        for name, part in parts.items()
        if isinstance(part, QMenu)
        for entry in part.actions()
    }
    assert shown == {(c.menu, c.id) for c in desktop.commands.all() if c.menu}
    assert next(iter(parts)) == "File"


def test_the_shortcut_list_is_made_of_the_same_table(desktop: Desktop) -> None:
    desktop.press("F1")
    dialog = desktop.window.findChild(QDialog, "shortcuts")
    assert dialog is not None
    said = {label.text() for label in dialog.findChildren(QLabel)}
    assert {c.title for c in desktop.commands.all() if c.shortcut and c.menu} <= said
    dialog.close()


def test_every_shortcut_is_heard_by_the_window(desktop: Desktop) -> None:
    heard = {key.toString() for action in desktop.window.actions() for key in action.shortcuts()}
    assert {key for c in desktop.commands.all() if c.menu and not c.own_key for key in keys(c)} == heard


def test_the_palette_lists_every_command_and_greys_what_cannot_be(desktop: Desktop) -> None:
    desktop.press("Ctrl+K")
    palette = desktop.window.palette_box
    assert set(palette.titles()) == {c.title for c in desktop.commands.all() if c.in_palette}
    rows = {row.entry.id: row.entry.reason for row in palette._rows.rows}
    assert rows["models.eject"] == "No model is loaded."
    assert rows["chat.regenerate"] == "Load a model first."
    assert rows["chat.new"] == ""
    QTest.keyClicks(palette.field, "dark")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert desktop.theme.dark
    assert not palette.isVisible()


def test_a_refused_command_says_why(desktop: Desktop) -> None:
    desktop.press("Ctrl+R")
    assert desktop.toasts() == ["Load a model first."]


def test_menu_entries_are_grey_only_while_the_menu_is_open(desktop: Desktop) -> None:
    part = next(a.menu() for a in desktop.window.menu.actions() if a.text() == "Edit")
    assert isinstance(part, QMenu)
    undo = next(action for action in part.actions() if action.objectName() == "app.undo")
    part.aboutToShow.emit()
    assert (undo.isEnabled(), undo.toolTip()) == (False, "There is nothing to undo.")
    part.aboutToHide.emit()
    assert undo.isEnabled()


def test_commands_of_the_window_are_known_by_app(desktop: Desktop) -> None:
    assert all(command.id.startswith("app.") for command in general_commands(desktop.window))


# -- look --------------------------------------------------------------------------------------------------------


def test_zoom_goes_in_steps_between_its_limits(desktop: Desktop) -> None:
    desktop.press("Ctrl++")
    assert desktop.session.settings.zoom == 110
    assert desktop.theme.zoom == 1.1
    for _ in range(12):
        desktop.run("app.zoom_out")
    assert desktop.session.settings.zoom == 70
    desktop.press("Ctrl+0")
    assert desktop.theme.zoom == 1.0


def test_the_chosen_theme_is_kept(desktop: Desktop) -> None:
    desktop.run("app.theme_dark")
    assert desktop.theme.dark
    assert desktop.restart().theme.dark


def test_no_part_shows_itself_as_a_window_of_its_own(qtbot: QtBot) -> None:
    class Watch(QObject):
        seen: ClassVar[list[str]] = []

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            stray = isinstance(watched, QWidget) and watched.isWindow() and not isinstance(watched, QMainWindow)
            if event.type() == QEvent.Type.Show and stray:
                self.seen.append(type(watched).__name__)
            return False

    watch = Watch()
    app = QApplication.instance()
    assert app is not None
    app.installEventFilter(watch)
    with running(qtbot) as desktop:
        desktop.load()
        desktop.exchange("Hi", "<think>Hm</think>Hello")
        desktop.chat.act(desktop.last.id, "delete")
        for command in ("chat.prompt", "chat.xray", "models.open", "settings.open", "app.palette"):
            desktop.run(command)
    app.removeEventFilter(watch)
    assert watch.seen == []


def test_every_part_belongs_to_a_window(desktop: Desktop) -> None:
    """One without a parent would outlive its window, and be dressed anew with every theme."""
    others = {widget for widget in QApplication.allWidgets() if widget.parent() is None}
    desktop.load()
    desktop.exchange("Hi", "<think>Hm</think>Hello")
    desktop.run("models.open")
    alone = [widget for widget in QApplication.allWidgets() if widget.parent() is None and widget not in others]
    assert [type(widget).__name__ for widget in alone] == []


# -- news --------------------------------------------------------------------------------------------------------


def test_a_problem_is_shown_with_its_code_and_details_to_copy(desktop: Desktop) -> None:
    error = UserError("The disk is full.", "Make room.", "E-DISK")
    error.__notes__ = ["somewhere, line 3"]
    desktop.chat.report(error)
    banner = desktop.window.banner
    assert banner.isVisible()
    assert banner.text() == "E-DISK The disk is full.\nMake room.\nsomewhere, line 3"
    desktop.click(banner._copy)
    assert QGuiApplication.clipboard().text() == banner.text()


def test_a_toast_can_carry_a_button(desktop: Desktop) -> None:
    pressed: list[bool] = []
    desktop.chat.notify.emit("Ready.", "Look", lambda: pressed.append(True))
    desktop.click(desktop.window.toasts.shown()[0].action)
    assert pressed == [True]
    desktop.chat.notify.emit("Ready.", "", None)
    assert not desktop.window.toasts.shown()[0].action.isVisible()


def test_memory_stands_in_the_activity_bar(desktop: Desktop) -> None:
    desktop.free(0.6 * GB, 7.5 * GB)
    assert desktop.window.activity._memory.text() == "Engine 600 MB  ·  7.5 GB free"
    assert desktop.session.memory is not None


def test_jobs_come_and_go_in_the_activity_bar(desktop: Desktop) -> None:
    bar = desktop.window.activity
    ticket = desktop.jobs.submit(Work())
    desktop.say(ticket, Started(), Progress(1, 4, "Folding", "tensors"))
    item = bar._jobs[ticket.number]
    assert (item.name.text(), item.words.text(), item.bar.value()) == (
        "Kneading",
        "25 % · Folding · 1 of 4 tensors",
        250,
    )
    desktop.say(ticket, Waiting("Replying"))
    assert item.words.text() == "waits for: Replying"
    item.stop.click()
    assert desktop.jobs.stopped == [ticket]
    assert bar.jobs() == []


def test_quiet_jobs_are_not_shown(desktop: Desktop) -> None:
    desktop.jobs.submit(Describe("x"))
    desktop.load()
    desktop.look()
    assert desktop.window.activity.jobs() == []


@pytest.mark.parametrize(("button", "ended"), [("End all", True), ("Cancel", False)])
def test_a_job_that_does_not_stop_is_ended_only_with_a_yes(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch, button: str, ended: bool
) -> None:
    asked = answer(monkeypatch, button)
    stuck, other = desktop.jobs.submit(Work()), desktop.jobs.submit(Load("x"))
    desktop.jobs.stop_is_stuck.emit(stuck, [other])
    assert "Loading" in asked[0].informativeText()
    assert asked[0].defaultButton().text().replace("&", "") == "Cancel"
    assert desktop.jobs.insisted == ([stuck] if ended else [])


def test_an_engine_that_dies_idle_says_so_too(desktop: Desktop) -> None:
    desktop.load()
    desktop.jobs.die()
    assert desktop.window.banner.text().startswith("E-ENGINE-DIED")
    assert desktop.session.model is None


def test_long_work_that_ends_behind_the_back_is_told(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    notifier = desktop.window._notifier
    monkeypatch.setattr("playground.gui.shell.notifier.LONG_SECONDS", 0.0)
    monkeypatch.setattr(notifier, "alert", told.append)
    desktop.say(desktop.jobs.submit(Work()), Done())
    assert told == []  # somebody is looking
    monkeypatch.setattr(desktop.window, "isActiveWindow", lambda: False)
    desktop.say(desktop.jobs.submit(Work()), Done())
    desktop.say(desktop.jobs.submit(Work()), Failed("x"))
    assert told == ["Kneading has finished.", "Kneading has failed."]
    desktop.session.settings = replace(desktop.session.settings, notify=False)
    desktop.say(desktop.jobs.submit(Work()), Done())
    assert len(told) == 2


def test_short_work_ends_in_silence(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(desktop.window._notifier, "alert", told.append)
    monkeypatch.setattr(desktop.window, "isActiveWindow", lambda: False)
    desktop.say(desktop.jobs.submit(Work()), Done())
    assert told == []


# -- files -------------------------------------------------------------------------------------------------------


def drop(window: QMainWindow, *files: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    modifiers, buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, modifiers))


def test_a_dropped_model_opens_the_models_panel(desktop: Desktop, tmp_path: Path) -> None:
    file = tmp_path / "tiny.GGUF"
    file.write_bytes(b"GGUF")
    drop(desktop.window, file)
    assert desktop.window.current == "models"
    assert desktop.job(Describe).path == str(file)


def test_a_dropped_text_goes_to_the_chat_from_anywhere(desktop: Desktop, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    desktop.run("settings.open")
    drop(desktop.window, tmp_path / "a.txt")
    assert desktop.window.current == "chat"
    assert desktop.chat.view.composer.text() == "one"


def test_a_picture_of_the_window_is_saved(desktop: Desktop, tmp_path: Path) -> None:
    desktop.window.save_picture(tmp_path / "window.png")
    assert QImage(str(tmp_path / "window.png")).width() == 1280
    assert desktop.toasts() == ["Saved as window.png."]
    desktop.window.save_picture(tmp_path / "no" / "folder.png")
    assert desktop.window.banner.text().startswith("E-FILE folder.png cannot be written.")


# -- coming and going --------------------------------------------------------------------------------------------


def test_nothing_runs_before_the_first_picture(qtbot: QtBot) -> None:
    folder = Paths.standard().home / "a model"
    folder.mkdir(parents=True)
    Paths.standard().layout.write_text(json.dumps({"panels": {"models": {"recent": [str(folder)]}}}))
    desktop = Desktop(qtbot)
    assert (desktop.jobs.starts, desktop.jobs.all) == (0, [])
    with qtbot.waitSignal(desktop.window.first_paint):
        desktop.show()
    assert desktop.jobs.starts == 1
    desktop.close()


def test_the_panel_in_front_and_the_place_come_back(desktop: Desktop) -> None:
    desktop.run("models.open")
    desktop.window.setGeometry(30, 40, 1100, 680)
    after = desktop.restart()
    assert after.window.current == "models"


def test_a_window_left_on_a_screen_that_is_gone_comes_back_on_one(desktop: Desktop) -> None:
    desktop.window.move(9000, 9000)
    desktop.settle()
    after = desktop.restart()
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    corner = after.window.frameGeometry().topLeft() + QPoint(20, 20)
    assert any(screen.contains(corner) for screen in screens)


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", "null", "[" * 100_000, '{"geometry": "!!", "panel": "gone", "panels": []}']
)
def test_a_damaged_layout_gives_the_usual_one(qtbot: QtBot, damage: str) -> None:
    paths = Paths.standard()
    paths.layout.write_text(damage)
    with running(qtbot) as desktop:
        assert desktop.window.current == "chat"
        assert "The layout of the window could not be" in desktop.window.banner.text()


def test_a_layout_that_cannot_be_written_does_not_keep_the_window_open(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("playground.gui.main_window.write_layout", full)
    desktop.close()  # without an error
    assert not desktop.is_open


@pytest.mark.parametrize(("button", "closes"), [("Stop and close", True), ("Cancel", False)])
def test_closing_asks_while_long_work_runs(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch, button: str, closes: bool
) -> None:
    asked = answer(monkeypatch, button)
    desktop.desk.get_starter()
    assert desktop.window.close() is closes
    assert "Getting the starter" in asked[0].informativeText()
    assert desktop.window.isVisible() is not closes


def test_closing_does_not_ask_for_an_answer_or_a_look(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch, "Cancel")
    desktop.load()
    desktop.send("Hi")
    desktop.jobs.submit(Describe("x"))
    assert desktop.of(Reply)
    assert desktop.window.close()
    assert asked == []


@pytest.mark.parametrize("wanted", [True, False])
def test_the_last_model_is_loaded_at_start_only_on_request(qtbot: QtBot, tmp_path: Path, wanted: bool) -> None:
    write_settings(Paths.standard().settings, Settings(load_at_start=wanted))
    with running(qtbot) as desktop:
        desktop.load(loaded(model("Toy", str(tmp_path))))
        after = desktop.restart()
        assert [t.job.path for t in after.of(Load) if isinstance(t.job, Load)] == ([str(tmp_path)] if wanted else [])


def test_the_unload_button_follows_the_model(desktop: Desktop) -> None:
    assert not desktop.window.top.eject.isEnabled()
    desktop.load()
    assert desktop.window.top.model.text() == "Toy · bfloat16"
    desktop.click(desktop.window.top.eject)
    assert desktop.of(GetStarter) == []
    assert [type(t.job).__name__ for t in desktop.jobs.tickets if t.job.lane == "talk"] == ["Unload"]
