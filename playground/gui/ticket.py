"""A submitted job, as the GUI sees it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Self, TypeVar

from playground.core.events import LAST, Event, Failed
from playground.jobs.job import Job

E = TypeVar("E", bound=Event)


class Ticket:
    """Where a job's events arrive. Slots are called on the GUI thread, in the order in which they were added."""

    def __init__(self, number: int, job: Job) -> None:
        self.number, self.job = number, job
        self.heard = time.monotonic()  # when the job last gave a sign of life
        self.ended = False
        self.stopping = False
        self._slots: dict[type[Event], list[Callable[[Any], object]]] = defaultdict(list)

    def on(self, kind: type[E], slot: Callable[[E], object]) -> Self:
        """Call `slot` with every event of this kind."""
        self._slots[kind].append(slot)
        return self

    def on_end(self, slot: Callable[[], object]) -> Self:
        """Call `slot` after the last event, whichever it is."""
        for kind in LAST:
            self.on(kind, lambda _: slot())
        return self

    def tell(self, event: Event) -> None:
        """Deliver one event."""
        self.heard = time.monotonic()
        if self.ended:
            return
        self.ended = isinstance(event, LAST)
        for slot in tuple(self._slots[type(event)]) + tuple(self._slots[Event]):
            slot(event)

    @property
    def is_handled(self) -> bool:
        """Say whether anyone listens to its failure."""
        return bool(self._slots[Failed])
