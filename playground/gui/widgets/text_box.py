"""A text field of several lines that grows with its text and takes dropped files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, Qt
from PySide6.QtWidgets import QPlainTextEdit

from playground.core.errors import UserError
from playground.core.textfile import read_text


class TextBox(QPlainTextEdit):
    """Plain text only; between `low` and `high` lines tall."""

    problem = Signal(object)  # UserError

    def __init__(self, name: str, placeholder: str, low: int = 2, high: int = 8) -> None:
        super().__init__()
        self._low, self._high = low, high
        self._fitting = False
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())
        self._fit()

    def set_text(self, text: str) -> None:
        """Show another text, for good; the cursor stays when nothing changed."""
        if text != self.toPlainText():
            self.setPlainText(text)

    def replace_text(self, text: str) -> None:
        """Put another text in place of this one; Ctrl+Z brings this one back."""
        cursor = self.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(text)

    def insertFromMimeData(self, source: QMimeData) -> None:
        files = [Path(url.toLocalFile()) for url in source.urls() if url.isLocalFile()]
        if not files:
            self.insertPlainText(source.text())
            return
        for file in files:
            try:
                self.insertPlainText(read_text(file))
            except UserError as error:
                self.problem.emit(error)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or source.hasUrls()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clearFocus()
        super().keyPressEvent(event)

    def _fit(self) -> None:
        if self._fitting:  # the new height comes back here as a resize
            return
        self._fitting = True
        needed = int(self.document().size().height())
        scrolls = Qt.ScrollBarPolicy.ScrollBarAsNeeded if needed > self._high else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(scrolls)
        margins = self.contentsMargins()
        frame = 2 * int(self.document().documentMargin()) + margins.top() + margins.bottom() + 4
        self.setFixedHeight(max(self._low, min(self._high, needed)) * self.fontMetrics().lineSpacing() + frame)
        self._fitting = False
