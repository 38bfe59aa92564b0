"""Work that must not hold up the window and needs nothing of it: files are written in a thread of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from playground.core.errors import UserError, explain

R = TypeVar("R")


class Background(QObject):
    """Does one thing after the other; answers come back on the GUI thread."""

    problem = Signal(object)  # UserError
    _told = Signal(object)  # what is to be called on the GUI thread

    def __init__(self) -> None:
        super().__init__()
        self._thread = ThreadPoolExecutor(1, "background")
        self._told.connect(lambda act: act(), Qt.ConnectionType.QueuedConnection)
        self.destroyed.connect(lambda: self._thread.shutdown(wait=False))

    def run(
        self, work: Callable[[], R], then: Callable[[R], object], lost: Callable[[], object] = lambda: None
    ) -> None:
        """Do `work` in the thread and hand its answer to `then`; if it fails, call `lost` and tell the reason."""

        def fail(why: UserError) -> None:
            lost()
            self.problem.emit(why)

        def do() -> None:
            try:
                answer = work()
            except Exception as error:  # noqa: BLE001  whatever went wrong is told, and the next piece is done
                why = _in_words(error)
                self.tell(lambda: fail(why))
            else:
                self.tell(lambda: then(answer))

        self._thread.submit(do)

    def tell(self, act: Callable[[], object]) -> None:
        """Call something on the GUI thread, from the other one."""
        try:
            self._told.emit(act)
        except RuntimeError:  # the window closed meanwhile
            return


def _in_words(error: Exception) -> UserError:
    if isinstance(error, OSError) and error.filename and not isinstance(error, UserError):
        name = Path(str(error.filename)).name
        return UserError(f"{name} cannot be written: {error.strerror}.", "Choose another folder.", "E-FILE")
    return explain(error)
