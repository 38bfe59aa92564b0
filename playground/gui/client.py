"""The Qt side of jobs: submit, listen, stop."""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from playground.core.events import LAST, Cancelled, Event, Failed, Memory
from playground.gui.link import Kill, Link
from playground.gui.ticket import Ticket
from playground.jobs.job import Job
from playground.jobs.orders import Numbered, Stop, Submit

FRAME_MS = 33  # events reach the screen 30 times a second, however fast they come
GRACE_SECONDS = 5.0  # what a stopped job gets on top of two of its own steps


class JobClient(QObject):
    """Gives jobs to the engine and brings their events to the GUI thread."""

    submitted = Signal(object)  # Ticket
    ended = Signal(object, object)  # Ticket, the last Event
    memory_changed = Signal(object)  # Memory
    engine_died = Signal(str)  # what was lost, in words
    stop_is_stuck = Signal(object, object)  # Ticket that does not stop, the other tickets that would die with it
    _arrived = Signal()

    def __init__(self, start: Callable[[Connection], Kill], details: Callable[[], str] = lambda: "") -> None:
        super().__init__()
        self._start, self._details = start, details
        self._numbers = itertools.count(1)
        self._tickets: dict[int, Ticket] = {}
        self._inbox: deque[Numbered | None] = deque()
        self._lock = threading.Lock()
        self._awake = False  # whether a frame is due
        self._link: Link | None = None
        self._frame = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._frame.setTimerType(Qt.TimerType.PreciseTimer)
        self._frame.timeout.connect(self.pump)
        self._arrived.connect(self._frame.start, Qt.ConnectionType.QueuedConnection)
        self._watch = QTimer(self, interval=500)
        self._watch.timeout.connect(self._look_for_stuck)

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        """Return the jobs that have not ended, oldest first."""
        return tuple(self._tickets.values())

    @property
    def is_started(self) -> bool:
        return self._link is not None

    def start(self) -> None:
        """Start the engine if it does not run yet."""
        if self._link is None:
            self._link = Link(self._start, self._hear)

    def submit(self, job: Job) -> Ticket:
        """Hand a job over and return its ticket at once."""
        self.start()
        assert self._link is not None
        ticket = Ticket(next(self._numbers), job)
        self._tickets[ticket.number] = ticket
        self._link.send(Submit(ticket.number, job))
        self.submitted.emit(ticket)
        return ticket

    def stop(self, ticket: Ticket) -> None:
        """Ask a job to stop; insist if it does not."""
        if ticket.ended or self._link is None:
            return
        ticket.stopping = True
        ticket.heard = time.monotonic()
        self._link.send(Stop(ticket.number))
        self._watch.start()

    def insist(self, ticket: Ticket) -> None:
        """End the engine because this job does not stop."""
        if not ticket.ended:
            self._replace("Stopped by force. The model has to be loaded again.", "E-STOPPED-BY-FORCE", ticket)

    def pump(self) -> None:
        """Deliver what has arrived since the last frame."""
        with self._lock:
            messages, self._inbox = self._inbox, deque()
            self._awake = False
        for message in messages:
            if message is None:
                self._replace("The engine stopped unexpectedly.", "E-ENGINE-DIED", None)
                return
            self._deliver(message.number, message.event)

    def close(self, patient: bool = True) -> None:
        """End the engine: after it has tidied up, or now."""
        self._watch.stop()
        self._frame.stop()
        if self._link is not None:
            if patient:
                self._link.leave()
            else:
                self._link.close()
        self._link = None

    def _hear(self, message: Numbered | None) -> None:
        """Take a message from the listening thread; wake the GUI thread once a frame at most."""
        with self._lock:
            self._inbox.append(message)
            asleep, self._awake = not self._awake, True
        if asleep:
            self._arrived.emit()

    def _deliver(self, number: int, event: Event) -> None:
        if isinstance(event, Memory):
            self.memory_changed.emit(event)
            return
        ticket = self._tickets.get(number)
        if ticket is None:
            return
        if isinstance(event, LAST):
            del self._tickets[number]
        ticket.tell(event)
        if isinstance(event, LAST):
            self.ended.emit(ticket, event)

    def _look_for_stuck(self) -> None:
        stopping = [t for t in self.tickets if t.stopping]
        if not stopping:
            self._watch.stop()
            return
        now = time.monotonic()
        for ticket in stopping:
            if now - ticket.heard > 2 * ticket.job.step_seconds + GRACE_SECONDS:
                ticket.heard = now  # ask again only after another wait
                others = [t for t in self.tickets if t is not ticket and not t.stopping]
                if others:
                    self.stop_is_stuck.emit(ticket, others)
                else:
                    self.insist(ticket)
                return

    def _replace(self, reason: str, code: str, culprit: Ticket | None) -> None:
        """Start a fresh engine and tell every job of the old one that it has ended."""
        lost, self._tickets = self.tickets, {}
        if self._link is not None:
            self._link.close()
        with self._lock:
            self._inbox.clear()
            self._awake = False
        details = self._details()
        self._link = Link(self._start, self._hear)
        self.engine_died.emit(reason)
        for ticket in lost:
            stopped = ticket.stopping and ticket is not culprit
            event: Event = Cancelled() if stopped else Failed(reason, _HINT, code, details)
            ticket.tell(event)
            self.ended.emit(ticket, event)


_HINT = "A fresh engine has started. What was written so far is kept; load the model again."
