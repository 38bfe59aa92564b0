"""A few choices side by side, exactly one of them taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from playground.gui.theme import Theme
from playground.gui.widgets.buttons import Button


class Segmented(QWidget):
    """`choices` are (value, words) pairs; arrow keys move between them."""

    chosen = Signal(object)  # the value, by the user only

    def __init__(self, name: str, choices: Sequence[tuple[Any, str]], theme: Theme) -> None:
        super().__init__()
        self._values = [value for value, _ in choices]
        self._group = QButtonGroup(self)
        self.setProperty("kind", "segments")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(2), theme.px(2), theme.px(2), theme.px(2))
        row.setSpacing(theme.px(2))
        for number, (_, words) in enumerate(choices):
            button = Button(words, theme, "segment")
            button.setCheckable(True)
            button.setAccessibleName(f"{name}: {words}")
            self._group.addButton(button, number)
            row.addWidget(button)
        self._group.idClicked.connect(lambda number: self.chosen.emit(self._values[number]))
        if self._values:
            self.set_value(self._values[0])

    def value(self) -> Any:
        """Return the value that is chosen."""
        return self._values[self._group.checkedId()]

    def set_value(self, value: Any) -> None:
        """Choose a value without telling."""
        if value in self._values:
            self._group.button(self._values.index(value)).setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps:
            number = (self._group.checkedId() + steps[Qt.Key(event.key())]) % len(self._values)
            self._group.button(number).setFocus(Qt.FocusReason.TabFocusReason)
            self._group.button(number).click()
        else:
            super().keyPressEvent(event)
