"""Writes what a job produced into the store while it is being produced."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any

from playground.core.events import Cancelled, Done, Event, Failed, Settled, Started, Token
from playground.core.plain import dump, to_plain
from playground.core.registry import kind_of
from playground.core.store import Store
from playground.core.writer import Writer
from playground.jobs.job import Job, RecordedJob

BATCH_SECONDS = 0.25


class Recorder:
    """Follows one job's events and writes its runs: one, or for a batch one for each row.

    Tokens are handed to the writer a few times a second, those of all rows in one piece.
    """

    def __init__(self, writer: Writer, owner: str, job: RecordedJob) -> None:
        self._writer, self._owner, self._job = writer, owner, job
        self._runs = job.runs()
        self._tokens: defaultdict[int, list[Token]] = defaultdict(list)  # by row
        self._handed = time.monotonic()
        self._begun = False

    def hear(self, event: Event | None) -> None:
        """Record one event."""
        match event:
            case Started():
                self._begin()
            case Settled():
                self._settle(event)
            case Token():
                self._tokens[event.row].append(event)
            case Done():
                self._end("done", self._parts(event.result))
            case Cancelled():
                self._end("stopped")
            case Failed():
                self._end("failed", code=event.code, error=event.message)
        if time.monotonic() - self._handed >= BATCH_SECONDS:
            self._hand_over()

    def _begin(self) -> None:
        self._begun = True
        begun = [(run.run_id, kind_of(type(run)), dump(run)) for run in self._runs]

        def write(store: Store) -> None:
            for id, kind, job in begun:
                store.begin_run(id, kind, job, self._owner)

        self._writer.put(write)

    def _settle(self, event: Settled) -> None:
        id, info = self._runs[event.row].run_id, to_plain(event.info)
        self._writer.put(lambda store: store.settle_run(id, info))

    def _hand_over(self) -> None:
        rows, self._tokens = self._tokens, defaultdict(list)
        self._handed = time.monotonic()

        def write(store: Store) -> None:
            for row, tokens in rows.items():
                store.add_tokens(self._runs[row].run_id, tokens)

        if rows:
            self._writer.put(write)

    def _parts(self, result: Any) -> list[Any]:
        """Return the JSON form of each run's own part of the result."""
        plain = to_plain(result)
        return [plain] if self._runs == (self._job,) else list(plain)

    def _end(self, state: str, parts: list[Any] | None = None, code: str = "", error: str = "") -> None:
        # Paired before anything is written: a result that does not fit is the job's failure, not the writer's.
        ended = tuple(zip(self._runs, [None] * len(self._runs) if parts is None else parts, strict=True))
        if not self._begun:  # stopped while it waited, or the engine could not start: it was asked for all the same
            self._begin()
        self._hand_over()

        def write(store: Store) -> None:
            for run, part in ended:
                store.end_run(run.run_id, state, part, code, error)

        self._writer.put(write)


def recorder_for(job: Job, writer: Writer, owner: str) -> Recorder | None:
    """Return a recorder for the jobs whose words are kept."""
    return Recorder(writer, owner, job) if isinstance(job, RecordedJob) else None
