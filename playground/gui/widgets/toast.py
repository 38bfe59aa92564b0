"""Short messages at the bottom of the window, with a way back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from playground.gui.theme import Theme
from playground.gui.widgets.buttons import Button, IconButton
from playground.gui.widgets.labels import ElidedLabel

SECONDS = 6.0
AT_ONCE = 3  # how many stand above each other; the oldest leaves first
ABOVE_BOTTOM = 170  # pixels at 100 %: clear of the prompt box and its buttons


class Toasts(QObject):
    """Keeps the toasts of one window: the newest lowest."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._window = theme, window
        self._toasts: list[Toast] = []
        window.installEventFilter(self)

    def show_toast(self, text: str, button: str = "", act: Callable[[], object] | None = None) -> Toast:
        """Show a message; `act` runs when its button (“Undo”, say) is pressed in time."""
        toast = Toast(self._theme, text, button, act)
        toast.setParent(self._window)
        toast.gone.connect(lambda: self._remove(toast))
        self._toasts.append(toast)
        while len(self._toasts) > AT_ONCE:
            self._toasts[0].leave()
        toast.show()
        self._place()
        return toast

    def shown(self) -> list[Toast]:
        """Return what is on screen, the oldest first."""
        return list(self._toasts)

    def _remove(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            toast.hide()
            toast.deleteLater()
            self._place()

    def _place(self) -> None:
        bottom = self._window.height() - self._theme.px(ABOVE_BOTTOM)
        for toast in reversed(self._toasts):
            toast.adjustSize()
            width = min(toast.width(), self._window.width() - self._theme.px(32))
            toast.resize(width, toast.height())
            bottom -= toast.height()
            toast.move((self._window.width() - width) // 2, bottom)
            toast.raise_()
            bottom -= self._theme.px(8)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._toasts:
            self._place()
        return False


class Toast(QFrame):
    """One message. It leaves by itself, but not while the mouse is over it or the keyboard in it."""

    gone = Signal()

    def __init__(self, theme: Theme, text: str, button: str, act: Callable[[], object] | None) -> None:
        super().__init__()
        self._act = act
        self.setProperty("kind", "toast")
        self.setAccessibleName(text)
        self.message = ElidedLabel(text)
        self.action = Button(button, theme, "toast", slot=self._on_action)
        if not button or act is None:
            self.action.hide()  # showing it here would make it a window: it has no parent yet
        self.quit = IconButton("x", "Close", theme, size=14, role="tooltip_text", slot=self.leave)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), theme.px(6), theme.px(8), theme.px(6))
        row.setSpacing(theme.px(8))
        for widget in (self.message, self.action, self.quit):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.timer = QTimer(self, singleShot=True, interval=round(1000 * SECONDS))
        self.timer.timeout.connect(self.leave)
        self.timer.start()

    def leave(self) -> None:
        """Go away without acting."""
        self.timer.stop()
        self.gone.emit()

    def _on_action(self) -> None:
        act, self._act = self._act, None
        self.leave()
        if act is not None:
            act()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.timer.start()
