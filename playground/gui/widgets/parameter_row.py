"""One number the user can turn: name, help, slider, number box, and where its value comes from."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from playground.core.options import Option
from playground.gui.theme import Theme
from playground.gui.widgets.help_button import HelpButton, tip_of
from playground.gui.widgets.labels import ElidedLabel
from playground.gui.widgets.number_box import NumberBox, QuietSlider, plain, step_of
from playground.gui.widgets.source_dot import SOURCES, SourceDot
from playground.gui.widgets.switch import Switch

NAME_WIDTH = 154  # with the switch
BOX_WIDTH = 54
MOST_POSITIONS = 10_000


class ParameterRow(QWidget):
    """Edits one int or float option, on one line.

    `switch` puts an on/off switch in front, `dot` the sign of the source at the end.
    """

    value_changed = Signal(object)  # by the user only
    reset_requested = Signal()
    switched = Signal(bool)

    def __init__(
        self, option: Option, theme: Theme, *, switch: bool = False, dot: bool = True, name_width: int = NAME_WIDTH
    ) -> None:
        super().__init__()
        self.option, self._theme, self._name_width = option, theme, name_width
        self._value: float = option.default if option.default is not None else option.low or 0
        self._name = ElidedLabel(option.title)
        self._name.set_tip(tip_of(option))
        self._help = HelpButton(option, theme)
        self._slider = QuietSlider()
        self._box = NumberBox(option, self.words)
        self._dot = SourceDot(theme)
        self._switch = Switch(f"{option.title} on or off", theme)
        for widget, wanted in ((self._dot, dot), (self._switch, switch)):
            if not wanted:
                widget.hide()  # never shown here: it would be a window, as it has no parent yet
        self._arrange()
        self._connect()
        self.set_value(self._value, "default")

    def value(self) -> float:
        """Return the present value, an int for int options."""
        return self._value

    def set_value(self, value: float, source: str = "default") -> None:
        """Show a value and where it comes from ("default", "model", "preset" or "you")."""
        self._value = value
        self._box.set_number(value)
        self._slider.blockSignals(True)
        self._slider.setValue(self._position(value))
        self._slider.blockSignals(False)
        self._dot.set_source(source, self.option.title)
        self._slider.setAccessibleDescription(f"{self.words(value)}. {SOURCES[source]}")

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

    def words(self, value: float) -> str:
        """Say a value as the box shows it."""
        option = self.option
        if option.name == "temperature" and value == 0:
            return "greedy"
        if option.neutral is not None and value == option.neutral:
            return "no limit" if option.name == "max_tokens" else "off"
        unit = option.unit if option.unit == "%" else ""
        return f"{plain(value)}{' ' if unit else ''}{unit}"

    # --- inside

    def _arrange(self) -> None:
        self._row = QHBoxLayout(self)
        for widget in (self._switch, self._name, self._help, self._slider, self._box, self._dot):
            self._row.addWidget(widget, 1 if widget is self._slider else 0)
        title = self.option.title
        self._slider.setAccessibleName(title)
        self._slider.setToolTip(tip_of(self.option))
        self._box.setAccessibleName(f"{title}, as a number")
        self._slider.setMinimumWidth(40)
        steps = self._steps()
        self._slider.setRange(0, max(1, steps))
        self._slider.setPageStep(max(1, steps // 10))
        self._slider.setVisible(steps > 0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._on_theme()

    def _connect(self) -> None:
        self._slider.valueChanged.connect(self._on_slider)
        self._box.number_changed.connect(self._on_box)
        self._dot.clicked.connect(lambda: self.reset_requested.emit())
        self._switch.toggled.connect(self._on_switch)
        self._theme.changed.connect(self._on_theme)

    def _on_theme(self) -> None:
        px = self._theme.px
        self._row.setContentsMargins(0, px(2), 0, px(2))
        self._row.setSpacing(px(5))
        switch_width = 0 if self._switch.isHidden() else 33
        self._name.setFixedWidth(px(self._name_width - switch_width))
        self._box.setFixedWidth(px(BOX_WIDTH))

    def _on_slider(self, position: int) -> None:
        option = self.option
        value = (option.low or 0) + position * self._slider_step()
        value = self._box.clamp(round(value, 6))
        self._tell(int(value) if option.type is int else float(value))

    def _on_box(self, value: float) -> None:
        self._tell(float(value) if self.option.type is float else value)

    def _tell(self, value: float) -> None:
        self.set_value(value, "you")
        self.value_changed.emit(value)

    def _on_switch(self, on: bool) -> None:
        self._grey()
        self.switched.emit(on)

    def _grey(self) -> None:
        for widget in (self._name, self._slider, self._box):
            widget.setEnabled(self._switch.isChecked() or self._switch.isHidden())

    def _steps(self) -> int:
        option = self.option
        high = option.slider_high if option.slider_high is not None else option.high
        if option.low is None or high is None:
            return 0
        return round((high - option.low) / self._slider_step())

    def _slider_step(self) -> float:
        """Return what one position of the slider is worth: a step, or more where the range is very long."""
        option = self.option
        high = option.slider_high if option.slider_high is not None else option.high
        step = step_of(option)
        return step * max(1, math.ceil(((high or 0) - (option.low or 0)) / step / MOST_POSITIONS))

    def _position(self, value: float) -> int:
        return min(self._slider.maximum(), round((value - (self.option.low or 0)) / self._slider_step()))
