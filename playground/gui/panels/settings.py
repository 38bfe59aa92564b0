"""Settings: how the window looks, what the model may use, where things are kept."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from playground.core.errors import UserError, redact
from playground.core.settings import Settings, write_settings
from playground.gui.panel import Panel, Parts
from playground.gui.widgets.form import Form

SAVE_MS = 300
WIDTH = 640


class SettingsPanel(Panel):
    """Every preference, applied at once."""

    title: ClassVar[str] = "Settings"
    icon: ClassVar[str] = "settings"
    place: ClassVar[int] = 95

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.form: Form[Settings] = Form(Settings, parts.theme)
        self.form.set_value(parts.session.settings)
        self._pause = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._pause.timeout.connect(self._save)
        self._arrange()
        self.form.changed.connect(self._on_changed)
        parts.session.settings_changed.connect(self._on_settings)

    def leave(self) -> None:
        """Write what has not been written yet."""
        if self._pause.isActive():
            self._pause.stop()
            self._save()

    def _on_changed(self) -> None:
        try:
            self.parts.session.settings = self.form.value()
        except UserError as error:
            self.report(error)

    def _on_settings(self, settings: Settings) -> None:
        """Show and keep what was changed, here or by a command."""
        self.form.set_value(settings)
        self._pause.start()

    def _save(self) -> None:
        try:
            write_settings(self.parts.paths.settings, self.parts.session.settings)
        except OSError as error:
            self.report(UserError(f"The settings cannot be saved: {error.strerror}.", code="E-SETTINGS"))

    def _arrange(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(40, 32, 40, 32)
        column.setSpacing(20)
        self._parts = (_label("Settings", "title"), self.form, _label("Folders", "heading"), self._folders())
        for widget in self._parts:
            column.addWidget(widget)
        self.parts.theme.changed.connect(self._fit)
        self._fit()
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    def _fit(self) -> None:
        for widget in self._parts:
            widget.setMaximumWidth(self.parts.theme.px(WIDTH))

    def _folders(self) -> QWidget:
        paths = self.parts.paths
        holder = QWidget()
        form = QFormLayout(holder)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(16)
        for name, folder in (("Chats and records", paths.home), ("Models", paths.models), ("Logs", paths.logs)):
            form.addRow(name, self._folder_row(name, folder))
        return holder

    def _folder_row(self, name: str, folder: Path) -> QWidget:
        field = QLineEdit(redact(str(folder)))
        field.setReadOnly(True)
        field.setAccessibleName(f"Folder: {name}")
        show = QPushButton("Show")
        show.setAccessibleName(f"Show the folder: {name}")
        show.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))))
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(field, 1)
        row.addWidget(show)
        return holder


def _label(words: str, kind: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("kind", kind)
    return label
