"""Runs jobs in their lanes. The app runs this in a process of its own; tests and the command line in a thread.

One thread computes: it drives `talk` and `work` by turns, so that torch never meets a second thread. `glance`
and `errand` have threads of their own and no torch. The thread that calls `serve` only listens.
"""

from __future__ import annotations

import faulthandler
import importlib
import logging
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, Any

from playground.core.events import LAST, Beat, Cancelled, Event, Failed, Waiting
from playground.core.history import forget
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
GRACE_SECONDS = 5.0  # on leaving, what running jobs get to tidy up, on top of two of their own steps
IDLE_SECONDS = 0.5  # the same where nothing runs
BEAT_SECONDS = 1.0  # a working job without news still says that it lives

log = logging.getLogger(__name__)


def open_workspace(paths: Paths) -> Workspace:
    """Import torch and transformers: here, and nowhere earlier."""
    # Waiting threads of OpenMP spin ten times longer by default: no faster on a quiet machine, and on a busy one
    # each small product waits for a thread that has no processor.
    os.environ.setdefault("GOMP_SPINCOUNT", "20000")
    importlib.import_module("playground.engine.reader").reader("templates").start()  # it gets ready meanwhile
    for name in ("loading", "decoding"):  # the first load and answer need them: while the user still looks around
        importlib.import_module(f"playground.engine.{name}")
    from playground.engine.workspace import Workspace

    return Workspace(paths)


@dataclass(eq=False)
class Running:
    """A job in a lane."""

    number: int
    telling: Telling
    recorder: Recorder | None
    events: Generator[Event | None, None, None] = field(init=False)
    begun: bool = False  # guarded by the host's condition: whoever turns it tells the story
    told: float = 0.0  # when it last said something

    def __post_init__(self) -> None:
        self.events = self.telling.events()

    @property
    def job(self) -> Job:
        return self.telling.job


class Host:
    """The lanes, and what they share."""

    def __init__(self, send: Callable[[Numbered], None], paths: Paths, prepare: Callable[[Paths], Any]) -> None:
        self._send, self._paths, self._prepare = send, paths, prepare
        self._owner = Owner(paths.locks)
        self._writer = Writer(paths.store)
        self._writer.put(lambda store: interrupt_the_dead(store, paths.locks))
        self._writer.put(lambda store: forget(store, paths))
        self._jobs: dict[int, Running] = {}
        self._talk: deque[Running] = deque()
        self._work: deque[Running] = deque()
        self._glances: dict[type, Running] = {}  # the newest of each kind
        self._news = threading.Condition()
        self._closed = False
        self._ready = threading.Event()
        self._workspace: Any = None
        self._failure: Failed | None = None  # why there is no workspace
        self._errands = ThreadPoolExecutor(ERRANDS, thread_name_prefix="errand")
        self._errands_left: set[Future[None]] = set()
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
        replaced = None
        with self._news:
            match job.lane:
                case "talk":
                    self._talk.append(running)
                case "work":
                    self._work.append(running)
                case "glance":
                    replaced = self._glances.pop(type(job), None)
                    self._glances[type(job)] = running
                case "errand":
                    errand = self._errands.submit(self._run_errand, running)
                    self._errands_left.add(errand)
                    errand.add_done_callback(self._errands_left.discard)
            self._news.notify_all()
        if replaced is not None:
            self._tell(replaced, Cancelled())

    def stop(self, number: int) -> None:
        """Ask a job to end at its next step; one still waiting ends at once."""
        running = self._jobs.get(number)
        if running is None:
            return
        running.telling.stopped = True
        with self._news:
            waiting = not running.begun
            running.begun = True  # nobody else begins it now
            if waiting:
                self._take_out(running)
            self._news.notify_all()
        if waiting:
            self._tell(running, Cancelled())

    def report_memory(self) -> None:
        """Say what the engine holds; silent until there is something to say."""
        if self._ready.is_set() and self._workspace is not None and hasattr(self._workspace, "memory"):
            self._send(Numbered(0, self._workspace.memory()))

    def close(self) -> None:
        """Stop everything, let each job tidy up, and write what there is."""
        running = list(self._jobs.values())
        for each in running:
            each.telling.stopped = True
        with self._news:
            self._closed = True
            self._news.notify_all()
        self._errands.shutdown(wait=False, cancel_futures=True)
        # A step in the middle of a library call gets the same patience as one that is stopped by hand; where nothing
        # has begun, there is nothing to tidy up, even if the libraries are still being imported.
        begun = [2 * each.job.step_seconds + GRACE_SECONDS for each in running if each.begun]
        patience = max(begun, default=IDLE_SECONDS)
        until = time.monotonic() + patience
        for thread in self._threads:
            thread.join(timeout=max(0.0, until - time.monotonic()))
        wait(tuple(self._errands_left), timeout=max(0.0, until - time.monotonic()))
        self._writer.close()
        self._owner.close()

    # -- the compute thread ------------------------------------------------------------------------------------

    def _compute(self) -> None:
        self._open()
        while (running := self._next_turn()) is not None:
            if running.job.lane == "talk":
                self._talk_to_the_end(running)
            elif not self._step(running):
                self._leave(running)

    def _open(self) -> None:
        try:
            self._workspace = self._prepare(self._paths)
        except BaseException as error:
            log.exception("the engine could not start")
            self._failure = Failed.because(error)
        finally:
            self._ready.set()
        self.report_memory()

    def _next_turn(self) -> Running | None:
        """Wait for work. Talk comes first; the work story on top is told one step at a time."""
        with self._news:
            while not (self._talk or self._work or self._closed):
                self._news.wait()
            lane = self._talk or self._work
            if not lane:
                return None
            lane[0].begun = True
            running = lane[0]
            paused = self._work[0] if self._talk and self._work and self._work[0].begun else None
        if paused is not None and not paused.telling.stopped:
            self._tell(paused, Waiting(running.job.label))
        return running

    def _talk_to_the_end(self, talk: Running) -> None:
        """Tell a talk story; a paused work story that was stopped meanwhile ends between two of its steps."""
        while self._step(talk):
            with self._news:
                paused = self._work[0] if self._work and self._work[0].begun else None
            if paused is not None and paused.telling.stopped and not self._step(paused):
                self._leave(paused)
        self._leave(talk)

    def _leave(self, running: Running) -> None:
        with self._news:
            self._take_out(running)
        if self._workspace is not None and hasattr(self._workspace, "trim"):
            self._workspace.trim()
            self.report_memory()

    def _take_out(self, running: Running) -> None:
        for lane in (self._talk, self._work):
            if running in lane:
                lane.remove(running)
        if self._glances.get(type(running.job)) is running:
            del self._glances[type(running.job)]

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
                running.begun = True
            self._run_to_end(running)

    def _run_errand(self, running: Running) -> None:
        with self._news:
            if running.begun:  # stopped while it waited for a thread
                return
            running.begun = True
        # An errand needs the workspace's folders only, which are known before torch is there.
        running.telling.workspace = _Errand(self._paths)
        self._run_to_end(running)

    # -- telling -----------------------------------------------------------------------------------------------

    def _run_to_end(self, running: Running) -> None:
        while self._step(running):
            pass

    def _step(self, running: Running) -> bool:
        """Tell the next event of a story; return whether more may follow."""
        if running.telling.workspace is None:
            if self._failure is not None:
                self._tell(running, self._failure)
                return False
            running.telling.workspace = self._workspace
        event = next(running.events, _NOTHING)
        try:
            self._tell(running, event)
        except Exception as error:  # an event that cannot travel, or a result without a JSON form
            running.telling.stopped = True
            deque(running.events, maxlen=0)  # let the job tidy up
            self._tell(running, Failed.because(error))
            return False
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
        self._send(Numbered(running.number, event))
        if isinstance(event, LAST):
            self._jobs.pop(running.number, None)


_NOTHING = Cancelled()


@dataclass(frozen=True)
class _Errand:
    """The part of a workspace an errand may see."""

    paths: Paths


def serve(
    link: Connection, paths: Paths, prepare: Callable[[Paths], Any] = open_workspace, in_process: bool = False
) -> None:
    """Listen until the other side says goodbye (None) or has gone."""
    if in_process:
        _settle_in(paths)
    host = Host(_sender(link), paths, prepare)
    try:
        _listen(link, host)
    except (EOFError, OSError):
        log.info("the window has gone")
    finally:
        host.close()
        link.close()
        if in_process:
            os._exit(0)  # a job deep in a library call must not outlive the window


def _sender(link: Connection) -> Callable[[Numbered], None]:
    lock = threading.Lock()

    def send(message: Numbered) -> None:
        data = ForkingPickler.dumps(message)  # what cannot be pickled is the job's mistake, and raised there
        with lock, suppress(OSError):  # the window has gone: the jobs are being stopped
            link.send_bytes(data)

    return send


def _listen(link: Connection, host: Host) -> None:
    beat = 0.0
    while True:
        if link.poll(MEMORY_SECONDS):
            match link.recv():
                case Submit(number, job):
                    host.submit(number, job)
                case Stop(number):
                    host.stop(number)
                case None:
                    return
        if time.monotonic() - beat >= MEMORY_SECONDS:
            beat = time.monotonic()
            host.report_memory()


def _settle_in(paths: Paths) -> None:
    """Make this process a good neighbour: its output in a log, the window first when both want the processor."""
    path = open_log(paths.logs, "engine")
    stream = path.open("a", buffering=1, encoding="utf-8")
    for number in (1, 2):
        os.dup2(stream.fileno(), number)
    sys.stdout = sys.stderr = stream
    faulthandler.enable(stream)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is for the window, which then ends us
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    if hasattr(os, "nice"):
        os.nice(5)
