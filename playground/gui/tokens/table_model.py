"""The tokens of an answer as rows of numbers, to be sorted by any of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt

from playground.gui.tokens.answer import Answer
from playground.gui.tokens.measures import entropy_bits, rank_of, surprise
from playground.gui.tokens.words import bits, percent, place

Index = QModelIndex | QPersistentModelIndex
VALUE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Column:
    """One column: what is written, and the number (or text) behind it."""

    title: str
    words: Callable[[Answer, int], str]
    value: Callable[[Answer, int], float | str]


COLUMNS = (
    Column("Step", lambda a, at: f"{a.tokens[at].step + 1:,}", lambda a, at: float(a.tokens[at].step)),
    Column("Token", lambda a, at: a.shown(at), lambda a, at: a.shown(at).casefold()),
    Column("Raw", lambda a, at: percent(a.tokens[at].raw_probability), lambda a, at: a.tokens[at].raw_probability),
    Column("After samplers", lambda a, at: percent(a.tokens[at].probability), lambda a, at: a.tokens[at].probability),
    Column("Rank", lambda a, at: place(a.tokens[at].rank), lambda a, at: rank_of(a.tokens[at])),
    Column("Entropy", lambda a, at: bits(entropy_bits(a.tokens[at])), lambda a, at: entropy_bits(a.tokens[at])),
    Column(
        "Surprise",
        lambda a, at: bits(surprise(a.tokens[at].raw_probability)),
        lambda a, at: surprise(a.tokens[at].raw_probability),
    ),
)
TOKEN = 1  # the column of the texts


class TableModel(QAbstractTableModel):
    """Rows are tokens, made when they are looked at."""

    def __init__(self) -> None:
        super().__init__()
        self._answer = Answer(())

    def show_answer(self, answer: Answer) -> None:
        """Show another answer."""
        self.beginResetModel()
        self._answer = answer
        self.endResetModel()

    def show_texts(self) -> None:
        """The texts of tokens have become known."""
        if self._answer.tokens:
            self.dataChanged.emit(self.index(0, TOKEN), self.index(self.rowCount() - 1, TOKEN))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._answer.tokens)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.words(self._answer, index.row())
        if role == VALUE:
            return column.value(self._answer, index.row())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.title}: {column.words(self._answer, index.row())}"
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() != TOKEN:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == TOKEN else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def lines(self, rows: Iterable[int]) -> str:
        """Return these rows as text, parted by tabs, under the names of the columns."""
        told = [[column.words(self._answer, row) for column in COLUMNS] for row in rows]
        return "\n".join("\t".join(cells) for cells in ([column.title for column in COLUMNS], *told))


class Sorted(QSortFilterProxyModel):
    """Sorts by the numbers; what is not known stands at the end in either order."""

    def lessThan(self, left: Index, right: Index) -> bool:
        one, other = left.data(VALUE), right.data(VALUE)
        if isinstance(one, str) or isinstance(other, str):
            return str(one) < str(other)
        falling = self.sortOrder() == Qt.SortOrder.DescendingOrder
        last = -math.inf if falling else math.inf
        known = [last if math.isnan(value) else value for value in (one, other)]
        if known[0] == known[1]:  # the order of the answer
            return left.row() > right.row() if falling else left.row() < right.row()
        return bool(known[0] < known[1])
