"""What can be done anywhere in the window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from playground.gui.commands import Command
from playground.gui.shell.dialogs import AboutDialog, ShortcutDialog

if TYPE_CHECKING:
    from playground.gui.main_window import MainWindow


def general_commands(window: MainWindow) -> list[Command]:
    """Return the commands that belong to no panel."""
    return [
        Command("app.palette", "Command palette", window.open_palette, "View", "Ctrl+K", in_palette=False),
        Command("app.pick_model", "Pick a model", lambda: window.top.open_models(), "Models", "Ctrl+M"),
        Command("app.theme_light", "Light theme", lambda: _set_theme(window, "light"), "View"),
        Command("app.theme_dark", "Dark theme", lambda: _set_theme(window, "dark"), "View"),
        Command("app.theme_system", "Follow the system's theme", lambda: _set_theme(window, "system"), "View"),
        Command("app.zoom_in", "Zoom in", lambda: window.zoom_by(1), "View", "Ctrl++ or Ctrl+="),
        Command("app.zoom_out", "Zoom out", lambda: window.zoom_by(-1), "View", "Ctrl+-"),
        Command("app.zoom_reset", "Zoom to 100 %", lambda: window.zoom_by(0), "View", "Ctrl+0"),
        Command("app.picture", "Save a picture of the window…", lambda: _save_picture(window), "File", "Ctrl+Shift+S"),
        Command("app.undo", "Undo", window.undo.undo, "Edit", "Ctrl+Z", lambda: _why_no_undo(window)),
        Command("app.redo", "Redo", window.undo.redo, "Edit", "Ctrl+Y", lambda: _why_no_redo(window)),
        Command("app.shortcuts", "Keyboard shortcuts", lambda: _show_shortcuts(window), "Help", "F1 or Ctrl+/"),
        Command("app.about", "About", lambda: AboutDialog(window).open(), "Help"),
        Command("app.quit", "Quit", window.close, "File", "Ctrl+Q"),
    ]


def _set_theme(window: MainWindow, theme: str) -> None:
    window.parts.session.settings = replace(window.parts.session.settings, theme=theme)


def _save_picture(window: MainWindow) -> None:
    file, _ = QFileDialog.getSaveFileName(window, "Save a picture of the window", "playground.png", "PNG (*.png)")
    if file:
        window.save_picture(Path(file))


def _show_shortcuts(window: MainWindow) -> None:
    ShortcutDialog(window, window.parts.commands).open()


def _why_no_undo(window: MainWindow) -> str:
    return "" if window.undo.canUndo() else "There is nothing to undo."


def _why_no_redo(window: MainWindow) -> str:
    return "" if window.undo.canRedo() else "There is nothing to redo."
