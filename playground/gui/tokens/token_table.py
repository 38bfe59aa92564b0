"""The same answer as a table: for reading numbers, for the keyboard and for taking rows elsewhere."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView

from playground.gui.theme import Theme
from playground.gui.tokens.answer import Answer
from playground.gui.tokens.table_model import COLUMNS, TOKEN, Sorted, TableModel

ROW = 28
WIDTHS = (58, 150, 74, 118, 66, 88, 92)
KEYS = "S sorts by the column of the cell, Ctrl+C copies the selected rows."


class TokenTable(QTableView):
    """One token in each row."""

    chosen = Signal(int)  # the token of the current row

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows = TableModel()
        self._sorted = Sorted()
        self._sorted.setSourceModel(self._rows)
        self._telling = True
        self.setModel(self._sorted)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.horizontalHeader().setSectionResizeMode(TOKEN, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setMinimumSectionSize(40)
        self.setSortingEnabled(True)
        self.setAccessibleName("Tokens as a table")
        self.setAccessibleDescription(KEYS)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        theme.changed.connect(self._fit)
        self._fit()

    def show_answer(self, answer: Answer) -> None:
        """Show another answer, in the order of its steps."""
        self._telling = False
        self._rows.show_answer(answer)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self._telling = True

    def show_texts(self) -> None:
        self._rows.show_texts()

    def choose(self, token: int) -> None:
        """Make a token's row the current one, without telling."""
        index = self._sorted.mapFromSource(self._rows.index(token, max(0, self.currentIndex().column())))
        if not index.isValid() or index.row() == self.currentIndex().row():
            return
        self._telling = False
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)
        self._telling = True

    def sort_by(self, column: int) -> None:
        """Sort by a column; once more turns the order round."""
        header = self.horizontalHeader()
        again = header.sortIndicatorSection() == column
        falling = again and header.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
        self.sortByColumn(column, Qt.SortOrder.DescendingOrder if falling else Qt.SortOrder.AscendingOrder)

    def texts(self, column: int) -> list[str]:
        """Return what stands in a column, from top to bottom."""
        return [str(self._sorted.index(row, column).data()) for row in range(self._sorted.rowCount())]

    def copy(self) -> None:
        """Copy the selected rows as text, parted by tabs."""
        rows = [self._sorted.mapToSource(index).row() for index in self._selected()]
        if rows:
            QGuiApplication.clipboard().setText(self._rows.lines(rows))

    def _selected(self) -> list[QModelIndex]:
        return sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())

    def _fit(self) -> None:
        px = self._theme.px
        self.verticalHeader().setDefaultSectionSize(px(ROW))
        for column, width in enumerate(WIDTHS):
            if column != TOKEN:
                self.setColumnWidth(column, px(width))

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        super().currentChanged(current, previous)
        if self._telling and current.isValid() and current.row() != previous.row():
            self.chosen.emit(self._sorted.mapToSource(current).row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_J: 1, Qt.Key.Key_K: -1}
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.modifiers():
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_S:
            self.sort_by(max(0, self.currentIndex().column()))
        elif key in steps:
            self._step(steps[key])
        else:
            super().keyPressEvent(event)

    def _step(self, by: int) -> None:
        current = self.currentIndex()
        row = min(max(0, current.row() + by), self._sorted.rowCount() - 1)
        self.setCurrentIndex(self._sorted.index(row, max(0, current.column())))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy the rows", self.copy).setEnabled(bool(self._selected()))
        menu.addSeparator()
        for column, about in enumerate(COLUMNS):
            menu.addAction(f"Sort by {about.title.lower()}", partial(self.sort_by, column))
        menu.popup(event.globalPos())
