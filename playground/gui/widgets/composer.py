"""The box the user writes the next message in, with Send and Stop at the same place."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from playground.core.errors import UserError
from playground.core.textfile import read_text
from playground.gui.icons import pixmap
from playground.gui.theme import Theme
from playground.gui.widgets.labels import ElidedLabel

MAX_LINES = 8


class Composer(QWidget):
    """Send asks `send_requested`, Stop asks `stop_requested`; which of the two is shown is set by `set_busy`."""

    send_requested = Signal(str)
    stop_requested = Signal()
    edit_last_requested = Signal()
    text_changed = Signal(str)
    problem = Signal(object)  # UserError: a dropped file that cannot be read
    model_dropped = Signal(str)  # the path of a folder or GGUF file: nothing to write

    def __init__(self, theme: Theme, placeholder: str = "Write a message…") -> None:
        super().__init__()
        self._theme = theme
        self._busy = False
        self._reason = ""
        self._tokens = self._status = ""
        self._room = 0  # the height of what the box stands in; 0: unknown
        self.ctrl_enter = False  # whether Ctrl+Enter sends, and Enter makes a new line
        self.box = _Box()
        self.box.setPlaceholderText(placeholder)
        self.box.setAccessibleName("Message")
        self.box.key_pressed.connect(self._on_key)
        self.box.dropped.connect(self._on_dropped)
        self.box.textChanged.connect(self._on_text)
        self.box.focus_changed.connect(self.update)
        self.count = ElidedLabel("", "small")
        self.send = _SendButton(theme)
        self.send.clicked.connect(self._on_send)
        self._bar = QHBoxLayout()
        self._bar.addWidget(self.count, 1)
        self._bar.addWidget(self.send)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.box)
        self._column.addLayout(self._bar)
        self.setFocusProxy(self.box)
        theme.changed.connect(self._on_theme)
        self._on_theme()
        self._on_text()

    def text(self) -> str:
        return self.box.toPlainText()

    def set_text(self, text: str) -> None:
        """Replace the text and put the caret at its end; Undo brings the old text back."""
        cursor = self.box.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(text)
        self.box.setTextCursor(cursor)

    def clear(self) -> None:
        self.set_text("")

    def set_busy(self, running: bool) -> None:
        """Show Stop instead of Send, or the other way round."""
        self._busy = running
        self._refresh()

    def set_disabled_reason(self, reason: str) -> None:
        """Disable Send and say why; an empty reason enables it."""
        self._reason = reason
        self._refresh()

    def set_token_count(self, count: int | None) -> None:
        """Show how many tokens the text has in the corner; None: nobody knows."""
        self._tokens = "" if count is None else f"{count:,} token{'' if count == 1 else 's'}"
        self._say()

    def set_status(self, text: str) -> None:
        """Show what the answer is doing, in place of the token count; an empty text brings that back."""
        self._status = text
        self._say()

    def set_ctrl_enter(self, on: bool) -> None:
        """Let Ctrl+Enter send, and Enter make a new line."""
        self.ctrl_enter = on
        self._refresh()

    def insert_text(self, text: str) -> None:
        """Put text at the caret."""
        self.box.insertPlainText(text)

    def focus_text(self) -> None:
        """Let the keyboard write here."""
        self.box.setFocus()

    def _say(self) -> None:
        self.count.setText(self._status or self._tokens)

    def set_room(self, height: int) -> None:
        """Grow to a third of this height at most, so that Send stays in sight on a low screen."""
        if height != self._room:
            self._room = height
            self._fit()

    def add_widget(self, widget: QWidget) -> None:
        """Put a control into the lower bar, left of Send."""
        self._bar.insertWidget(self._bar.count() - 1, widget)

    def add_left(self, widget: QWidget) -> None:
        """Put a control at the left end of the lower bar."""
        self._bar.insertWidget(self._bar.indexOf(self.count), widget)

    def _on_text(self) -> None:
        self._fit()
        self._refresh()
        self.text_changed.emit(self.text())

    def _fit(self) -> None:
        """Make the box as high as its text, up to a limit."""
        spacing, text = self.box.fontMetrics().lineSpacing(), self.box.document().size().height()
        most = min(MAX_LINES, max(1, self._room // 3 // spacing)) if self._room else MAX_LINES
        lines = min(most, max(1, round(text)))
        self.box.setFixedHeight(lines * spacing + self._theme.px(8))
        policy = Qt.ScrollBarPolicy
        self.box.setVerticalScrollBarPolicy(policy.ScrollBarAsNeeded if text > most else policy.ScrollBarAlwaysOff)

    def _refresh(self) -> None:
        reason = self._reason or ("" if self.text().strip() else "Write something first.")
        self.send.show_stop(self._busy)
        self.send.setEnabled(self._busy or not reason)
        keys = "Ctrl+Enter" if self.ctrl_enter else "Enter"
        self.send.setToolTip("Stop (Esc)" if self._busy else reason or f"Send ({keys})")
        self.send.setAccessibleName("Stop" if self._busy else "Send")
        self.send.setAccessibleDescription("" if self._busy else reason)

    def _on_send(self) -> None:
        if self._busy:
            self.stop_requested.emit()
        elif self.send.isEnabled():
            self.send_requested.emit(self.text())

    def _on_key(self, event: QKeyEvent) -> None:
        """Send, stop or go back to the last message; other keys stay with the box."""
        held = event.modifiers()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            control = bool(held & Qt.KeyboardModifier.ControlModifier)
            sends = control if self.ctrl_enter else not control and not held & Qt.KeyboardModifier.ShiftModifier
            if sends and not self._busy:
                self._on_send()
            event.setAccepted(sends)
        elif event.key() == Qt.Key.Key_Up and not self.text() and not held & ~Qt.KeyboardModifier.KeypadModifier:
            self.edit_last_requested.emit()
            event.accept()
        else:
            event.ignore()

    def _on_dropped(self, file: str) -> None:
        if Path(file).is_dir() or file.lower().endswith(".gguf"):
            self.model_dropped.emit(file)
            return
        try:
            text = read_text(Path(file))
        except UserError as error:
            self.problem.emit(error)
        else:
            self.box.insertPlainText(text)

    def _on_theme(self) -> None:
        px = self._theme.px
        self._column.setContentsMargins(px(14), px(10), px(8), px(8))
        self._column.setSpacing(px(4))
        self._bar.setSpacing(px(6))
        self.count.setIndent(px(4))
        for part in (self.box, self.box.viewport()):  # the placeholder is drawn in the font of the viewport
            part.setFont(self._theme.font(14))
        self.box.document().setDocumentMargin(px(4))
        self._on_text()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, focused = self._theme, self.box.hasFocus()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2 if focused else 1
        painter.setPen(QPen(theme.colour("focus" if focused else "line_strong"), width))
        painter.setBrush(theme.colour("raised"))
        inset = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), theme.px(14), theme.px(14))


class _Box(QPlainTextEdit):
    """Takes plain text only; hands special keys and dropped files on."""

    key_pressed = Signal(QKeyEvent)
    dropped = Signal(str)
    focus_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "bare")
        self.setTabChangesFocus(True)
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.key_pressed.emit(event)
        if not event.isAccepted():
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.insertPlainText("\n")
                event.accept()
            else:
                event.accept()
                super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if source.hasText():
            self.insertPlainText(source.text())

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or source.hasUrls()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if not files:
            super().dropEvent(event)
            return
        event.acceptProposedAction()
        for file in files:
            self.dropped.emit(file)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit()


class _SendButton(QToolButton):
    """A round button: an arrow to send, a square to stop."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._stop = theme, False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_stop(self, stop: bool) -> None:
        self._stop = stop
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(32), self._theme.px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ground = "accent_hover" if self.underMouse() else "accent"
        if self._stop:
            ground = "text"
        painter.setPen(QPen(theme.colour("text" if not self._stop else "accent"), 2 if self.hasFocus() else 0))
        if not self.hasFocus():
            painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(ground if self.isEnabled() else "hover"))
        inner = ring.adjusted(1, 1, -1, -1)
        painter.drawEllipse(inner)
        if self._stop:
            side = theme.px(10)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("surface"))
            centre = ring.center()
            painter.drawRoundedRect(QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side), 2, 2)
        else:
            side = theme.px(18)
            ink = "accent_text" if self.isEnabled() else "faint"
            picture = pixmap("arrow-up", theme, side, ink, self.devicePixelRatioF())
            painter.drawPixmap((self.width() - side) // 2, (self.height() - side) // 2, picture)
