"""Talking to the engine without ever waiting for it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

import pytest

from playground.core.events import Done, Failed, Started
from playground.core.paths import Paths
from playground.gui.link import Kill, Link, in_thread
from playground.jobs.host import serve
from playground.jobs.job import Job
from playground.jobs.orders import Numbered, Submit
from tests.jobs.helpers import PATIENCE, Count, Unspeakable, Weigh, prepare


def until(true: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    tick, given_up = threading.Event(), time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < given_up
        tick.wait(0.001)


class Ear:
    """Hears a link in the test's own time."""

    def __init__(self) -> None:
        self.said: queue.SimpleQueue[Numbered | None] = queue.SimpleQueue()

    def __call__(self, message: Numbered | None) -> None:
        self.said.put(message)

    def next(self) -> Numbered | None:
        return self.said.get(timeout=PATIENCE)


class Served:
    """Starts an engine in a thread; remembers the thread and both ends."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []
        self.theirs: list[Connection] = []
        self.killed = 0

    def __call__(self, theirs: Connection) -> Kill:
        self.theirs.append(theirs)
        self.threads.append(threading.Thread(target=serve, args=(theirs, Paths.standard(), prepare), daemon=True))
        self.begin()
        return self.kill

    def begin(self) -> None:
        self.threads[-1].start()

    def kill(self) -> None:
        self.killed += 1


class Dozing(Served):
    """An engine that reads nothing until the test says so."""

    def begin(self) -> None:
        pass


def test_a_job_goes_out_and_its_story_comes_back() -> None:
    ear = Ear()
    link = Link(in_thread(Paths.standard(), prepare), ear)
    link.send(Submit(7, Count(0)))
    assert [ear.next(), ear.next()] == [Numbered(7, Started()), Numbered(7, Done(0))]
    link.leave()


def test_a_full_pipe_never_holds_up_the_one_who_sends() -> None:
    ear, engine = Ear(), Dozing()
    link = Link(engine, ear)
    for number in (1, 2, 3):  # far more than a pipe holds; were it waited for, the test would end here
        link.send(Submit(number, Weigh(bytes(8_000_000))))
    until(lambda: bool(engine.threads))
    engine.threads[0].start()
    said = [ear.next() for _ in range(9)]
    assert [m.event.result for m in said if m and isinstance(m.event, Done)] == [8_000_000] * 3
    link.leave()


def test_a_job_that_cannot_be_pickled_fails_and_the_next_one_runs() -> None:
    class Local(Job):
        pass

    ear = Ear()
    link = Link(in_thread(Paths.standard(), prepare), ear)
    link.send(Submit(1, Local()))
    message = ear.next()
    assert message is not None
    assert message.number == 1
    assert isinstance(message.event, Failed)
    link.send(Submit(2, Count(0)))
    assert ear.next() == Numbered(2, Started())
    link.leave()


def test_an_engine_that_cannot_be_started_counts_as_gone() -> None:
    def start(theirs: Connection) -> Kill:
        raise OSError(11, "Resource temporarily unavailable")

    ear = Ear()
    Link(start, ear)
    assert ear.next() is None


def test_when_the_engine_goes_it_is_heard_once() -> None:
    ear, engine = Ear(), Dozing()
    link = Link(engine, ear)
    link.send(Submit(1, Count(0)))
    until(lambda: bool(engine.theirs))
    engine.theirs[0].close()
    assert ear.next() is None
    link.close()
    until(lambda: link._ours.closed)
    assert engine.killed == 1
    assert ear.said.empty()


def test_one_that_speaks_nonsense_counts_as_gone() -> None:
    ear, engine = Ear(), Dozing()
    Link(engine, ear)
    until(lambda: bool(engine.theirs))
    engine.theirs[0].send_bytes(b"cno_such_module\nThing\n.")
    assert ear.next() is None


def test_after_leaving_nothing_is_heard_and_the_engine_ends_in_order() -> None:
    ear, engine = Ear(), Served()
    link = Link(engine, ear)
    link.send(Submit(1, Count(0)))
    assert ear.next() is not None
    link.leave()
    engine.threads[0].join(PATIENCE)
    assert not engine.threads[0].is_alive()
    assert engine.killed == 0
    until(lambda: link._ours.closed)  # both threads have ended
    leftover = []
    while not ear.said.empty():
        leftover.append(ear.said.get())
    assert None not in leftover


def test_closed_before_it_had_begun_it_is_killed_all_the_same() -> None:
    begun, may_begin = threading.Event(), threading.Event()

    class Slow(Served):
        def begin(self) -> None:
            begun.set()
            may_begin.wait(PATIENCE)
            super().begin()

    engine = Slow()
    link = Link(engine, Ear())
    assert begun.wait(PATIENCE)
    link.close()  # returns at once
    assert engine.killed == 0
    may_begin.set()
    until(lambda: bool(engine.killed))
    engine.threads[0].join(PATIENCE)
    assert not engine.threads[0].is_alive()


@pytest.mark.parametrize("result", [False, True])
def test_words_that_cannot_travel_fail_their_job_on_this_side_too(result: bool) -> None:
    ear = Ear()
    link = Link(in_thread(Paths.standard(), prepare), ear)
    link.send(Submit(1, Unspeakable(result)))
    events = [ear.next() for _ in range(3)]
    assert isinstance(events[-1] and events[-1].event, Failed)
    link.leave()
