"""The rest of the window."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QDialog

from playground.demo.stage import Stage
from playground.demo.tour import Tour


class Around(Tour):
    """Command palette, themes, shortcuts and settings."""

    title: ClassVar[str] = "Around the window"
    place: ClassVar[int] = 60

    def play(self, stage: Stage) -> None:
        stage.get_starter()
        stage.answer_length(12 if stage.short else 80)
        stage.ask("Write a Python function that says hello, then explain it in one line.")
        stage.run("app.palette")
        stage.type(stage.window.palette_box.field, "the")
        stage.shoot("palette", "Ctrl+K: everything the window can do, found by a few letters.")
        stage.press("Escape", stage.window.palette_box.field)
        was = stage.app.parts.session.settings.theme
        stage.run("app.theme_light" if was == "dark" else "app.theme_dark")
        stage.pause(200)
        stage.shoot("theme", "Light and dark, or whatever the system says.")
        stage.run(f"app.theme_{was}")
        stage.run("app.shortcuts")
        stage.pause(100)
        stage.shoot("shortcuts", "F1 lists the shortcuts: they come from the same table as the menus.")
        dialog = stage.window.findChild(QDialog, "shortcuts")
        assert dialog is not None
        dialog.close()
        stage.open("settings")
        stage.shoot("settings", "Settings are applied at once.")
