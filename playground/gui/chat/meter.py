"""Asks the engine to measure choices: one question at a time, and the newest prompt when it is free again."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from playground.core.choices import ChoicesInfo
from playground.core.events import Done, Failed
from playground.gui.client import JobClient
from playground.gui.ticket import Ticket
from playground.jobs.choice_meter import ChoiceMeter


class Meter(QObject):
    """Measures the job asked for last."""

    measured = Signal(object)  # ChoicesInfo
    failed = Signal(str)

    def __init__(self, jobs: JobClient) -> None:
        super().__init__()
        self._jobs = jobs
        self._ticket: Ticket | None = None
        self._next: ChoiceMeter | None = None

    @property
    def is_idle(self) -> bool:
        """Say whether nothing is being measured."""
        return self._ticket is None

    def ask(self, job: ChoiceMeter) -> None:
        """Measure this; what is under way for an older prompt is stopped."""
        self._next = job
        if self._ticket is None:
            self._begin()
        else:
            self._jobs.stop(self._ticket)

    def forget(self) -> None:
        """Nothing is to be measured any more."""
        self._next = None
        if self._ticket is not None:
            self._jobs.stop(self._ticket)

    def _begin(self) -> None:
        job, self._next = self._next, None
        if job is None:
            return
        ticket = self._ticket = self._jobs.submit(job)
        ticket.on(Done, lambda event: self._take(event.result))
        ticket.on(Failed, lambda event: self.failed.emit(f"{event.message} {event.hint}"))
        ticket.on_end(lambda: self._on_end(ticket))

    def _take(self, info: object) -> None:
        if isinstance(info, ChoicesInfo) and self._next is None:
            self.measured.emit(info)

    def _on_end(self, ticket: Ticket) -> None:
        if ticket is self._ticket:
            self._ticket = None
            self._begin()
