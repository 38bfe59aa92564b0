"""Errors nobody caught: logged, and shown once per distinct traceback."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from playground.core.errors import UserError, explain, redact

if TYPE_CHECKING:
    from playground.gui.main_window import MainWindow

log = logging.getLogger(__name__)


class Net(QObject):
    """Catches what falls through, in any thread, and tells the GUI thread."""

    caught = Signal(object)  # UserError, with the details as its note

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[str] = set()

    def catch(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """Log an error; pass it on if it is the first of its kind."""
        if error is None or issubclass(kind, KeyboardInterrupt):
            return
        details = redact("".join(traceback.format_exception(kind, error, trace)))
        log.error("uncaught: %s", details)
        place = "".join(traceback.format_tb(trace))
        if place not in self._seen:
            self._seen.add(place)
            words = explain(error)
            shown = UserError(words.message, words.hint, words.code)
            shown.__notes__ = [details]
            self.caught.emit(shown)


def install(window: MainWindow) -> Net:
    """Hook all three places where Python reports what nobody caught."""
    net = Net()
    net.setParent(window)
    net.caught.connect(window.show_problem)
    sys.excepthook = net.catch

    def in_thread(arguments: threading.ExceptHookArgs) -> None:
        net.catch(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def unraisable(arguments: Any) -> None:
        net.catch(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    threading.excepthook = in_thread
    sys.unraisablehook = unraisable
    return net
