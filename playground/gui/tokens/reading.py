"""Reads the record of an answer, and again until it is whole: the engine writes it a moment after the last word."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from playground.core import history
from playground.core.history import Entry, Filter, Record
from playground.core.store import Store
from playground.gui.records import Records

AGAIN_MS = 250
PATIENCE = 20  # how often a record that is not there is looked for
NEWEST = 50  # records among which the newest answer is looked for


class Reading(QObject):
    """Reads one record at a time."""

    read = Signal(object)  # Record, whole or still being written
    lost = Signal()  # there is no such record
    newest = Signal(object)  # Entry of the newest answer, or None

    def __init__(self, records: Records) -> None:
        super().__init__()
        self._records = records
        self.wanted = ""
        self._tries = 0
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self._read)

    def want(self, id: str) -> None:
        """Read this record."""
        self.wanted, self._tries = id, 0
        self._read()

    def stop(self) -> None:
        """Look no more."""
        self._again.stop()

    def look_for_newest(self) -> None:
        """Find the newest run that has tokens."""

        def work(store: Store) -> Entry | None:
            found = history.search(store, Filter(), NEWEST).entries
            return next((entry for entry in found if entry.new_tokens and entry.state != "running"), None)

        self._records.read(work, self.newest.emit)

    def _read(self) -> None:
        id = self.wanted
        self._records.read(lambda store: history.record(store, id), lambda found: self._on_read(id, found))

    def _on_read(self, id: str, found: Record | None) -> None:
        if id != self.wanted:
            return
        if found is None:
            self._tries += 1
            if self._tries >= PATIENCE:
                self.lost.emit()
                return
        if found is None or found.entry.state == "running":
            self._again.start()
        if found is not None:
            self.read.emit(found)
