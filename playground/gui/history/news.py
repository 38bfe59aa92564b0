"""Watches the jobs whose words are recorded, and tells when the record has something new of them."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from playground.core.events import Event
from playground.core.store import Store
from playground.gui.client import JobClient
from playground.gui.records import Records
from playground.gui.ticket import Ticket
from playground.jobs.job import RecordedJob

SOON_MS = 150  # after something has happened
AGAIN_MS = 1000  # while an answer is being written
TRIES = 20  # how often the end of a run is looked for: another process writes it


class News(QObject):
    """Asks the record while `awake`, and only while something is going on."""

    came = Signal()

    def __init__(self, jobs: JobClient, records: Records) -> None:
        super().__init__()
        self._records = records
        self._running: set[str] = set()
        self._ended: dict[str, int] = {}  # runs whose end is not in the record yet, and how often it was looked for
        self._awake = False
        self._missed = True  # something may have happened while nobody looked
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._look)
        jobs.submitted.connect(self._on_submitted)
        jobs.ended.connect(self._on_ended)

    def set_awake(self, awake: bool) -> None:
        """Say whether somebody looks; what happened meanwhile is told at once."""
        self._awake = awake
        if awake and self._missed:
            self._timer.start(0)
        elif not awake:
            self._timer.stop()
            self._missed = self._missed or bool(self._running or self._ended)

    def _on_submitted(self, ticket: Ticket) -> None:
        if isinstance(ticket.job, RecordedJob):
            self._running.update(run.run_id for run in ticket.job.runs())
            self._soon()

    def _on_ended(self, ticket: Ticket, event: Event) -> None:
        if isinstance(ticket.job, RecordedJob):
            ids = {run.run_id for run in ticket.job.runs()}
            self._running -= ids
            self._ended.update(dict.fromkeys(ids, 0))
            self._soon()

    def _soon(self) -> None:
        if self._awake:
            self._timer.start(SOON_MS)
        else:
            self._missed = True

    def _look(self) -> None:
        self._missed = False
        wanted = tuple(self._ended)

        def work(store: Store) -> set[str]:
            return {id for id in wanted if (run := store.run(id)) is not None and run.state != "running"}

        self._records.read(work, self._on_looked)

    def _on_looked(self, settled: set[str]) -> None:
        self._ended = {id: n + 1 for id, n in self._ended.items() if id not in settled and n < TRIES}
        self.came.emit()
        if self._awake and self._ended:
            self._timer.start(SOON_MS)
        elif self._awake and self._running:
            self._timer.start(AGAIN_MS)
