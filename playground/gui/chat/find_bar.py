"""Finds words in the conversation: a slim bar above the transcript."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from shiboken6 import isValid

from playground.gui.theme import Theme
from playground.gui.widgets.buttons import IconButton
from playground.gui.widgets.labels import label, set_property
from playground.gui.widgets.transcript import Transcript

PAUSE_MS = 120  # after the last letter typed


class FindBar(QWidget):
    """Hidden until `open`; Enter goes on, Shift+Enter back, Esc closes and takes the marks away."""

    closed = Signal()

    def __init__(self, theme: Theme, transcript: Transcript) -> None:
        super().__init__()
        self._theme, self._transcript = theme, transcript
        self._back: QWidget | None = None
        self._searched = ""
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._search)
        self.field = _Field()
        self.field.textChanged.connect(lambda: self._pause.start())
        self.field.enter.connect(self._on_enter)
        self.field.escape.connect(self.close_bar)
        self.count = label("", "small")
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.previous = IconButton("chevron-up", "Previous match (Shift+Enter)", theme, slot=lambda: self._step(-1))
        self.next = IconButton("chevron-down", "Next match (Enter)", theme, slot=lambda: self._step(1))
        self.close_button = IconButton("x", "Close (Esc)", theme, slot=self.close_bar)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.field, 1)
        self._row.addStretch()
        for widget in (self.count, self.previous, self.next, self.close_button):
            self._row.addWidget(widget)
        transcript.found.connect(self._on_found)
        theme.changed.connect(self._on_theme)
        self._on_theme()
        self._show_count(0, 0)
        self.hide()

    def open(self) -> None:
        """Show the bar and let the user type; words looked for before are selected."""
        if not self.isVisible():
            self._back = self.window().focusWidget()
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._search()

    def close_bar(self) -> None:
        """Hide the bar, take the marks away and give the focus back."""
        self._pause.stop()
        self.hide()
        self._searched = ""
        self._transcript.find_text("")
        if self._back is not None and isValid(self._back):
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()

    def _search(self) -> None:
        self._pause.stop()
        self._searched = self.field.text()
        self._transcript.find_text(self._searched)

    def _on_enter(self, back: bool) -> None:
        if self.field.text() != self._searched:
            self._search()
        else:
            self._step(-1 if back else 1)

    def _step(self, by: int) -> None:
        if by < 0:
            self._transcript.find_previous()
        else:
            self._transcript.find_next()

    def _on_found(self, match: int, matches: int) -> None:
        if self.isVisible():
            self._show_count(match, matches)

    def _show_count(self, match: int, matches: int) -> None:
        nothing = bool(self._searched) and not matches
        words = "Not found" if nothing else f"{match:,} of {matches:,}" if matches else ""
        self.count.setText(words)
        self.field.setAccessibleDescription(words)
        set_property(self.field, "invalid", nothing)
        for button in (self.previous, self.next):
            button.setEnabled(matches > 0)

    def _on_theme(self) -> None:
        px = self._theme.px
        self._row.setContentsMargins(px(16), px(6), px(10), px(6))
        self._row.setSpacing(px(4))
        self.count.setMinimumWidth(px(72))
        self.count.setContentsMargins(0, 0, px(6), 0)
        self.field.setMaximumWidth(px(420))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("surface"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._theme.colour("line"))


class _Field(QLineEdit):
    """Takes Enter and Esc before the window's shortcuts do."""

    enter = Signal(bool)  # backwards
    escape = Signal()

    _KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape})

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("Find in the conversation")
        self.setAccessibleName("Find in the conversation")
        self.setClearButtonEnabled(False)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in self._KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escape.emit()
        elif event.key() in self._KEYS:
            self.enter.emit(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)
