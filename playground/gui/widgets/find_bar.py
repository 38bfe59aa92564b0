"""A small search box that floats over what it searches."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit

from playground.gui.theme import Theme
from playground.gui.widgets.buttons import IconButton
from playground.gui.widgets.labels import label


class _Box(QLineEdit):
    """A field that keeps Esc for itself, before the window's own shortcut can take it."""

    def event(self, event: QEvent) -> bool:
        is_key = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_key and event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)


class FindBar(QFrame):
    """Asks for a search with `searched` and for the next or previous match with `stepped` (+1 or -1)."""

    searched = Signal(str)
    stepped = Signal(int)
    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "popup")
        self.box = _Box()
        self.box.setPlaceholderText("Find…")
        self.box.setAccessibleName("Find")
        self.box.setMinimumWidth(theme.px(190))
        self.count = label("", "small")
        self.count.setMinimumWidth(theme.px(52))
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.previous = IconButton("chevron-up", "Previous match (Shift+Enter)", theme)
        self.next = IconButton("chevron-down", "Next match (Enter)", theme)
        self.quit = IconButton("x", "Close (Esc)", theme, slot=self.close_find)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(8), theme.px(6), theme.px(6), theme.px(6))
        row.setSpacing(theme.px(2))
        for widget in (self.box, self.count, self.previous, self.next, self.quit):
            row.addWidget(widget)
        self.box.textChanged.connect(self.searched)
        self.previous.clicked.connect(lambda: self.stepped.emit(-1))
        self.next.clicked.connect(lambda: self.stepped.emit(1))
        self.hide()

    def open(self) -> None:
        """Show the box with its text selected, and search for it again."""
        self.show()
        self.raise_()
        self.box.setFocus()
        self.box.selectAll()
        if self.box.text():
            self.searched.emit(self.box.text())

    def close_find(self) -> None:
        """Hide the box and take the marks away."""
        self.hide()
        self.searched.emit("")
        self.closed.emit()

    def show_count(self, now: int, all: int) -> None:
        """Say which match of how many is shown."""
        text = self.box.text()
        self.count.setText("" if not text else f"{now}/{all}" if all else "None")
        for button in (self.previous, self.next):
            button.setEnabled(all > 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_find()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.stepped.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)
