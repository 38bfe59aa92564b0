"""A thread that owns one connection to the store, so that no other thread waits for the disk."""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playground.core.errors import UserError
from playground.core.store import Store

Work = Callable[[Store], Any]
Then = Callable[[Any], None]

COMMIT_SECONDS = 0.5
"""What was written is on disk after this long at the latest."""

log = logging.getLogger(__name__)


class Writer:
    """Runs pieces of work on the store, in order. `then` is called with each result, in this thread."""

    def __init__(self, path: Path, on_error: Callable[[BaseException], None] | None = None) -> None:
        self._path = path
        self._on_error = on_error or (lambda error: log.error("store: %s", error))
        self._work: queue.Queue[tuple[Work, Then | None] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._serve, name="store", daemon=True)
        self._thread.start()

    def put(self, work: Work, then: Then | None = None) -> None:
        """Queue a piece of work and return at once."""
        self._work.put((work, then))

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait until everything queued so far is on disk; return whether that came true in time."""
        done = threading.Event()
        self.put(lambda store: store.commit(), lambda _: done.set())
        return done.wait(timeout)

    def close(self) -> None:
        """Finish what is queued, commit and end the thread."""
        self._work.put(None)
        self._thread.join(timeout=10.0)

    def _serve(self) -> None:
        try:
            store = Store(self._path)
        except (UserError, OSError) as error:
            self._on_error(error)
            return
        due = 0.0  # when the open transaction has to be committed; 0: there is none
        while True:
            try:
                item = self._work.get(timeout=max(0.0, due - time.monotonic()) if due else None)
            except queue.Empty:
                due = self._commit(store)
                continue
            if item is None:
                break
            self._do(store, *item)
            due = due or time.monotonic() + COMMIT_SECONDS
            if time.monotonic() >= due:
                due = self._commit(store)
        self._commit(store)
        store.close()

    def _do(self, store: Store, work: Work, then: Then | None) -> None:
        try:
            result = work(store)
        except (sqlite3.Error, UserError, OSError) as error:
            self._on_error(error)
            return
        if then is not None:
            then(result)

    def _commit(self, store: Store) -> float:
        try:
            store.commit()
        except sqlite3.Error as error:
            self._on_error(error)
        return 0.0
