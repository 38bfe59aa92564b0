"""Writes records to a file in the background, with a connection of its own: nothing else waits for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from playground.core import history, record_export
from playground.core.history import Record
from playground.core.store import Store
from playground.gui.history.background import Background

EVERY = 50  # records between two signs of progress
FILTERS = "JSON lines (*.jsonl);;Table for spreadsheets (*.csv);;Markdown (*.md);;Web page (*.html)"


class _Stopped(Exception):
    """The user does not want the file any more."""


class Exporter(QObject):
    """One export at a time; the file appears when it is whole, or not at all."""

    progressed = Signal(int, int)  # records written, all
    ended = Signal()
    saved = Signal(str, int)  # the file's name, records in it

    def __init__(self, store: Path, background: Background) -> None:
        super().__init__()
        self._store, self._background = store, background
        self._stopping = threading.Event()
        self.is_busy = False

    def start(self, ids: Sequence[str], file: Path) -> None:
        """Write these records to a file, in the form its ending names."""
        self.is_busy = True
        self._stopping.clear()
        self.progressed.emit(0, len(ids))
        self._background.run(lambda: self._write(tuple(ids), file), lambda n: self._end(file.name, n), self._finish)

    def stop(self) -> None:
        """End an export without its file."""
        self._stopping.set()

    def _write(self, ids: tuple[str, ...], file: Path) -> int | None:
        """Return how many records were written, or None when it was stopped."""
        store = Store(self._store)
        try:
            return record_export.save(self._counted(store, ids), file)
        except _Stopped:
            return None
        finally:
            store.close()

    def _counted(self, store: Store, ids: Sequence[str]) -> Iterator[Record]:
        for number, record in enumerate(history.records(store, ids)):
            if self._stopping.is_set():
                raise _Stopped
            if number % EVERY == 0:
                self._tell_progress(number, len(ids))
            yield record

    def _tell_progress(self, done: int, all: int) -> None:
        self._background.tell(lambda: self.progressed.emit(done, all))

    def _end(self, name: str, count: int | None) -> None:
        self._finish()
        if count is not None:
            self.saved.emit(name, count)

    def _finish(self) -> None:
        self.is_busy = False
        self.ended.emit()
