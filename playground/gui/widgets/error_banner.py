"""A strip that says what went wrong and what to do about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QStyle,
    QStyleOption,
    QVBoxLayout,
)

from playground.gui.icons import pixmap
from playground.gui.theme import Theme
from playground.gui.widgets.buttons import Button, IconButton
from playground.gui.widgets.labels import label, set_property

_SIGNS = {"error": ("circle-alert", "danger"), "warning": ("triangle-alert", "warning"), "info": ("info", "info")}


class ErrorBanner(QFrame):
    """Hidden until `show_message`; one message at a time, the newest wins."""

    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._act: Callable[[], object] | None = None
        self._kind, self._code = "error", ""
        self.setProperty("kind", "banner")
        self._sign = QLabel()
        self._message = label("", "medium", wrap=True)
        self._hint = label("", wrap=True)
        for words in (self._message, self._hint):
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._code_label = label("", "pill")
        self._action = Button("", theme, slot=self._on_action)
        self._more = Button("Details", theme, "link")
        self._more.setCheckable(True)
        self._copy = Button("Copy details", theme, "link", slot=self._on_copy)
        self._close = IconButton("x", "Close this message", theme, slot=self.close_message)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setAccessibleName("Details")
        self._details.setProperty("kind", "details")
        self._more.toggled.connect(self._details.setVisible)
        self._arrange()
        theme.changed.connect(self._on_theme)
        self.hide()

    def show_message(
        self,
        message: str,
        hint: str = "",
        code: str = "",
        details: str = "",
        kind: str = "error",
        button: str = "",
        act: Callable[[], object] | None = None,
    ) -> None:
        """Show a message. `kind`: error, warning or info; `button` is the word on the action `act`."""
        self._kind, self._code, self._act = kind, code, act
        self._message.setText(message)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._code_label.setText(code)
        self._code_label.setVisible(bool(code))
        self._action.setText(button)
        self._action.setAccessibleName(button)
        self._action.setVisible(bool(button))
        self._details.setPlainText(details)
        self._more.setChecked(False)
        self._details.hide()
        self._more.setVisible(bool(details))
        self._copy.setVisible(kind != "info")
        set_property(self, "tone", kind)
        self.setAccessibleName(f"{kind.capitalize()}: {message} {hint}".strip())
        self._on_theme()
        self.show()

    def close_message(self) -> None:
        """Take the message away."""
        self.hide()
        self.closed.emit()

    def text(self) -> str:
        """Return everything the banner knows, as Copy details puts it on the clipboard."""
        first = f"{self._code} {self._message.text()}".strip()
        return "\n".join(part for part in (first, self._hint.text(), self._details.toPlainText()) if part)

    def _on_action(self) -> None:
        self.close_message()
        if self._act is not None:
            self._act()

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())
        self._copy.setText("Copied")

    def _arrange(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._message)
        words.addWidget(self._hint)
        words.addWidget(self._details)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(words, 1)
        for widget in (self._code_label, self._more, self._copy, self._action, self._close):
            if widget is self._code_label:
                holder = QVBoxLayout()
                holder.setContentsMargins(0, self._theme.px(3), 0, 0)
                holder.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
                holder.addStretch(1)
                self._row.addLayout(holder)
            else:
                self._row.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def _on_theme(self) -> None:
        px = self._theme.px
        self._row.setContentsMargins(px(16), px(8), px(10), px(8))
        self._row.setSpacing(px(8))
        name, role = _SIGNS[self._kind]
        self._sign.setPixmap(pixmap(name, self._theme, px(18), role, self.devicePixelRatioF()))
        self._sign.setFixedHeight(px(28))
        self._message.setMinimumHeight(px(28))
        for widget in (self._more, self._copy, self._close):
            widget.setFixedHeight(px(28))
        self._code_label.setFixedHeight(px(22))
        self._action.setFixedHeight(px(32))  # its frame and padding leave the text less
        self._code_label.setIndent(-1)  # forgets the size it wished for at the height before
        lines = min(9, self._details.blockCount()) + 1
        self._details.setFixedHeight(lines * self._details.fontMetrics().lineSpacing() + px(20))
        self._copy.setText("Copy details")

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, QPainter(self), self)
