"""What the user changes in the history: stars, notes, tags, and what is deleted, with Undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from playground.core import history
from playground.core.history import Entry
from playground.core.store import Store
from playground.gui.history.finding import Finding
from playground.gui.history.history_model import HistoryModel
from playground.gui.records import Records


class Changing(QObject):
    """Writes changes down and shows them at once."""

    done = Signal(str, object, object)  # what was done, undo, redo
    changed = Signal(object)  # Entry
    counts_changed = Signal()  # there are more or fewer records, or other tags

    def __init__(self, records: Records, model: HistoryModel, finding: Finding) -> None:
        super().__init__()
        self._records, self._model, self._finding = records, model, finding

    def star(self, entries: Sequence[Entry]) -> None:
        """Star these; when all of them have a star, take the stars away."""
        starred = not all(entry.starred for entry in entries)

        def work(store: Store) -> None:
            for entry in entries:
                history.annotate(store, entry.id, starred=starred)

        self._records.write(work)
        for entry in entries:
            self._show(replace(entry, starred=starred))

    def note(self, id: str, note: str) -> None:
        """Keep another note."""
        self._records.write(lambda store: history.annotate(store, id, note=note))
        if (entry := self._model.find(id)) is not None:
            self._show(replace(entry, note=note))

    def tag(self, id: str, tags: tuple[str, ...]) -> None:
        """Keep other tags."""
        self._records.write(lambda store: history.annotate(store, id, tags=tags))
        if (entry := self._model.find(id)) is not None:
            self._show(replace(entry, tags=tags))
        self.counts_changed.emit()

    def delete(self, ids: tuple[str, ...]) -> None:
        """Take records away, with Undo."""
        if not ids:
            return
        self._hide(ids)
        words = "Record deleted." if len(ids) == 1 else f"{len(ids):,} records deleted."
        self.done.emit(words, lambda: self._restore(ids), lambda: self._hide(ids))

    def _hide(self, ids: tuple[str, ...]) -> None:
        rows = self._model.rows_of(ids)
        self._model.remove(rows)
        self._records.write(lambda store: history.delete(store, ids))
        if rows and self._model.total:
            self._finding.list.choose(min(min(rows), self._model.total - 1))
        self._model.refresh()
        self.counts_changed.emit()

    def _restore(self, ids: tuple[str, ...]) -> None:
        self._records.write(lambda store: history.restore(store, ids))
        self._model.refresh()
        self._finding.reveal(ids[0], self._records)
        self.counts_changed.emit()

    def _show(self, entry: Entry) -> None:
        self._model.show(entry)
        self.changed.emit(entry)
