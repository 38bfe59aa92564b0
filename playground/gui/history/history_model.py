"""The records that were found, as rows: only the pages somebody looks at are read, and few are kept.

One read runs at a time and the newest wish goes first, so that a scroll bar dragged over 100,000 rows asks for
what it comes to rest on. Answers to an older search are dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from playground.core import history
from playground.core.history import Entry, Filter, Page
from playground.core.store import Store
from playground.gui.chat.conversation_list import when
from playground.gui.records import Records

Index = QModelIndex | QPersistentModelIndex

ENTRY = Qt.ItemDataRole.UserRole  # Entry, or None while it is being read
PAGE = 100  # rows that are read at once
WISHES = 3  # pages that wait to be read; older wishes are forgotten
KEPT = 5000  # rows that stay in memory


class HistoryModel(QAbstractListModel):
    """Rows of the search at hand, the newest record first."""

    counted = Signal(int)  # how many were found; after every look and refresh

    def __init__(self, records: Records) -> None:
        super().__init__()
        self._records = records
        self._wanted = Filter()
        self._search = 0  # the number of the search at hand
        self._total = 0
        self._rows: dict[int, Entry] = {}
        self._wishes: list[int] = []  # pages, the newest wish last
        self._reading = False
        self._shown_search = -1  # the search whose rows are shown

    @property
    def wanted(self) -> Filter:
        """The filter whose rows these are."""
        return self._wanted

    @property
    def total(self) -> int:
        """How many records were found."""
        return self._total

    def look(self, wanted: Filter) -> None:
        """Search anew; the rows so far stay until the answer is there."""
        self._wanted = wanted
        self._search += 1
        self._read_top()

    def refresh(self) -> None:
        """Take up what is new; rows, selection and place stay."""
        self._read_top()

    def entry(self, row: int) -> Entry | None:
        """Return a row if it has been read."""
        return self._rows.get(row)

    def row_of(self, id: str) -> int | None:
        """Return where a record stands, if that has been read."""
        return next((row for row, entry in self._rows.items() if entry.id == id), None)

    def rows_of(self, ids: Iterable[str]) -> list[int]:
        """Return where these records stand, as far as that has been read."""
        wanted = set(ids)
        return [row for row, entry in self._rows.items() if entry.id in wanted]

    def find(self, id: str) -> Entry | None:
        """Return the entry of a record, if it has been read."""
        return next((entry for entry in self._rows.values() if entry.id == id), None)

    def remove(self, rows: Iterable[int]) -> None:
        """Take rows out at once; the record itself is changed elsewhere."""
        for first, last in reversed(_runs(rows)):
            self.beginRemoveRows(QModelIndex(), first, last)
            self._shift(last + 1, first - last - 1)
            self._total -= last - first + 1
            self.endRemoveRows()
        self.counted.emit(self._total)

    def show(self, changed: Entry) -> None:
        """Show a changed entry at once."""
        if (row := self.row_of(changed.id)) is not None:
            self._rows[row] = changed
            self.dataChanged.emit(self.index(row), self.index(row))

    # -- what the view asks --------------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._total

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self._rows.get(index.row())
        if entry is None:
            self._wish(index.row() // PAGE)
            return None if role == ENTRY else "…" if role == Qt.ItemDataRole.DisplayRole else None
        match role:
            case Qt.ItemDataRole.UserRole:
                return entry
            case Qt.ItemDataRole.DisplayRole:
                return entry.prompt
            case Qt.ItemDataRole.AccessibleTextRole:
                star = ", starred" if entry.starred else ""
                return f"{entry.prompt}, {entry.model}, {when(entry.started)}, {entry.code or entry.state}{star}"
        return None

    # -- reading -------------------------------------------------------------------------------------------------

    def _read_top(self) -> None:
        search, wanted = self._search, self._wanted

        def on_read(page: Page) -> None:
            if search == self._search:
                self._take_top(page, search)

        self._records.read(lambda store: history.search(store, wanted, PAGE), on_read)

    def _take_top(self, page: Page, search: int) -> None:
        """Show the newest rows: put new ones above those that are there, or begin afresh."""
        self._reading = False  # also after a read that failed
        new = self._news(page)
        if search != self._shown_search or new is None:
            self._begin(page)
        elif new:
            self.beginInsertRows(QModelIndex(), 0, new - 1)
            self._shift(0, new)
            self._total = page.total
            self._take(0, page.entries)
            self.endInsertRows()
        else:
            self._take(0, page.entries)
        if page.entries:
            self.dataChanged.emit(self.index(0), self.index(len(page.entries) - 1))
        self.counted.emit(self._total)

    def _news(self, page: Page) -> int | None:
        """Return how many rows are new at the top, or None when it is more than that."""
        first = self._rows.get(0)
        if first is None:
            return None
        new = next((at for at, entry in enumerate(page.entries) if entry.id == first.id), None)
        return new if new is not None and page.total == self._total + new else None

    def _begin(self, page: Page) -> None:
        self.beginResetModel()
        self._shown_search = self._search
        self._rows, self._wishes, self._total = {}, [], page.total
        self._take(0, page.entries)
        self.endResetModel()

    def _wish(self, page: int) -> None:
        if page in self._wishes:
            self._wishes.remove(page)
        self._wishes = [*self._wishes, page][-WISHES:]
        self._read_next()

    def _read_next(self) -> None:
        if self._reading or not self._wishes:
            return
        self._reading = True
        page, search, wanted = self._wishes[-1], self._search, self._wanted

        def work(store: Store) -> Page:
            return history.search(store, wanted, PAGE, page * PAGE)

        def on_read(found: Page) -> None:
            self._reading = False
            if page in self._wishes:
                self._wishes.remove(page)
            if search == self._search == self._shown_search and found.total == self._total:
                self._take(page * PAGE, found.entries)
                self.dataChanged.emit(self.index(page * PAGE), self.index(min(self._total, (page + 1) * PAGE) - 1))
            elif search == self._search:  # something came or went meanwhile
                self._read_top()
            self._read_next()

        self._records.read(work, on_read)

    def _take(self, first: int, entries: Sequence[Entry]) -> None:
        self._rows.update({first + at: entry for at, entry in enumerate(entries)})
        if len(self._rows) > KEPT:
            near = sorted(self._rows, key=lambda row: (row >= PAGE, abs(row - first)))
            self._rows = {row: self._rows[row] for row in near[: KEPT // 2]}

    def _shift(self, first: int, step: int) -> None:
        """Move the rows from `first` on by `step`; what they come to lie on goes."""
        stay = {row: entry for row, entry in self._rows.items() if row < min(first, first + step)}
        self._rows = stay | {row + step: entry for row, entry in self._rows.items() if row >= first}


def _runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and last of each unbroken run of rows, in order."""
    found: list[tuple[int, int]] = []
    for row in sorted(rows):
        if found and row == found[-1][1] + 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found
