"""The same answer as a table: for reading numbers, for the keyboard and for taking rows elsewhere."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView

from playground.gui.theme import Theme
from playground.gui.tokens.answer import Answer
from playground.gui.tokens.table_model import COLUMNS, TOKEN, TableModel

ROW = 28
WIDTHS = (62, 120, 98, 118, 70, 88, 96)
KEYS = "S sorts by the column of the cell, Ctrl+C copies the selected rows."


class TokenTable(QTableView):
    """One token in each row."""

    chosen = Signal(int)  # the token of the current row

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows = TableModel()
        self._telling = True
        self.setModel(self._rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setMinimumSectionSize(40)
        self.horizontalHeader().setSectionsClickable(True)
        self.horizontalHeader().sectionClicked.connect(self.sort_by)
        self.setAccessibleName("Tokens as a table")
        self.setAccessibleDescription(KEYS)
        theme.changed.connect(self._fit)
        self._fit()

    def show_answer(self, answer: Answer) -> None:
        """Show another answer, in the order of its steps."""
        self._telling = False
        self._rows.show_answer(answer)
        self._telling = True

    def show_texts(self) -> None:
        self._rows.show_texts()

    def choose(self, token: int) -> None:
        """Make a token's row the current one, without telling."""
        if not 0 <= token < self._rows.rowCount() or self._rows.row(token) == self.currentIndex().row():
            return
        index = self._rows.index(self._rows.row(token), max(0, self.currentIndex().column()))
        self._telling = False
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)
        self._telling = True

    def sort_by(self, column: int) -> None:
        """Sort by a column; once more turns the order round."""
        self._rows.sort_by(column, falling=self._rows.column == column and not self._rows.falling)
        self.scrollTo(self.currentIndex())

    def texts(self, column: int) -> list[str]:
        """Return what stands in a column, from top to bottom."""
        return [str(self._rows.index(row, column).data()) for row in range(self._rows.rowCount())]

    def copy(self) -> None:
        """Copy the selected rows as text, parted by tabs."""
        rows = [index.row() for index in self._selected()]
        if rows:
            QGuiApplication.clipboard().setText(self._rows.lines(rows))

    def _selected(self) -> list[QModelIndex]:
        return sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())

    def _fit(self) -> None:
        px = self._theme.px
        self.verticalHeader().setDefaultSectionSize(px(ROW))
        for column, width in enumerate(WIDTHS):
            self.setColumnWidth(column, px(width))
        self._stretch()

    def _stretch(self) -> None:
        """Give the texts what the numbers leave, but not too little: then the table scrolls."""
        others = sum(self.columnWidth(column) for column in range(len(COLUMNS)) if column != TOKEN)
        self.setColumnWidth(TOKEN, max(self._theme.px(WIDTHS[TOKEN]), self.viewport().width() - others))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._stretch()

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        super().currentChanged(current, previous)
        if self._telling and current.isValid() and current.row() != previous.row():
            self.chosen.emit(self._rows.token(current.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_J: 1, Qt.Key.Key_K: -1}
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: self._rows.rowCount() - 1}
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.modifiers():
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_S:
            self.sort_by(max(0, self.currentIndex().column()))
        elif key in steps:
            self._go(self.currentIndex().row() + steps[key])
        elif key in ends:
            self._go(ends[key])
        else:
            super().keyPressEvent(event)

    def _go(self, row: int) -> None:
        at = min(max(0, row), self._rows.rowCount() - 1)
        self.setCurrentIndex(self._rows.index(at, max(0, self.currentIndex().column())))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy the rows", self.copy).setEnabled(bool(self._selected()))
        menu.addSeparator()
        for column, about in enumerate(COLUMNS):
            menu.addAction(f"Sort by {about.title.lower()}", partial(self.sort_by, column))
        menu.popup(event.globalPos())
