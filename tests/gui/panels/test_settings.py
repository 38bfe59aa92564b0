"""Settings: applied at once, kept soon."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from playground.core.paths import Paths
from playground.core.settings import Settings
from playground.gui.panels.settings import SettingsPanel
from playground.gui.widgets.segmented import Segmented
from playground.gui.widgets.switch import Switch
from playground.jobs.list_models import ListModels
from playground.jobs.load import Load
from tests.gui.desktop import Desktop, running


@pytest.fixture
def desktop(qtbot: QtBot) -> Iterator[Desktop]:
    with running(qtbot) as desktop:
        desktop.run("settings.open")
        yield desktop


@pytest.fixture
def panel(desktop: Desktop) -> SettingsPanel:
    return desktop.preferences


def saved(desktop: Desktop) -> dict[str, Any]:
    file = desktop.paths.settings
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return found


def editor(panel: SettingsPanel, name: str, kind: type) -> Any:
    return panel.findChild(kind, name)


def test_a_theme_is_put_on_at_once_and_kept(desktop: Desktop, panel: SettingsPanel) -> None:
    bar = editor(panel, "theme", Segmented)
    desktop.click(next(b for b in bar.findChildren(QPushButton) if b.text() == "Dark"))
    assert desktop.theme.dark
    desktop.wait(lambda: saved(desktop).get("theme") == "dark")


def test_zoom_is_applied_to_the_whole_window(desktop: Desktop, panel: SettingsPanel) -> None:
    row = panel.form.editors["zoom"].widget
    row._box.setFocus()
    row._box.setText("150")
    QTest.keyClick(row._box, Qt.Key.Key_Return)
    assert desktop.theme.zoom == 1.5
    desktop.wait(lambda: saved(desktop).get("zoom") == 150)


def test_the_page_shows_what_a_command_has_changed(desktop: Desktop, panel: SettingsPanel) -> None:
    desktop.run("app.zoom_in")
    desktop.run("app.theme_dark")
    assert panel.form.value() == Settings(theme="dark", zoom=110)
    desktop.wait(lambda: saved(desktop).get("zoom") == 110)


def test_what_was_changed_last_is_kept_on_the_way_out(desktop: Desktop, panel: SettingsPanel) -> None:
    desktop.click(editor(panel, "send_with_ctrl", Switch))
    assert desktop.restart().session.settings.send_with_ctrl


def test_threads_reach_the_next_load(desktop: Desktop, panel: SettingsPanel) -> None:
    row = panel.form.editors["threads"].widget
    row._box.setFocus()
    row._box.setText("3")
    QTest.keyClick(row._box, Qt.Key.Key_Return)
    desktop.desk.open("models/toy")
    assert desktop.job(Load).threads == 3


def test_the_models_folder_is_looked_into(desktop: Desktop, panel: SettingsPanel, tmp_path: Path) -> None:
    line = editor(panel, "models_folder", QLineEdit)
    line.setFocus()
    line.clear()
    QTest.keyClicks(line, str(tmp_path))
    desktop.run("models.open")
    assert desktop.job(ListModels).folder == str(tmp_path)


def test_settings_that_cannot_be_written_say_so(
    desktop: Desktop, panel: SettingsPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("playground.gui.panels.settings.write_settings", full)
    desktop.run("app.theme_dark")
    desktop.wait(desktop.window.banner.isVisible)
    assert desktop.window.banner.text() == "E-SETTINGS The settings cannot be saved: No space left on device."
    assert desktop.theme.dark


def test_each_folder_can_be_shown_but_not_changed(
    desktop: Desktop, panel: SettingsPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    shows = [b for b in panel.findChildren(QPushButton) if b.text() == "Show"]
    for button in shows:
        button.click()
    paths = Paths.standard()
    assert opened == [str(folder) for folder in (paths.home, paths.models, paths.logs)]
    fields = [f for f in panel.findChildren(QLineEdit) if f.accessibleName().startswith("Folder")]
    assert all(field.isReadOnly() for field in fields)


def test_a_damaged_settings_file_gives_the_defaults_and_says_where_it_is(qtbot: QtBot) -> None:
    paths = Paths.standard()
    paths.settings.write_text("{")
    with running(qtbot) as desktop:
        assert desktop.session.settings == Settings()
        assert "settings.json.corrupt" in desktop.trouble
