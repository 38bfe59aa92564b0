"""The search field and the filters above the list of records."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from playground.core.history import Facets, Filter
from playground.core.visible import visible
from playground.gui.history.flow import Flow
from playground.gui.history.words import STATES, begin_of_today, days_ago
from playground.gui.icons import icon
from playground.gui.theme import Theme
from playground.gui.widgets.buttons import Button
from playground.gui.widgets.labels import set_property

SEARCH_MS = 150
TIMES: dict[str, tuple[str, Callable[[float], float]]] = {
    "today": ("Today", begin_of_today),
    "7": ("Last 7 days", lambda now: days_ago(6, now)),
    "30": ("Last 30 days", lambda now: days_ago(29, now)),
}
LONGEST = 22  # characters of a value on its chip


class FilterBar(QWidget):
    """Edits a `Filter`. `changed` comes a moment after the last key, at once after a choice."""

    changed = Signal(object)  # Filter
    left = Signal()  # from the search field into the list

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search the history")
        self.search.setAccessibleName("Search the history")
        self.search.setToolTip("Every word must occur. “Words in quotes” must stand together. (Ctrl+F)")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("search", theme, 16, "quiet"), QLineEdit.ActionPosition.LeadingPosition)
        for sign in self.search.findChildren(QToolButton):  # the lens and the cross are buttons to Qt
            sign.setAccessibleName("Search")
        self.search.installEventFilter(self)
        self.model, self.state = Chip("Model", theme), Chip("State", theme)
        self.time, self.tag, self.code = Chip("Time", theme), Chip("Tag", theme), Chip("Error", theme)
        self.starred = Button("★ Starred", theme, "chip")
        self.starred.setCheckable(True)
        self.starred.setToolTip("Only starred records")
        self.starred.setAccessibleName("Only starred records")
        self.state.set_choices(list(STATES.items()))
        self.time.set_choices([(key, words) for key, (words, _) in TIMES.items()])
        self._pause = QTimer(self, singleShot=True, interval=SEARCH_MS)
        self._arrange(theme)
        self._connect()
        self.show_facets(Facets((), (), ()))

    def value(self) -> Filter:
        """Return what is wanted now."""
        key = self.time.value
        return Filter(
            words=self.search.text().strip(),
            model=self.model.value,
            state=self.state.value,
            code=self.code.value,
            tag=self.tag.value,
            starred=self.starred.isChecked(),
            since=TIMES[key][1](time.time()) if key else 0.0,
        )

    @property
    def is_empty(self) -> bool:
        """Say whether all records are wanted."""
        return replace(self.value(), since=0.0) == Filter() and not self.time.value

    def show_facets(self, facets: Facets) -> None:
        """Offer what occurs in the record; a filter with nothing to choose has no chip."""
        for chip, values in ((self.model, facets.models), (self.tag, facets.tags), (self.code, facets.codes)):
            chip.set_choices([(value, visible(value)) for value in values])
            chip.setVisible(bool(values) or bool(chip.value))
        self.updateGeometry()

    def clear(self) -> None:
        """Want everything again."""
        for chip in self._chips:
            chip.choose("", tell=False)
        self.starred.setChecked(False)
        self.search.clear()
        self._tell()

    # -- inside --------------------------------------------------------------------------------------------------

    @property
    def _chips(self) -> Sequence[Chip]:
        return (self.model, self.state, self.time, self.tag, self.code)

    def _tell(self) -> None:
        self._pause.stop()
        self.changed.emit(self.value())

    def _arrange(self, theme: Theme) -> None:
        chips = QWidget()
        flow = Flow(chips)
        for widget in (*self._chips, self.starred):
            flow.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(chips)

    def _connect(self) -> None:
        self._pause.timeout.connect(self._tell)
        self.search.textChanged.connect(lambda _: self._pause.start())
        self.starred.clicked.connect(lambda _: self._tell())
        for chip in self._chips:
            chip.chosen.connect(self._tell)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down or Enter in the field goes to what was found; Esc empties it."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._tell()
                self.left.emit()
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                self._tell()
                return True
        return super().eventFilter(watched, event)


class Chip(Button):
    """A filter: its name while everything is wanted, else the value, in the accent's colour."""

    chosen = Signal()

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__(name, theme, "chip")
        self._name = name
        self.choices: list[tuple[str, str]] = []
        self.value = ""
        self.setObjectName(f"filter{name}")
        self.clicked.connect(lambda: self.menu_now().popup(self.mapToGlobal(QPoint(0, self.height() + 2))))
        self._show()

    def set_choices(self, choices: list[tuple[str, str]]) -> None:
        """Offer (value, words); what is chosen stays."""
        self.choices = choices

    def choose(self, value: str, tell: bool = True) -> None:
        """Take a value; nothing wants all."""
        self.value = value
        self._show()
        if tell:
            self.chosen.emit()

    def menu_now(self) -> QMenu:
        """Return the menu of values."""
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for value, words in (("", f"Any {self._name.lower()}"), *self.choices):
            action = menu.addAction(words.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(value == self.value)
            action.triggered.connect(lambda _=False, chosen=value: self.choose(chosen))
        return menu

    def _show(self) -> None:
        words = next((words for value, words in self.choices if value == self.value), visible(self.value))
        short = words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
        self.setText(f"{(short if self.value else self._name).replace('&', '&&')} ▾")
        self.setToolTip(words if self.value else f"Filter by {self._name.lower()}")
        self.setAccessibleName(f"{self._name}: {words if self.value else 'any'}")
        set_property(self, "on", bool(self.value))
        self.updateGeometry()
