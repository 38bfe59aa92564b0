"""A client whose tickets the test speaks through."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QObject, Signal

from playground.core.events import Cancelled, Event
from playground.gui.ticket import Ticket
from playground.jobs.job import Job


class FakeJobs(QObject):
    """Takes jobs and runs none: the test tells each ticket what happens."""

    submitted = Signal(object)
    ended = Signal(object, object)
    memory_changed = Signal(object)
    engine_died = Signal(str)
    stop_is_stuck = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count(1)
        self.all: list[Ticket] = []
        self.stopped: list[Ticket] = []
        self.polite = True  # a stopped job ends at once

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        return tuple(ticket for ticket in self.all if not ticket.ended)

    @property
    def last(self) -> Ticket:
        return self.all[-1]

    def submit(self, job: Job) -> Ticket:
        ticket = Ticket(next(self._numbers), job)
        self.all.append(ticket)
        self.submitted.emit(ticket)
        return ticket

    def stop(self, ticket: Ticket) -> None:
        ticket.stopping = True
        self.stopped.append(ticket)
        if self.polite:
            ticket.tell(Cancelled())

    def tell(self, *events: Event) -> None:
        """Say something through the newest ticket."""
        for event in events:
            self.last.tell(event)
