"""The tokens of an answer as rows of numbers, to be sorted by any of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from playground.gui.tokens.answer import Answer
from playground.gui.tokens.measures import entropy_bits, rank_of, surprise
from playground.gui.tokens.words import bits, percent, place

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Column:
    """One column: what is written, and the number (or text) behind it."""

    title: str
    words: Callable[[Answer, int], str]
    value: Callable[[Answer, int], float | str]


COLUMNS = (
    Column("Step", lambda a, at: f"{a.tokens[at].step + 1:,}", lambda a, at: float(a.tokens[at].step)),
    Column("Token", lambda a, at: a.shown(at), lambda a, at: (a.text(at).strip() or a.shown(at)).casefold()),
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
    """Rows are tokens, made when they are looked at, in the order of a column; an arrow marks it."""

    def __init__(self) -> None:
        super().__init__()
        self._answer = Answer(())
        self._order: list[int] = []  # the token of each row
        self._rows: list[int] = []  # the row of each token
        self.column, self.falling = 0, False

    def show_answer(self, answer: Answer) -> None:
        """Show another answer, in the order of its steps."""
        self.beginResetModel()
        self._answer = answer
        self._put(0, False)
        self.endResetModel()

    def sort_by(self, column: int, falling: bool) -> None:
        """Show the rows in another order; what is not known stands at the end in either."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        tokens = [self._order[index.row()] for index in before]
        self._put(column, falling)
        pairs = zip(tokens, before, strict=True)
        after = [self.index(self._rows[token], index.column()) for token, index in pairs]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    def token(self, row: int) -> int:
        """Return the token of a row."""
        return self._order[row]

    def row(self, token: int) -> int:
        """Return the row of a token."""
        return self._rows[token]

    def _put(self, column: int, falling: bool) -> None:
        self.column, self.falling = column, falling
        value, answer = COLUMNS[column].value, self._answer
        values = [value(answer, at) for at in range(len(answer.tokens))]
        unknown = [isinstance(one, float) and math.isnan(one) for one in values]
        known: list[Any] = [at for at, nothing in enumerate(unknown) if not nothing]
        known.sort(key=lambda at: values[at], reverse=falling)
        self._order = [*known, *(at for at, nothing in enumerate(unknown) if nothing)]
        self._rows = [0] * len(self._order)
        for row, token in enumerate(self._order):
            self._rows[token] = row

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
            return column.words(self._answer, self._order[index.row()])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.title}: {column.words(self._answer, self._order[index.row()])}"
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() != TOKEN:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            arrow = ("↓" if self.falling else "↑") if section == self.column else ""
            return f"{COLUMNS[section].title} {arrow}".rstrip()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == TOKEN else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def lines(self, rows: Iterable[int]) -> str:
        """Return these rows as text, parted by tabs, under the names of the columns."""
        told = [[column.words(self._answer, self._order[row]) for column in COLUMNS] for row in rows]
        return "\n".join("\t".join(cells) for cells in ([column.title for column in COLUMNS], *told))
