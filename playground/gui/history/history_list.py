"""The list of records: keyboard, selection and stars. What is done about them is the panel's.

It is a table of one column: Qt's list asks the model for each of 100,000 rows whenever one of them has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView

from playground.core.history import Entry
from playground.gui.history.entry_painter import HEIGHT, EntryPainter
from playground.gui.history.history_model import HistoryModel
from playground.gui.theme import Theme

KEYS = {Qt.Key.Key_Space: "star", Qt.Key.Key_Delete: "delete", Qt.Key.Key_Return: "open", Qt.Key.Key_Enter: "open"}
SETTLE_MS = 60  # a held arrow key runs over records: only the one it rests on is read


class HistoryList(QTableView):
    """Shows a `HistoryModel`; `chosen` tells the record the keyboard or the mouse rests on."""

    chosen = Signal(object)  # Entry
    selection_counted = Signal(int)  # how many rows are selected
    wanted = Signal(str)  # "star", "delete" or "open": what a key asks for
    star_clicked = Signal(object)  # Entry

    def __init__(self, model: HistoryModel, theme: Theme) -> None:
        super().__init__()
        self._model, self._theme = model, theme
        self._kept: tuple[str, int] = ("", 0)  # the current record and the place of the scroll bar, over a reset
        self._pause = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._pause.timeout.connect(self._tell)
        self.menu_for: Callable[[], QMenu | None] = lambda: None
        self.setObjectName("historyList")
        self.setAccessibleName("Records")
        self.setProperty("kind", "records")
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.hide()
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setModel(model)
        self.painter = EntryPainter(theme, self)
        self.setItemDelegate(self.painter)
        self.painter.star_clicked.connect(self._on_star)
        self.customContextMenuRequested.connect(self._on_menu)
        self.selectionModel().currentChanged.connect(lambda *_: self._pause.start())
        self.selectionModel().selectionChanged.connect(lambda *_: self.selection_counted.emit(self.count_selected()))
        self.doubleClicked.connect(lambda _: self.wanted.emit("open"))
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)
        model.dataChanged.connect(lambda *_: self._on_data())
        theme.changed.connect(self._fit)
        self._fit()

    def current(self) -> Entry | None:
        """Return the record the keyboard or the mouse rests on, if it has been read."""
        return self._model.entry(self.currentIndex().row())

    def choose(self, row: int) -> None:
        """Go to a row and select it alone."""
        index = self._model.index(row)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)

    def count_selected(self) -> int:
        """Return how many rows are selected, without listing them."""
        return sum(last - first + 1 for first, last in self._parts())

    def selected_rows(self) -> list[int]:
        """Return the selected rows in order."""
        return sorted(row for first, last in self._parts() for row in range(first, last + 1))

    def _parts(self) -> list[tuple[int, int]]:
        """Return the first and last rows of each part of the selection."""
        selection: Any = self.selectionModel().selection()
        return [(part.top(), part.bottom()) for part in selection]

    # -- inside --------------------------------------------------------------------------------------------------

    def _fit(self) -> None:
        self.verticalHeader().setMinimumSectionSize(0)
        self.verticalHeader().setDefaultSectionSize(self._theme.px(HEIGHT))

    def _tell(self) -> None:
        if (entry := self.current()) is not None:
            self.chosen.emit(entry)

    def _on_data(self) -> None:
        if self.currentIndex().isValid() and self._model.entry(self.currentIndex().row()) is not None:
            self._pause.start()

    def _keep(self) -> None:
        entry = self.current()
        self._kept = (entry.id if entry is not None else "", self.verticalScrollBar().value())

    def _restore(self) -> None:
        """Go back to the record and the place from before, as far as they are there."""
        id, place = self._kept
        row = self._model.row_of(id) if id else None
        if row is not None:
            self.selectionModel().setCurrentIndex(
                self._model.index(row), QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
        self.verticalScrollBar().setValue(place)

    def _on_star(self, row: int) -> None:
        if (entry := self._model.entry(row)) is not None:
            self.star_clicked.emit(entry)

    def _on_menu(self, at: QPoint) -> None:
        if self.indexAt(at).isValid() and (menu := self.menu_for()) is not None:
            menu.popup(self.viewport().mapToGlobal(at))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt makes a row the current one now; where nothing is selected, that row is. A click chooses by itself."""
        super().focusInEvent(event)
        clicked = event.reason() == Qt.FocusReason.MouseFocusReason
        if not clicked and self.currentIndex().isValid() and not self.count_selected():
            self.choose(self.currentIndex().row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        what = KEYS.get(Qt.Key(event.key()))
        if what and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier and self.currentIndex().isValid():
            self.wanted.emit(what)
            event.accept()
        else:
            super().keyPressEvent(event)
