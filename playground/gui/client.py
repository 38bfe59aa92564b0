"""The Qt side of jobs: submit, listen, stop."""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from playground.core.events import LAST, Cancelled, Event, Failed, Memory
from playground.gui.link import Kill, Link
from playground.gui.ticket import Ticket
from playground.jobs.job import Job
from playground.jobs.orders import Numbered, Stop, Submit

FRAME_MS = 33  # events reach the screen 30 times a second, however fast they come
BUDGET_SECONDS = 0.012  # delivering takes no longer than this in one go; the rest waits for the next frame
GRACE_SECONDS = 5.0  # what a stopped job gets on top of two of its own steps
WATCH_MS = 500  # how often jobs that are to stop are looked at
RESTART_SECONDS = 3.0  # an engine that died younger than this is started again only when it is needed
COMPUTE = ("talk", "work")  # the lanes that share a thread: one's sign of life is the other's


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
        self._inbox: deque[Callable[[], None]] = deque()  # what is to be done on the GUI thread, in order
        self._lock = threading.Lock()
        self._awake = False  # whether a frame is due
        self._link: Link | None = None
        self._closed = False
        self._engine = 0  # which engine is the present one
        self._since = 0.0  # when it was started
        self._heard = 0.0  # when its computing thread last gave a sign of life; 0: it never spoke
        self._frame = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._frame.setTimerType(Qt.TimerType.PreciseTimer)
        self._frame.timeout.connect(self.pump)
        self._arrived.connect(self._frame.start, Qt.ConnectionType.QueuedConnection)
        self._watch = QTimer(self, interval=WATCH_MS)
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
        if self._link is None and not self._closed:
            self._engine += 1
            self._since, self._heard = time.monotonic(), 0.0
            self._link = Link(self._start, partial(self._hear, self._engine))

    def submit(self, job: Job) -> Ticket:
        """Hand a job over and return its ticket at once."""
        self.start()
        ticket = Ticket(next(self._numbers), job)
        if self._link is None:  # closed: a timer of the window may still fire, and must not start another engine
            ticket.ended = True
            return ticket
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
        self.pump()  # it may have ended, or said something worth keeping, since the last frame
        if ticket.number in self._tickets:
            self._replace("Stopped by force. The model has to be loaded again.", "E-STOPPED-BY-FORCE", ticket)

    def pump(self) -> None:
        """Deliver what has arrived since the last frame, as far as this frame has room for it."""
        with self._lock:
            self._awake = False
        self._frame.start()  # a slot may open a dialog: what arrives meanwhile, and what is left, comes in its loop
        until = time.monotonic() + BUDGET_SECONDS
        try:
            while time.monotonic() < until and (next_one := self._next()) is not None:
                next_one()
        finally:  # also when a slot has raised: its mistake must not cost the others their news
            with self._lock:
                self._awake = more = bool(self._inbox)
            if not more:
                self._frame.stop()

    def close(self, patient: bool = True) -> None:
        """End the engine, after it has tidied up or now, for good: nothing more is started."""
        self._closed = True
        self._watch.stop()
        self._frame.stop()
        with self._lock:
            self._inbox.clear()
            self._awake = False
        if self._link is not None:
            if patient:
                self._link.leave()
            else:
                self._link.close()
        self._link = None

    # -- what arrives ------------------------------------------------------------------------------------------

    def _hear(self, engine: int, message: Numbered | None) -> None:
        """Take a message from one of the link's threads."""
        self._put(partial(self._take, engine, message))

    def _put(self, action: Callable[[], None]) -> None:
        """Have something done on the GUI thread; wake it once a frame at most."""
        with self._lock:
            self._inbox.append(action)
            asleep, self._awake = not self._awake, True
        if asleep:
            with suppress(RuntimeError):  # the application has ended
                self._arrived.emit()

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            return self._inbox.popleft() if self._inbox else None

    def _take(self, engine: int, message: Numbered | None) -> None:
        if engine != self._engine or self._link is None:  # the last words of one that was replaced
            return
        if message is None:
            self._replace("The engine stopped unexpectedly.", "E-ENGINE-DIED", None)
        elif isinstance(message.event, Memory):
            self._heard = self._heard or time.monotonic()
            self.memory_changed.emit(message.event)
        elif (ticket := self._tickets.get(message.number)) is not None:
            self._tell(ticket, message.event)

    def _tell(self, ticket: Ticket, event: Event) -> None:
        if ticket.job.lane in COMPUTE:
            self._heard = time.monotonic()
        last = isinstance(event, LAST)
        if last:
            self._tickets.pop(ticket.number, None)
        try:
            ticket.tell(event)
        finally:
            if last:
                self.ended.emit(ticket, event)

    # -- what goes wrong ---------------------------------------------------------------------------------------

    def _look_for_stuck(self) -> None:
        stopping = [t for t in self.tickets if t.stopping]
        if not stopping:
            self._watch.stop()
            return
        now = time.monotonic()
        for ticket in stopping:
            heard = max(ticket.heard, self._heard) if ticket.job.lane in COMPUTE else ticket.heard
            if now - heard > 2 * ticket.job.step_seconds + GRACE_SECONDS:
                ticket.heard = now  # ask again only after another wait
                others = [t for t in self.tickets if t is not ticket and not t.stopping]
                if others:
                    self.stop_is_stuck.emit(ticket, others)
                else:
                    self.insist(ticket)
                return

    def _replace(self, reason: str, code: str, culprit: Ticket | None) -> None:
        """Put a fresh engine in the place of the present one and tell every job of the old one that it has ended."""
        lost, self._tickets = self.tickets, {}
        if self._link is not None:
            self._link.close()
        self._link = None
        details = self._details()
        # One that dies before it can work, or at once, would do so again: it is started when it is needed.
        if self._heard and time.monotonic() - self._since > RESTART_SECONDS:
            self.start()
        self._put(partial(self.engine_died.emit, reason))
        for ticket in lost:
            stopped = ticket.stopping and ticket is not culprit
            event: Event = Cancelled() if stopped else Failed(reason, _HINT, code, details)
            self._put(partial(self._tell, ticket, event))


_HINT = "A fresh engine takes its place. What was written so far is kept; load the model again."
