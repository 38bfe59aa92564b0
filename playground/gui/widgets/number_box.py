"""A field for a number, and a slider that leaves the mouse wheel to the page."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QSlider

from playground.core.options import Option
from playground.gui.widgets.labels import set_property


class NumberBox(QLineEdit):
    """Shows a number in words while nobody edits it; typed values are taken up to the option's limits.

    Arrow up and down change it by one step. Text that is no number is marked and forgotten.
    """

    number_changed = Signal(object)  # int or float

    def __init__(self, option: Option, words: Callable[[float], str]) -> None:
        super().__init__()
        self._option, self._words = option, words
        self._number: float = option.low or 0
        self.setProperty("kind", "number")
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.editingFinished.connect(self._take)
        self.textEdited.connect(lambda _: set_property(self, "invalid", "false"))

    def number(self) -> float:
        return self._number

    def set_number(self, number: float) -> None:
        """Show a number without saying that it changed."""
        self._number = number
        self._show()

    def clamp(self, number: float) -> float:
        """Return the nearest number the option allows."""
        if self._option.low is not None:
            number = max(self._option.low, number)
        if self._option.high is not None:
            number = min(self._option.high, number)
        return round(number) if self._option.type is int else number

    def _take(self) -> None:
        text = self.text().strip().replace(",", ".")
        if text in (plain(self._number), self._words(self._number)):
            return
        try:
            typed = float(text) if self._option.type is float else int(text)
        except ValueError:
            set_property(self, "invalid", "true")
            self._show()
            return
        self._change(typed if math.isfinite(typed) else self._number)

    def _change(self, number: float) -> None:
        number = self.clamp(number)
        if number != self._number:
            self._number = number
            self.number_changed.emit(number)
        self._show()

    def _show(self) -> None:
        text = plain(self._number) if self.hasFocus() else self._words(self._number)
        if text != self.text():
            self.setText(text)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show()
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        set_property(self, "invalid", "false")
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
        if event.key() in steps:
            step = step_of(self._option)
            self._change(round((self._number + steps[Qt.Key(event.key())] * step) / step) * step)
        elif event.key() == Qt.Key.Key_Escape:
            self._show()
            self.clearFocus()
        else:
            super().keyPressEvent(event)


class QuietSlider(QSlider):
    """A slider that reacts to the wheel only while it has the focus: pages scroll on."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def step_of(option: Option) -> float:
    """Return by how much one step changes a value."""
    if option.step:
        return option.step
    if option.type is int:
        return 1
    return 0.01


def plain(number: float) -> str:
    """Return a number without needless digits."""
    return str(number) if isinstance(number, int) else f"{number:.10g}"
