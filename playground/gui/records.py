"""The window's hand on the store: writing and reading happen in a thread, answers come back to the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from playground.core.errors import explain
from playground.core.store import Store
from playground.core.writer import Writer

R = TypeVar("R")


class Records(QObject):
    """Writes what the user does and reads what is shown."""

    failed = Signal(object)  # UserError
    saved_again = Signal()  # what was kept in memory while the record could not be written is in it now
    _answered = Signal(object)  # what is to be called on the GUI thread

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)
        self._writer = Writer(path, self._hand_over_error, lambda: self._answered.emit(self.saved_again.emit))

    def write(self, work: Callable[[Store], Any]) -> None:
        """Queue a piece of writing; it is written wholly or not at all."""
        self._writer.put(work)

    def read(self, work: Callable[[Store], R], slot: Callable[[R], object]) -> None:
        """Read in the thread and hand the answer to `slot` on the GUI thread."""
        self._writer.put(work, lambda answer: self._answered.emit(lambda: slot(answer)))

    def flush(self) -> bool:
        """Wait until everything is on disk: only on the way out."""
        return self._writer.flush()

    def close(self) -> None:
        self._writer.close()

    def _hand_over_error(self, error: BaseException) -> None:
        """Take an error in the writer's thread; it is told on the GUI thread, when everybody is listening."""
        self._answered.emit(lambda: self.failed.emit(explain(error)))

    def _on_answered(self, bound: Callable[[], object]) -> None:
        bound()
