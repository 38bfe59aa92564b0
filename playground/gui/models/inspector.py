"""Inside a loaded model: its configuration, chat template and special tokens."""

from __future__ import annotations

from PySide6.QtWidgets import QHeaderView, QPlainTextEdit, QTableWidget, QTableWidgetItem, QTabWidget

from playground.core.facts import LoadedInfo
from playground.gui.theme import Theme


class Inspector(QTabWidget):
    """Three views, all for reading and copying."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self._theme = theme
        self.template, self.config = _reader("Chat template"), _reader("Configuration")
        self.special = QTableWidget(0, 3)
        self.special.setAccessibleName("Special tokens")
        self.special.setHorizontalHeaderLabels(["Role", "Token", "Id"])
        self.special.verticalHeader().hide()
        self.special.setShowGrid(False)
        self.special.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.special.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.addTab(self.template, "Chat template")
        self.addTab(self.special, "Special tokens")
        self.addTab(self.config, "Configuration")
        theme.changed.connect(self._dress)
        self._dress()

    def show_model(self, info: LoadedInfo) -> None:
        """Fill all three."""
        self.template.setPlainText(info.template or "This model has no chat template: text is continued as it stands.")
        self.config.setPlainText(info.config)
        self.special.setRowCount(len(info.special_tokens))
        for row, facts in enumerate(info.special_tokens):
            for column, fact in enumerate(facts):
                self.special.setItem(row, column, QTableWidgetItem(str(fact)))

    def _dress(self) -> None:
        for reader in (self.template, self.config):
            reader.setFont(self._theme.mono(12))
            reader.setStyleSheet(f"font-family: 'JetBrains Mono'; font-size: {self._theme.px(12)}px;")


def _reader(name: str) -> QPlainTextEdit:
    reader = QPlainTextEdit()
    reader.setReadOnly(True)
    reader.setAccessibleName(name)
    return reader
