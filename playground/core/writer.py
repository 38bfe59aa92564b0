"""A thread that owns one connection to the store, so that no other thread waits for the disk."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from playground.core.errors import UserError
from playground.core.opening import is_damage, is_locked
from playground.core.store import Store

Work = Callable[[Store], Any]
Then = Callable[[Any], None]

RETRY_SECONDS = 2.0  # a record that cannot be opened is tried again after this long
TRIES = 4  # each waits as long as SQLite waits for a lock

log = logging.getLogger(__name__)


class Writer:
    """Runs pieces of work on the store, in order, each written wholly or not at all.

    Each piece is committed at once: a write lock that stays open starves the other processes, and in WAL mode
    a commit costs no disk flush. `then` is called with each result, in this thread.
    """

    def __init__(self, path: Path, on_error: Callable[[BaseException], None] | None = None) -> None:
        self._path = path
        self._on_error = on_error if on_error is not None else lambda error: log.error("store: %s", error)
        self._work: queue.SimpleQueue[tuple[Work, Then | None] | threading.Event | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._refused = False  # the record could not be opened so far
        self._thread = threading.Thread(target=self._serve, name="store", daemon=True)
        self._thread.start()

    def put(self, work: Work, then: Then | None = None) -> None:
        """Queue a piece of work and return at once."""
        self._work.put((work, then))

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait until everything queued so far is written; return whether that came true in time."""
        reached = threading.Event()
        self._work.put(reached)
        return not self._refused and reached.wait(timeout)

    def close(self) -> None:
        """Finish what is queued and end the thread."""
        self._closing.set()
        self._work.put(None)
        self._thread.join(timeout=10.0)

    def _serve(self) -> None:
        store = self._open()
        while store is not None and (item := self._work.get()) is not None:
            if isinstance(item, threading.Event):
                item.set()
            elif not self._do(store, *item):  # the file turned out to be damaged
                store.close()
                store = self._open(suspicious=True)
                if store is not None:
                    self._do(store, *item)
        if store is not None:
            store.close()

    def _open(self, suspicious: bool = False) -> Store | None:
        """Open the record. While that fails the work waits in the queue, and is done as soon as it succeeds."""
        while True:
            try:
                store = Store(self._path, suspicious)
            except (UserError, OSError) as error:
                if not self._refused:
                    self._report(error)
                self._refused = True
            else:
                self._refused = False
                if store.remark:
                    self._report(UserError(store.remark, code="E-STORE"))
                return store
            if self._closing.wait(RETRY_SECONDS):
                return None

    def _do(self, store: Store, work: Work, then: Then | None) -> bool:
        """Do one piece; return whether the file is sound."""
        for attempt in range(TRIES):
            try:
                result = work(store)
                store.commit()
                if then is not None:
                    then(result)
            except Exception as error:  # whatever is wrong with one piece, the next ones have to be written
                store.undo()
                if is_damage(error):
                    return False
                if is_locked(error) and attempt < TRIES - 1:
                    continue
                self._report(error)
            break
        return True

    def _report(self, error: BaseException) -> None:
        with suppress(RuntimeError):  # the window that wanted to know is gone
            self._on_error(error)
