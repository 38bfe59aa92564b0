"""Starting the engine and talking to it without ever blocking the window."""

from __future__ import annotations

import logging
import multiprocessing
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any

from playground.core.events import Failed
from playground.core.paths import Paths
from playground.jobs.host import open_workspace, serve
from playground.jobs.orders import Numbered, Stop, Submit

Hear = Callable[[Numbered | None], None]
"""Called in one of the link's threads with each message; None: the engine has gone."""

Order = Submit | Stop | None

log = logging.getLogger(__name__)


class Link:
    """One engine and the two threads that serve its pipe.

    The pipe is closed by those threads and only when both have done with it: the number of a pipe closed under
    a reader is given to the next pipe at once, and the reader would steal from that one.
    """

    def __init__(self, start: Callable[[Connection], Kill], hear: Hear) -> None:
        self._ours, theirs = multiprocessing.Pipe()
        self._orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
        self._hear = hear
        self._silent = False  # nothing is to be heard any more
        self._killed = False
        self._kill: Kill = lambda: None
        threading.Thread(target=self._run, args=(start, theirs), name="to the engine", daemon=True).start()

    def send(self, order: Submit | Stop) -> None:
        """Queue an order; the sending thread waits for the pipe, the caller does not."""
        self._orders.put(order)

    def close(self) -> None:
        """End the engine now. Nothing more is heard."""
        self._silent = self._killed = True
        self._orders.put(None)
        self._kill()

    def leave(self) -> None:
        """Say goodbye and let the engine tidy up and end by itself. Nothing more is heard."""
        self._silent = True
        self._orders.put(None)

    def _run(self, start: Callable[[Connection], Kill], theirs: Connection) -> None:
        try:
            self._kill = start(theirs)
        except Exception:  # no memory for a process, no more threads: the same as an engine that died at once
            log.exception("the engine could not be started")
            self._pass_on(None)
            return
        if self._killed:  # before it had begun
            self._kill()
        listener = threading.Thread(target=self._listen, name="from the engine", daemon=True)
        listener.start()
        while (order := self._orders.get()) is not None:
            self._post(order)
        self._post(None)
        listener.join()
        self._ours.close()

    def _post(self, order: Order) -> None:
        try:
            data = ForkingPickler.dumps(order)
        except Exception as error:  # what cannot be pickled must fail, not wait for ever
            if isinstance(order, Submit):
                self._pass_on(Numbered(order.number, Failed.because(error)))
            return
        with suppress(OSError):  # the listening thread notices that the engine has gone
            self._ours.send_bytes(data)

    def _listen(self) -> None:
        """Pass on what comes until the engine has gone; an engine that speaks nonsense counts as gone."""
        message: Numbered | None = None
        while True:
            try:
                message = self._ours.recv()
            except (EOFError, OSError):
                break
            except Exception:
                log.exception("unreadable words from the engine")
                break
            self._pass_on(message)
        self._pass_on(None)

    def _pass_on(self, message: Numbered | None) -> None:
        if not self._silent:
            self._hear(message)


Kill = Callable[[], None]


def in_process(paths: Paths, prepare: Callable[[Paths], Any] = open_workspace) -> Callable[[Connection], Kill]:
    """Return what starts the engine in a process of its own."""

    def start(theirs: Connection) -> Kill:
        process: BaseProcess = multiprocessing.get_context("spawn").Process(
            target=serve, args=(theirs, paths, prepare, True), name="engine"
        )
        process.start()
        theirs.close()
        return process.kill

    return start


def in_thread(paths: Paths, prepare: Callable[[Paths], Any] = open_workspace) -> Callable[[Connection], Kill]:
    """Return what starts the engine in a thread, for tests and debuggers."""

    def start(theirs: Connection) -> Kill:
        threading.Thread(target=serve, args=(theirs, paths, prepare), name="engine", daemon=True).start()
        return lambda: None

    return start
