"""Writes what a job produced into the store while it is being produced."""

from __future__ import annotations

import time
from typing import Any

from playground.core.events import Cancelled, Done, Event, Failed, Started, Token
from playground.core.plain import dump, to_plain
from playground.core.registry import kind_of
from playground.core.writer import Writer
from playground.jobs.job import Job, RecordedJob

BATCH_SECONDS = 0.25


class Recorder:
    """Follows one job's events. Tokens are handed to the writer a few times a second."""

    def __init__(self, writer: Writer, owner: str, job: RecordedJob) -> None:
        self._writer, self._owner, self._job = writer, owner, job
        self._tokens: list[Token] = []
        self._handed = time.monotonic()
        self._begun = False

    def hear(self, event: Event | None) -> None:
        """Record one event."""
        match event:
            case Started():
                self._begin()
            case Token():
                self._tokens.append(event)
            case Done():
                self._end("done", event.result)
            case Cancelled():
                self._end("stopped")
            case Failed():
                self._end("failed", code=event.code, error=event.message)
        if time.monotonic() - self._handed >= BATCH_SECONDS:
            self._hand_over()

    def _begin(self) -> None:
        kind, job, run_id, owner = kind_of(type(self._job)), dump(self._job), self._job.run_id, self._owner
        self._begun = True
        self._writer.put(lambda store: store.begin_run(run_id, kind, job, owner))

    def _hand_over(self) -> None:
        tokens, self._tokens = self._tokens, []
        self._handed = time.monotonic()
        if tokens:
            self._writer.put(lambda store: store.add_tokens(self._job.run_id, tokens))

    def _end(self, state: str, result: Any = None, code: str = "", error: str = "") -> None:
        plain = to_plain(result)
        if not self._begun:  # stopped while it waited, or the engine could not start: it was asked for all the same
            self._begin()
        self._hand_over()
        self._writer.put(lambda store: store.end_run(self._job.run_id, state, plain, code, error))


def recorder_for(job: Job, writer: Writer, owner: str) -> Recorder | None:
    """Return a recorder for the jobs whose words are kept."""
    return Recorder(writer, owner, job) if isinstance(job, RecordedJob) else None
