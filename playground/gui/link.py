"""Starting the engine and talking to it without ever blocking the window."""

from __future__ import annotations

import multiprocessing
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from playground.core.paths import Paths
from playground.jobs.host import open_workspace, serve
from playground.jobs.orders import Numbered

Hear = Callable[[Numbered | None], None]
"""Called in the listening thread with each message; None: the engine has gone."""


class Link:
    """One engine and the two threads that serve its pipe."""

    def __init__(self, start: Callable[[Connection], Kill], hear: Hear) -> None:
        self._ours, theirs = multiprocessing.Pipe()
        self._orders: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._hear = hear
        self._closed = False
        self._kill: Kill = lambda: None
        threading.Thread(target=self._run, args=(start, theirs), name="to the engine", daemon=True).start()

    def send(self, order: object) -> None:
        """Queue an order; the sending thread waits for the pipe, the caller does not."""
        self._orders.put(order)

    def close(self) -> None:
        """End the engine now. Nothing more is heard."""
        self._closed = True
        self._orders.put(None)
        self._kill()
        with suppress(OSError):
            self._ours.close()

    def leave(self) -> None:
        """Hang up and let the engine tidy up and end by itself."""
        self._closed = True
        self._orders.put(None)

    def _run(self, start: Callable[[Connection], Kill], theirs: Connection) -> None:
        self._kill = start(theirs)
        if self._closed:  # closed before it had begun
            self._kill()
            return
        threading.Thread(target=self._listen, name="from the engine", daemon=True).start()
        while (order := self._orders.get()) is not None:
            with suppress(OSError, ValueError):  # the listening thread notices that the engine has gone
                self._ours.send(order)
        with suppress(OSError):
            self._ours.close()

    def _listen(self) -> None:
        message: Numbered | None
        while True:
            try:
                message = self._ours.recv()
            except (EOFError, OSError, TypeError, ValueError):  # a pipe closed under a reader fails in several ways
                message = None
            if self._closed:
                return
            self._hear(message)
            if message is None:
                return


Kill = Callable[[], None]


def in_process(paths: Paths) -> Callable[[Connection], Kill]:
    """Return what starts the engine in a process of its own."""

    def start(theirs: Connection) -> Kill:
        process: BaseProcess = multiprocessing.get_context("spawn").Process(
            target=serve, args=(theirs, paths, open_workspace, True), daemon=True, name="engine"
        )
        process.start()
        theirs.close()
        return process.kill

    return start


def in_thread(paths: Paths, prepare: Callable[[Paths], Any] = open_workspace) -> Callable[[Connection], Kill]:
    """Return what starts the engine in a thread, for tests and debuggers."""

    def start(theirs: Connection) -> Kill:
        threading.Thread(target=serve, args=(theirs, paths, prepare), daemon=True).start()
        return lambda: None

    return start
