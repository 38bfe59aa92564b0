"""A form for any dataclass of options: the declaration is the form."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from playground.core.options import Option, options_of
from playground.gui.theme import Theme
from playground.gui.widgets.help_button import HelpButton, tip_of
from playground.gui.widgets.labels import ElidedLabel, set_property
from playground.gui.widgets.number_box import NumberBox, plain
from playground.gui.widgets.parameter_row import ParameterRow
from playground.gui.widgets.segmented import Segmented
from playground.gui.widgets.switch import Switch
from playground.gui.widgets.text_box import TextBox

T = TypeVar("T")

NAME_WIDTH = 200
MOST_LINES = 6  # a text shows at once
SIDE_BY_SIDE = 4  # up to so many choices stand side by side; more make a list


@dataclasses.dataclass(frozen=True)
class Editor:
    """A widget that edits one value, and how to read and fill it."""

    widget: QWidget
    read: Callable[[], Any]
    fill: Callable[[Any], None]


class Form(QWidget, Generic[T]):
    """Edits what `cls` declares. Fields that are no options keep the values of the object last set."""

    changed = Signal()  # by the user only

    def __init__(self, cls: type[T], theme: Theme, *, name_width: int = NAME_WIDTH) -> None:
        super().__init__()
        self._theme, self._cls, self._name_width = theme, cls, name_width
        self._base: T | None = None
        self.editors: dict[str, Editor] = {}
        self._names: list[QWidget] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        for option in options_of(cls):
            editor, row = self._row(option)
            editor.widget.setObjectName(option.name)
            self.editors[option.name] = editor
            column.addWidget(row)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        theme.changed.connect(self._on_theme)

    def value(self) -> T:
        """Return the edited object; a UserError names a value that is not allowed."""
        values = {name: editor.read() for name, editor in self.editors.items()}
        if self._base is not None:
            return dataclasses.replace(self._base, **values)  # type: ignore[type-var]
        return self._cls(**values)

    def set_value(self, value: T) -> None:
        """Show another object without telling."""
        self._base = value
        for name, editor in self.editors.items():
            new = getattr(value, name)
            if editor.read() != new:
                editor.fill(new)

    def _on_theme(self) -> None:
        for name in self._names:
            name.setFixedWidth(self._theme.px(self._name_width))

    # --- rows

    def _row(self, option: Option) -> tuple[Editor, QWidget]:
        if option.default is not None and not option.choices and option.type in (int, float):
            made = ParameterRow(option, self._theme, dot=False, name_width=self._name_width)
            made.value_changed.connect(lambda _: self.changed.emit())
            return Editor(made, made.value, made.set_value), made
        editor = self._editor(option)
        return editor, self._labelled(option, editor.widget)

    def _labelled(self, option: Option, widget: QWidget) -> QWidget:
        px = self._theme.px
        name = ElidedLabel(option.title)
        name.set_tip(tip_of(option))
        name.setFixedWidth(px(self._name_width))
        self._names.append(name)
        widget.setToolTip(tip_of(option))
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, px(2), 0, px(2))
        across.setSpacing(px(5))
        across.addWidget(name)
        across.addWidget(HelpButton(option, self._theme))
        wide = isinstance(widget, QLineEdit | TextBox)
        across.addWidget(widget, 1 if wide else 0, Qt.AlignmentFlag.AlignVCenter)
        if not wide:
            across.addStretch(1)
        return row

    def _editor(self, option: Option) -> Editor:
        if option.choices:
            return self._choice(option)
        if option.type is bool:
            switch = Switch(option.title, self._theme)
            switch.setChecked(bool(option.default))
            switch.toggled.connect(lambda _: self.changed.emit())
            return Editor(switch, switch.isChecked, lambda on: _silently(switch, lambda: switch.setChecked(on)))
        if option.type in (int, float):
            return self._optional_number(option)
        return self._text(option)

    def _choice(self, option: Option) -> Editor:
        pairs = [(choice, words_of(choice)) for choice in option.choices]
        if len(pairs) <= SIDE_BY_SIDE and sum(len(words) for _, words in pairs) <= 36:
            bar = Segmented(option.title, pairs, self._theme)
            bar.set_value(option.default)
            bar.chosen.connect(lambda _: self.changed.emit())
            return Editor(bar, bar.value, bar.set_value)
        box = QComboBox()
        box.setAccessibleName(option.title)
        for choice, words in pairs:
            box.addItem(words, choice)

        def fill(value: Any) -> None:
            _silently(box, lambda: box.setCurrentIndex(box.findData(value)))

        fill(option.default)
        box.currentIndexChanged.connect(lambda _: self.changed.emit())
        return Editor(box, box.currentData, fill)

    def _text(self, option: Option) -> Editor:
        if option.lines:
            box = TextBox(option.title, option.example, 1, MOST_LINES)
            box.setPlainText(str(option.default or ""))
            box.textChanged.connect(lambda: self.changed.emit())
            return Editor(box, box.toPlainText, lambda text: _silently(box, lambda: box.set_text(str(text))))
        line = QLineEdit(str(option.default or ""))
        line.setAccessibleName(option.title)
        line.setPlaceholderText(option.example)
        line.textEdited.connect(lambda _: self.changed.emit())
        return Editor(line, line.text, lambda text: line.setText(str(text)))

    def _optional_number(self, option: Option) -> Editor:
        """Return a field for a number that may be missing: then the field is empty."""
        line = QLineEdit()
        line.setAccessibleName(option.title)
        line.setPlaceholderText(f"empty = {option.example or 'automatic'}")
        digits = r"-?\d{0,20}" if option.type is int else r"-?\d*[.,]?\d*(e-?\d+)?"
        line.setValidator(QRegularExpressionValidator(QRegularExpression(digits), line))
        limits = NumberBox(option, str)
        limits.setParent(line)
        limits.hide()

        def read() -> float | None:
            text = line.text().strip().replace(",", ".")
            try:
                typed = int(text) if option.type is int else float(text)
            except ValueError:
                return None
            return limits.clamp(typed)

        def on_edited() -> None:
            number = read()
            wrong = bool(line.text()) and (number is None or plain(number) != line.text().replace(",", "."))
            set_property(line, "invalid", "true" if wrong else "false")
            self.changed.emit()

        line.textEdited.connect(lambda _: on_edited())
        return Editor(line, read, lambda number: line.setText("" if number is None else plain(number)))


def words_of(choice: Any) -> str:
    """Return a choice as it is shown: plain words begin with a capital, names of things stay as they are."""
    text = str(choice)
    return text.replace("_", " ").capitalize() if text.replace("_", "").isalpha() and text.islower() else text or "None"


def _silently(widget: QWidget, act: Callable[[], object]) -> None:
    widget.blockSignals(True)
    act()
    widget.blockSignals(False)
    widget.update()
