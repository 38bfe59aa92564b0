"""Runs jobs in their lanes. The app runs this in a process of its own; tests and the command line in a thread.

One thread computes: it drives `talk` and `work` by turns, so that torch never meets a second thread. `glance`
and `errand` have threads of their own and no torch. The thread that calls `serve` only listens.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from playground.core.events import LAST, Beat, Cancelled, Event, Failed, Waiting
from playground.core.logs import open_log
from playground.core.owner import Owner, interrupt_the_dead
from playground.core.paths import Paths
from playground.core.writer import Writer
from playground.jobs.job import Job
from playground.jobs.narrating import Telling
from playground.jobs.orders import Numbered, Stop, Submit
from playground.jobs.recording import Recorder, recorder_for

if TYPE_CHECKING:
    from playground.engine.workspace import Workspace

ERRANDS = 4
MEMORY_SECONDS = 2.0
BEAT_SECONDS = 1.0  # a working job without news still says that it lives

log = logging.getLogger(__name__)


def open_workspace(paths: Paths) -> Workspace:
    """Import torch and transformers: here, and nowhere earlier."""
    from playground.engine.workspace import Workspace

    return Workspace(paths)


@dataclass(eq=False)
class Running:
    """A job in a lane."""

    number: int
    telling: Telling
    recorder: Recorder | None
    events: Iterator[Event | None] = field(init=False)
    begun: bool = False
    told: float = 0.0  # when it last said something

    def __post_init__(self) -> None:
        self.events = self.telling.events()


class Host:
    """The lanes, and what they share."""

    def __init__(self, send: Callable[[Numbered], None], paths: Paths, prepare: Callable[[Paths], Any]) -> None:
        self._send, self._paths, self._prepare = send, paths, prepare
        self._owner = Owner(paths.locks)
        self._writer = Writer(paths.store)
        self._writer.put(lambda store: interrupt_the_dead(store, paths.locks))
        self._jobs: dict[int, Running] = {}
        self._talk: deque[Running] = deque()
        self._work: deque[Running] = deque()
        self._glances: dict[type, Running] = {}  # the newest of each kind
        self._news = threading.Condition()
        self._closed = False
        self._ready = threading.Event()
        self._workspace: Any = None
        self._errands = ThreadPoolExecutor(ERRANDS, thread_name_prefix="errand")
        self._threads = [
            threading.Thread(target=self._compute, name="compute", daemon=True),
            threading.Thread(target=self._glance, name="glance", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, number: int, job: Job) -> None:
        """Put a job into its lane."""
        running = Running(number, Telling(job, None), recorder_for(job, self._writer, self._owner.name))
        self._jobs[number] = running
        with self._news:
            match job.lane:
                case "talk":
                    self._talk.append(running)
                case "work":
                    self._work.append(running)
                case "glance":
                    replaced = self._glances.pop(type(job), None)
                    self._glances[type(job)] = running
                    if replaced is not None:
                        self._tell(replaced, Cancelled())
                case "errand":
                    self._errands.submit(self._run_errand, running)
            self._news.notify_all()

    def stop(self, number: int) -> None:
        """Ask a job to end at its next step; one still waiting ends at once."""
        running = self._jobs.get(number)
        if running is None:
            return
        running.telling.stopped = True
        with self._news:
            lane = self._talk if running in self._talk else self._work
            waiting = running in lane and not running.begun
            if waiting:
                lane.remove(running)
            self._news.notify_all()
        if waiting:
            self._tell(running, Cancelled())

    def report_memory(self) -> None:
        """Say what the engine holds; silent until there is something to say."""
        if self._ready.is_set() and self._workspace is not None and hasattr(self._workspace, "memory"):
            self._send(Numbered(0, self._workspace.memory()))

    def close(self) -> None:
        """Stop everything, let each job tidy up, and write what there is."""
        for running in list(self._jobs.values()):
            running.telling.stopped = True
        with self._news:
            self._closed = True
            self._news.notify_all()
        for thread in self._threads:
            thread.join(timeout=5.0)
        self._errands.shutdown(wait=False, cancel_futures=True)
        self._writer.close()
        self._owner.close()

    # -- the compute thread ------------------------------------------------------------------------------------

    def _compute(self) -> None:
        failure = self._open()
        while (running := self._next_turn()) is not None:
            if failure is not None:
                self._tell(running, failure)
                self._leave(running)
            elif running.telling.job.lane == "talk":
                self._run_to_end(running)
                self._leave(running)
            elif not self._step(running):
                self._leave(running)

    def _open(self) -> Failed | None:
        try:
            self._workspace = self._prepare(self._paths)
        except BaseException as error:
            log.exception("the engine could not start")
            return Failed.because(error)
        finally:
            self._ready.set()
        self.report_memory()
        return None

    def _next_turn(self) -> Running | None:
        """Wait for work. Talk comes first; the work story on top is told one step at a time."""
        with self._news:
            while not (self._talk or self._work or self._closed):
                self._news.wait()
            if self._talk and self._work and self._work[0].begun:
                self._tell(self._work[0], Waiting(self._talk[0].telling.job.label))
            lane = self._talk or self._work
            if not lane:
                return None
            lane[0].begun = True
            return lane[0]

    def _leave(self, running: Running) -> None:
        with self._news:
            lane = self._talk if running in self._talk else self._work
            if running in lane:
                lane.remove(running)
        if self._workspace is not None and hasattr(self._workspace, "trim"):
            self._workspace.trim()
            self.report_memory()

    # -- the other threads -------------------------------------------------------------------------------------

    def _glance(self) -> None:
        self._ready.wait()
        while True:
            with self._news:
                while not (self._glances or self._closed):
                    self._news.wait()
                if self._closed:
                    return
                running = self._glances.pop(next(iter(self._glances)))
            self._run_to_end(running)

    def _run_errand(self, running: Running) -> None:
        # An errand needs the workspace's folders only, which are known before torch is there.
        self._run_to_end(running, _Errand(self._paths))

    # -- telling -----------------------------------------------------------------------------------------------

    def _run_to_end(self, running: Running, workspace: Any = None) -> None:
        while self._step(running, workspace):
            pass

    def _step(self, running: Running, workspace: Any = None) -> bool:
        """Tell the next event of a story; return whether more may follow."""
        if not running.told:  # its first step
            running.telling.workspace = self._workspace if workspace is None else workspace
        try:
            event = next(running.events)
        except StopIteration:
            return False
        self._tell(running, event)
        return not isinstance(event, LAST)

    def _tell(self, running: Running, event: Event | None) -> None:
        now = time.monotonic()
        if running.recorder is not None:
            running.recorder.hear(event)
        if event is None:
            if now - running.told < BEAT_SECONDS:
                return
            event = Beat()
        running.told = now
        if isinstance(event, LAST):
            self._jobs.pop(running.number, None)
        self._send(Numbered(running.number, event))


@dataclass(frozen=True)
class _Errand:
    """The part of a workspace an errand may see."""

    paths: Paths


def serve(
    link: Connection, paths: Paths, prepare: Callable[[Paths], Any] = open_workspace, in_process: bool = False
) -> None:
    """Listen until the other side has gone."""
    if in_process:
        _settle_in(paths)
    lock = threading.Lock()

    def send(message: Numbered) -> None:
        with lock, suppress(OSError, ValueError):  # the window has gone: the jobs are being stopped
            link.send(message)

    host = Host(send, paths, prepare)
    beat = 0.0
    try:
        while True:
            if link.poll(MEMORY_SECONDS):
                order = link.recv()
                if isinstance(order, Submit):
                    host.submit(order.number, order.job)
                elif isinstance(order, Stop):
                    host.stop(order.number)
            if time.monotonic() - beat >= MEMORY_SECONDS:
                beat = time.monotonic()
                host.report_memory()
    except (EOFError, OSError):
        log.info("the window has gone")
    finally:
        host.close()
        link.close()
        if in_process:
            os._exit(0)  # a job deep in a library call must not outlive the window


def _settle_in(paths: Paths) -> None:
    """Make this process a good neighbour: its output in a log, the window first when both want the processor."""
    path = open_log(paths.logs, "engine")
    stream = path.open("a", buffering=1, encoding="utf-8")
    for number in (1, 2):
        os.dup2(stream.fileno(), number)
    sys.stdout = sys.stderr = stream
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is for the window, which then ends us
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    if hasattr(os, "nice"):
        os.nice(5)
