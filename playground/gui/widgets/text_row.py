"""A text of several lines the user can write: name, help, where it comes from, and a field that grows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from playground.core.options import Option
from playground.gui.theme import Theme
from playground.gui.widgets.help_button import HelpButton, tip_of
from playground.gui.widgets.labels import ElidedLabel, label, set_property
from playground.gui.widgets.source_dot import SOURCES, SourceDot
from playground.gui.widgets.switch import Switch
from playground.gui.widgets.text_box import TextBox

MOST_LINES = 6


class TextRow(QWidget):
    """Edits one text option. It is told as it is typed, as long as `check` finds no fault with it.

    A text with a fault stays where it is, with the fault below it; until it is gone the last good text counts.
    """

    value_changed = Signal(object)  # by the user only
    reset_requested = Signal()
    switched = Signal(bool)

    def __init__(
        self, option: Option, theme: Theme, *, switch: bool = False, check: Callable[[str], str] = lambda text: ""
    ) -> None:
        super().__init__()
        self.option, self._theme, self._check = option, theme, check
        self._value = str(option.default or "")
        self._filling = False
        self._name = ElidedLabel(option.title)
        self._name.set_tip(tip_of(option))
        self._box = TextBox(option.title, option.example, 1, MOST_LINES)
        self._fault = label("", "small", wrap=True)
        self._dot = SourceDot(theme)
        self._switch = Switch(f"{option.title} on or off", theme)
        if not switch:
            self._switch.hide()  # never shown here: it would be a window, as it has no parent yet
        self._arrange()
        self._connect()
        self.set_value(self._value)

    def value(self) -> str:
        """Return the last text without a fault."""
        return self._value

    def set_value(self, value: str, source: str = "default") -> None:
        """Show a text and where it comes from. What is being typed and has a fault stays when nothing else came."""
        if value != self._value or not self._fault.text():
            self._value = value
            self._fill()
        self._dot.set_source("you" if self._fault.text() else source, self.option.title)
        self._box.setAccessibleDescription(self._fault.text() or SOURCES[source])

    def forget(self) -> None:
        """Let go of a text with a fault: the last good one is shown again."""
        if self._fault.text():
            self._fill()

    def set_on(self, on: bool) -> None:
        """Show the switch on or off; an off row is grey."""
        self._switch.blockSignals(True)
        self._switch.setChecked(on)
        self._switch.blockSignals(False)
        self._grey()

    def is_on(self) -> bool:
        return self._switch.isChecked()

    @property
    def source(self) -> str:
        return self._dot.source

    @property
    def fault(self) -> str:
        """Return why the text that stands here cannot be used, or nothing."""
        return self._fault.text()

    # --- inside

    def _arrange(self) -> None:
        self._top = QHBoxLayout()
        for widget in (self._switch, self._name, HelpButton(self.option, self._theme)):
            self._top.addWidget(widget)
        self._top.addStretch(1)
        self._top.addWidget(self._dot)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._top)
        self._column.addWidget(self._box)
        self._column.addWidget(self._fault)
        self._box.setToolTip(tip_of(self.option))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._on_theme()

    def _connect(self) -> None:
        self._box.textChanged.connect(self._on_typed)
        self._dot.clicked.connect(self._on_reset)
        self._switch.toggled.connect(self._on_switch)
        self._theme.changed.connect(self._on_theme)

    def _on_theme(self) -> None:
        px = self._theme.px
        self._top.setSpacing(px(5))
        self._column.setContentsMargins(0, px(2), 0, px(2))
        self._column.setSpacing(px(4))

    def _on_typed(self) -> None:
        text = self._box.toPlainText()
        if self._filling or (text == self._value and not self._fault.text()):
            return
        self._show_fault(self._check(text))
        if self._fault.text():
            self.set_value(self._value, "you")
            return
        self._value = text
        self.set_value(text, "you")
        self.value_changed.emit(text)

    def _on_reset(self) -> None:
        self._show_fault("")
        self.reset_requested.emit()

    def _on_switch(self, on: bool) -> None:
        self._grey()
        self.switched.emit(on)

    def _fill(self) -> None:
        self._filling = True
        self._box.set_text(self._value)
        self._filling = False
        self._show_fault("")

    def _show_fault(self, words: str) -> None:
        self._fault.setText(words)
        self._fault.setVisible(bool(words))
        set_property(self._box, "invalid", "true" if words else "false")

    def _grey(self) -> None:
        for widget in (self._name, self._box):
            widget.setEnabled(self._switch.isChecked() or self._switch.isHidden())
