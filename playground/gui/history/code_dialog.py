"""Shows a script, in colours, to copy or to save."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from playground.gui.theme import Theme
from playground.gui.widgets.buttons import Button
from playground.gui.widgets.highlight import Highlighter, Span
from playground.gui.widgets.labels import label

SIZE = (860, 640)
COPIED_MS = 1500
WORDS = "This script writes the answer again with torch and transformers alone, and needs nothing of this application."


class CodeDialog(QDialog):
    """One script. Saving is the panel's."""

    save_requested = Signal(str)  # the script

    def __init__(self, code: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("codeDialog")
        self.setWindowTitle("Show code")
        self.resize(theme.px(SIZE[0]), theme.px(SIZE[1]))
        self.code = CodeView(code, theme, self)
        self.copy = Button("Copy", theme, "primary", "copy", slot=self._on_copy)
        self.save = Button("Save…", theme, "", "save", slot=lambda: self.save_requested.emit(code))
        self.quit = Button("Close", theme, slot=self.accept)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        buttons.addWidget(self.quit)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(20), theme.px(16), theme.px(20), theme.px(16))
        column.setSpacing(theme.px(12))
        column.addWidget(label(WORDS, "quiet", wrap=True))
        column.addWidget(self.code, 1)
        column.addLayout(buttons)
        self.copy.setFocus()

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code.toPlainText())
        self.copy.setText("Copied")
        QTimer.singleShot(COPIED_MS, self.copy, lambda: self.copy.setText("Copy"))


class CodeView(QPlainTextEdit):
    """Code to read: coloured, one line for each line."""

    def __init__(self, code: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._highlighter = theme, Highlighter(self)
        self.setReadOnly(True)
        self.setAccessibleName("Script")
        self.setProperty("kind", "code")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setPlainText(code)
        self._highlighter.ready.connect(self._on_spans)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.document().setDefaultFont(self._theme.mono(12.5))
        self._highlighter.ask("script", self.toPlainText(), "python")

    def _on_spans(self, key: object, lines: list[list[Span]]) -> None:
        block = self.document().begin()
        for spans in lines:
            block.layout().setFormats([self._range(*span) for span in spans])
            block = block.next()
        self.document().markContentsDirty(0, self.document().characterCount())

    def _range(self, start: int, length: int, role: str) -> QTextLayout.FormatRange:
        made = QTextLayout.FormatRange()
        made.start, made.length = start, length
        made.format = QTextCharFormat()
        made.format.setForeground(self._theme.colour(role))
        return made
