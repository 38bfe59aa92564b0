"""The real engine in its own process, driven without a window: one job at a time, every event with its arrival."""

from __future__ import annotations

import itertools
import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

from playground.core.errors import UserError
from playground.core.events import LAST, Done, Event, Failed
from playground.core.paths import Paths
from playground.gui.link import Link, in_process
from playground.jobs.job import Job
from playground.jobs.orders import Numbered, Stop, Submit

READY_SECONDS = 120.0


class Engine:
    """Starts with the `with` block, whose first line runs once it is ready, and ends with it."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._numbers = itertools.count(1)
        self._inbox: queue.SimpleQueue[tuple[float, Numbered | None]] = queue.SimpleQueue()

    def __enter__(self) -> Engine:
        self._link = Link(in_process(self._paths), lambda message: self._inbox.put((time.perf_counter(), message)))
        self._next(READY_SECONDS)  # its first word: how much memory it takes, said when torch is there
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._link.close()

    def tell(self, job: Job) -> Iterator[tuple[float, Event]]:
        """Run a job; yield each event with the `perf_counter` time of its arrival. Failures are yielded too."""
        self._number = next(self._numbers)
        self._link.send(Submit(self._number, job))
        while True:
            when, message = self._next()
            if message.number == self._number:
                yield when, message.event
                if isinstance(message.event, LAST):
                    return

    def stop(self) -> None:
        """Ask the job being told to end."""
        self._link.send(Stop(self._number))

    def run(self, job: Job) -> Any:
        """Run a job to its end and return its result; raise a UserError when it fails."""
        return self.timed(job)[1]

    def timed(self, job: Job, hear: Callable[[Event], object] = lambda _: None) -> tuple[float, Any]:
        """Run a job to its end; return the seconds from handing it over to its last event, and its result."""
        begin = time.perf_counter()
        for when, event in self.tell(job):
            hear(event)
            if isinstance(event, Failed):
                raise UserError(event.message, event.hint, event.code)
            if isinstance(event, Done):
                return when - begin, event.result
        raise UserError("The job was stopped.")

    def _next(self, timeout: float | None = None) -> tuple[float, Numbered]:
        when, message = self._inbox.get(timeout=timeout)
        if message is None:
            raise UserError("The engine stopped unexpectedly.", code="E-ENGINE-DIED")
        return when, message


def engine_process() -> psutil.Process:
    """Return the engine this process has started; raise LookupError when there is none."""
    for child in psutil.Process().children():
        if any("spawn_main" in word for word in child.cmdline()):
            return child
    raise LookupError("this process has started no engine")


def pss_bytes(pid: int) -> int:
    """Return a process's proportional set size; raise OSError where the system does not tell it."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise OSError("no proportional set size")
