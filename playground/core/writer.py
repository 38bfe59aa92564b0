"""A thread that owns one connection to the store, so that no other thread waits for the disk."""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from playground.core.apart import is_refused, open_apart
from playground.core.errors import UserError
from playground.core.opening import is_damage, is_locked
from playground.core.store import Store

Work = Callable[[Store], Any]
Then = Callable[[Any], None]

RETRY_SECONDS = 2.0  # a record that cannot be written is tried again after this long
TRIES = 4  # each waits as long as SQLite waits for a lock

log = logging.getLogger(__name__)


class Writer:
    """Runs pieces of work on the store, in order, each written wholly or not at all.

    Each piece is committed at once: a write lock that stays open starves the other processes, and in WAL mode
    a commit costs no disk flush. `then` is called with each result, in this thread.

    While the file cannot be opened or written, everything goes on in memory, on a copy of what can be read, and is
    written as soon as the file allows it again: `on_error` hears of the first, `on_return` of the second.
    """

    def __init__(
        self,
        path: Path,
        on_error: Callable[[BaseException], None] | None = None,
        on_return: Callable[[], None] = lambda: None,
    ) -> None:
        self._path = path
        self._on_error = on_error if on_error is not None else lambda error: log.error("store: %s", error)
        self._on_return = on_return
        self._work: queue.SimpleQueue[tuple[Work, Then | None] | threading.Event | None] = queue.SimpleQueue()
        self._unsaved: deque[Work] | None = None  # what the file lacks, while we are apart from it
        self._due = 0.0  # when the file is tried again
        self._thread = threading.Thread(target=self._serve, name="store", daemon=True)
        self._thread.start()

    def put(self, work: Work, then: Then | None = None) -> None:
        """Queue a piece of work and return at once."""
        self._work.put((work, then))

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait until everything queued so far is done; return whether it is in the file."""
        reached = threading.Event()
        self._work.put(reached)
        return reached.wait(timeout) and self._unsaved is None

    def close(self) -> None:
        """Finish what is queued and end the thread."""
        self._work.put(None)
        self._thread.join(timeout=10.0)

    def _serve(self) -> None:
        store = self._open()
        while True:
            if self._unsaved is not None and time.monotonic() >= self._due:
                store = self._back(store)
            try:
                item = self._work.get(timeout=RETRY_SECONDS if self._unsaved is not None else None)
            except queue.Empty:
                continue
            if item is None:
                break
            if isinstance(item, threading.Event):
                item.set()
            else:
                store = self._do(store, *item)
        if self._unsaved is not None:
            store = self._back(store)
        store.close()

    def _open(self, suspicious: bool = False) -> Store:
        """Open the record; where that fails, one in memory."""
        try:
            store = Store(self._path, suspicious)
        except (UserError, OSError, sqlite3.Error) as error:
            return self._part(error)
        if store.remark:
            self._report(UserError(store.remark, code="E-STORE"))
        return store

    def _do(self, store: Store, work: Work, then: Then | None) -> Store:
        """Do one piece; return the store that the next one is for."""
        for attempt in range(TRIES + 1):
            try:
                result = work(store)
                store.commit()
            except Exception as error:  # whatever is wrong with one piece, the next ones have to be written
                store.undo()
                if is_damage(error):
                    store.close()
                    store = self._open(suspicious=True)
                elif is_refused(error) and self._unsaved is None:
                    if not is_locked(error) or attempt == TRIES - 1:
                        store.close()
                        store = self._part(error)
                else:
                    self._report(error)
                    return store
            else:
                self._done(work, then, result)
                return store
        return store

    def _done(self, work: Work, then: Then | None, result: Any) -> None:
        if self._unsaved is not None:
            self._unsaved.append(work)
        try:
            if then is not None:
                then(result)
        except Exception as error:  # the listener's mistake: the work itself is done
            self._report(error)

    def _part(self, error: Exception) -> Store:
        """Go on in memory, and say so."""
        self._unsaved, self._due = deque(), time.monotonic() + RETRY_SECONDS
        told = error if isinstance(error, UserError) else UserError(f"The record cannot be written: {error}.")
        self._report(UserError(told.message, f"{told.hint} {_UNSAVED}".strip(), "E-STORE"))
        return open_apart(self._path)

    def _back(self, apart: Store) -> Store:
        """Write what the file lacks, as far as it allows that; return the file, or the one in memory."""
        self._due = time.monotonic() + RETRY_SECONDS
        try:
            store = Store(self._path)
        except (UserError, OSError, sqlite3.Error):
            return apart
        if not self._catch_up(store):
            store.close()
            return apart
        self._unsaved = None
        apart.close()
        with suppress(RuntimeError):
            self._on_return()
        return store

    def _catch_up(self, store: Store) -> bool:
        while self._unsaved:
            try:
                self._unsaved[0](store)
                store.commit()
            except Exception as error:
                store.undo()
                if is_refused(error):
                    return False
                self._report(error)
            self._unsaved.popleft()
        return True

    def _report(self, error: BaseException) -> None:
        with suppress(RuntimeError):  # the window that wanted to know is gone
            self._on_error(error)


_UNSAVED = "Until it can be, what you do is kept in memory only, and lost when the window closes."
