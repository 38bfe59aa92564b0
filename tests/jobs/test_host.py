"""The lanes: who waits for whom, what a stop does, and that every job ends exactly once."""

from __future__ import annotations

import gc
import multiprocessing
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from playground.core import history
from playground.core.events import LAST, Cancelled, Done, Event, Failed, Memory, Note, Progress, Started, Waiting
from playground.core.paths import Paths
from playground.core.store import Store
from playground.jobs.host import ERRANDS, Host, serve
from playground.jobs.job import Job
from playground.jobs.orders import Numbered, Stop, Submit
from tests.jobs.helpers import (
    PATIENCE,
    Chore,
    Count,
    FailHeavily,
    Fetch,
    Gated,
    GatedChore,
    GatedFetch,
    GatedPeek,
    Heavy,
    Peek,
    Raise,
    Speak,
    SpeakFalteringly,
    Spin,
    SpinChore,
    Together,
    Toy,
    Unspeakable,
    gates,
    prepare,
)


class Engine:
    """A host whose events the test waits for."""

    def __init__(self, open_workspace: Callable[[Paths], Any] = prepare) -> None:
        self.told: list[Numbered] = []
        self._news = threading.Condition()
        self._number = 0
        self.host = Host(self._hear, Paths.standard(), open_workspace)

    def _hear(self, message: Numbered) -> None:
        with self._news:
            self.told.append(message)
            self._news.notify_all()

    def start(self, job: Job) -> int:
        self._number += 1
        self.host.submit(self._number, job)
        return self._number

    def of(self, number: int, *kinds: type[Event]) -> list[Event]:
        with self._news:
            return [m.event for m in self.told if m.number == number and (not kinds or isinstance(m.event, kinds))]

    def wait(self, number: int, *kinds: type[Event]) -> Event:
        """Wait until a job has said something of these kinds (its last event when none is named)."""
        with self._news:
            assert self._news.wait_for(lambda: self.of(number, *(kinds or LAST)), PATIENCE), self.told
            return self.of(number, *(kinds or LAST))[0]

    def wait_for_more(self, number: int, count: int) -> None:
        """Wait until a job has said more than so many things."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.of(number)) > count, PATIENCE)


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.host.close()


@pytest.fixture
def name() -> str:
    """A name for a gate."""
    return uuid.uuid4().hex


LANES = (Count, Chore, Fetch, Peek)
GATED = (Gated, GatedChore, GatedFetch, GatedPeek)


@pytest.mark.parametrize("kind", LANES)
def test_a_job_of_every_lane_tells_its_whole_story_in_order(engine: Engine, kind: type[Count]) -> None:
    number = engine.start(kind(2))
    engine.wait(number)
    assert engine.of(number) == [Started(), Progress(0, 2), Progress(1, 2), Done(2)]


def test_talk_comes_between_two_steps_of_work_which_says_that_it_waits(engine: Engine, name: str) -> None:
    work = engine.start(SpinChore(name))
    engine.wait(work, Note)
    talk = engine.start(Gated(name))
    engine.wait(talk, Progress)
    assert engine.of(work)[-1] == Waiting("Talking")
    said = len(engine.of(work))
    gates[name].set()
    assert engine.wait(talk) == Done(name)
    assert engine.wait(work) == Done(name)
    talked = [m.number for m in engine.told if m.number in (work, talk)]
    first, last = talked.index(talk), len(talked) - talked[::-1].index(talk)
    assert set(talked[first:last]) == {talk}  # nothing of the work while there is talk
    assert talked[first:last] == [talk] * 4
    assert said == talked[:first].count(work)


def test_work_goes_on_after_the_talk(engine: Engine, name: str) -> None:
    work = engine.start(SpinChore(name))
    engine.wait(work, Note)
    engine.wait(engine.start(Count(3)))
    engine.wait_for_more(work, len(engine.of(work)))
    gates[name].set()
    assert engine.wait(work) == Done(name)


def test_work_that_has_not_begun_only_waits_in_its_queue(engine: Engine, name: str) -> None:
    talk = engine.start(Gated(name))
    engine.wait(talk, Progress)
    work = [engine.start(Chore(1)), engine.start(Chore(1))]
    assert [engine.of(number) for number in work] == [[], []]
    gates[name].set()
    for number in work:
        engine.wait(number)
    ends = [m.number for m in engine.told if isinstance(m.event, LAST)]
    assert ends == [talk, *work]
    assert not [m for m in engine.told if isinstance(m.event, Waiting)]


def test_a_glance_is_answered_while_the_engine_computes(engine: Engine, name: str) -> None:
    talk = engine.start(Gated(name))
    engine.wait(talk, Progress)
    assert engine.wait(engine.start(Peek(3))) == Done(3)
    assert not engine.of(talk, *LAST)
    gates[name].set()


def test_the_newest_glance_of_a_kind_replaces_a_waiting_one(engine: Engine, name: str) -> None:
    engine.wait(engine.start(GatedPeek(name)), Progress)
    other, old, newer, newest = (engine.start(job) for job in (GatedPeek(name), Peek(1), Peek(2), Peek(3)))
    assert engine.of(old) == [Cancelled()]
    assert engine.of(newer) == [Cancelled()]
    gates[name].set()
    assert engine.wait(newest) == Done(3)
    assert engine.wait(other) == Done(name)  # one of another kind is left alone


def test_errands_run_beside_each_other_and_see_the_folders(engine: Engine, name: str) -> None:
    Together.meeting[name] = threading.Barrier(ERRANDS)
    numbers = [engine.start(Together(name)) for _ in range(ERRANDS)]
    assert [engine.wait(number) for number in numbers] == [Done(Paths.standard().home)] * ERRANDS


def test_errands_and_the_queue_do_not_wait_for_the_libraries(name: str) -> None:
    def slow(paths: Paths) -> Toy:
        gates[name].wait(PATIENCE)
        return Toy(paths)

    engine = Engine(slow)
    talk, glance = engine.start(Count(1)), engine.start(Peek(1))
    assert engine.wait(engine.start(Fetch(2))) == Done(2)
    engine.host.stop(talk)
    engine.host.stop(glance)
    assert (engine.wait(talk), engine.wait(glance)) == (Cancelled(), Cancelled())
    gates[name].set()
    engine.host.close()


# -- stopping ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "gated"), [*zip(LANES, GATED, strict=True)])
def test_a_waiting_job_is_stopped_at_once_and_ends_once(
    engine: Engine, name: str, kind: type[Count], gated: type[Gated]
) -> None:
    before = [engine.start(gated(name)) for _ in range(ERRANDS if gated is GatedFetch else 1)]
    for number in before:
        engine.wait(number, Progress)
    waiting = engine.start(kind(1))
    engine.host.stop(waiting)
    engine.host.stop(waiting)
    assert engine.of(waiting) == [Cancelled()]
    gates[name].set()
    for number in before:
        assert engine.wait(number) == Done(name)
    assert engine.wait(engine.start(kind(1))) == Done(1)
    assert engine.of(waiting) == [Cancelled()]


@pytest.mark.parametrize("kind", [Spin, SpinChore])
def test_a_running_job_stops_at_its_next_step_and_tidies_up(engine: Engine, name: str, kind: type[Spin]) -> None:
    number = engine.start(kind(name, tidied=f"tidied {name}"))
    engine.wait(number, Note)
    engine.host.stop(number)
    assert engine.wait(number) == Cancelled()
    assert gates[f"tidied {name}"].is_set()
    assert len(engine.of(number, *LAST)) == 1


def test_work_that_waits_for_talk_can_be_stopped_meanwhile(engine: Engine, name: str) -> None:
    work = engine.start(SpinChore(f"never {name}", tidied=f"tidied {name}"))
    engine.wait(work, Note)
    talk = engine.start(Spin(name))
    engine.wait(work, Waiting)
    engine.host.stop(work)
    assert engine.wait(work) == Cancelled()
    assert gates[f"tidied {name}"].is_set()
    assert not engine.of(talk, *LAST)
    gates[name].set()
    assert engine.wait(talk) == Done(name)


def test_fast_clicks_on_start_and_stop_end_each_job_exactly_once(engine: Engine) -> None:
    numbers = []
    for round in range(200):
        number = engine.start(LANES[round % 4](2))
        numbers.append(number)
        engine.host.stop(number)
    for number in numbers:
        engine.wait(number)
    engine.wait(engine.start(Count(1)))
    assert all(len(engine.of(number, *LAST)) == 1 for number in numbers)
    assert all(isinstance(engine.of(number)[-1], LAST) for number in numbers)


def test_stopping_what_has_ended_or_never_was_is_nothing(engine: Engine) -> None:
    number = engine.start(Count(1))
    engine.wait(number)
    engine.host.stop(number)
    engine.host.stop(999)
    assert engine.wait(engine.start(Count(1))) == Done(1)
    assert engine.of(number, *LAST) == [Done(1)]


# -- what goes wrong ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["memory", "panic", "exit", "close"])
def test_a_failed_job_leaves_the_engine_ready(engine: Engine, how: str) -> None:
    assert isinstance(engine.wait(engine.start(Raise(how))), Failed)
    assert engine.wait(engine.start(Count(1))) == Done(1)


def test_what_was_heavy_is_gone_when_the_memory_is_given_back() -> None:
    left: list[int] = []

    class Thrifty(Toy):
        def trim(self) -> None:
            gc.collect()
            left.append(len(Heavy.alive))

    engine = Engine(Thrifty)
    engine.wait(engine.start(FailHeavily()))
    engine.wait(engine.start(Count(1)))
    engine.host.close()
    assert left == [0, 0]


def test_without_a_workspace_every_job_that_needs_one_says_why() -> None:
    def broken(paths: Paths) -> Toy:
        raise ImportError("libtorch.so is missing")

    engine = Engine(broken)
    for job in (Count(1), Chore(1), Peek(1)):
        failed = engine.wait(engine.start(job))
        assert isinstance(failed, Failed)
        assert "libtorch.so" in failed.message
    assert engine.wait(engine.start(Fetch(1))) == Done(1)
    engine.host.close()


def test_closing_stops_what_runs_and_lets_it_tidy_up(name: str) -> None:
    engine = Engine()
    numbers = [engine.start(SpinChore("never", tidied=name)), engine.start(Chore(1))]
    engine.wait(numbers[0], Note)
    engine.host.close()
    assert gates[name].is_set()
    assert [engine.of(number)[-1] for number in numbers] == [Cancelled(), Cancelled()]


def test_words_are_in_the_record_however_the_job_ends(engine: Engine, name: str) -> None:
    done = engine.start(Speak("done", ("Hel", "lo")))
    engine.wait(done)
    cut = engine.start(Speak("cut", ("par",), gate=name))
    engine.wait(cut, Started)
    engine.wait_for_more(cut, 1)
    engine.host.stop(cut)
    engine.wait(cut)
    unborn = engine.start(Speak("unborn", ("x",)))
    engine.host.stop(unborn)
    engine.wait(unborn)
    engine.host.close()
    store = Store(Paths.standard().store)
    found = {run.id: (run.state, run.text) for run in store.runs()}
    assert found["done"] == ("done", "Hello")
    assert found["cut"] == ("stopped", "par")
    assert found["unborn"][0] in ("stopped", "done")


def test_a_start_removes_what_was_deleted_long_ago(name: str) -> None:
    store = Store(Paths.standard().store)
    for id in ("old", "new"):
        store.begin_run(id, "jobs/reply", {}, "dead")
        store.end_run(id, "done")
    history.delete(store, ["old", "new"])
    store.db.execute("UPDATE annotations SET hidden = 1.0 WHERE run_id = 'old'")
    store.commit()
    Engine().host.close()
    assert [run.id for run in store.runs()] == ["new"]


# -- the pipe ----------------------------------------------------------------------------------------------------


class Served:
    """An engine at the other end of a pipe, in a thread."""

    def __init__(self) -> None:
        self.link, theirs = multiprocessing.Pipe()
        self.thread = threading.Thread(target=serve, args=(theirs, Paths.standard(), prepare), daemon=True)
        self.thread.start()

    def ask(self, number: int, job: Job) -> list[Event]:
        self.link.send(Submit(number, job))
        events: list[Event] = []
        while not (events and isinstance(events[-1], LAST)):
            assert self.link.poll(PATIENCE)
            message = self.link.recv()
            assert message.number in (0, number)
            if message.number == number:
                events.append(message.event)
        return events


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.link.close()
    served.thread.join(PATIENCE)
    assert not served.thread.is_alive()


def test_orders_come_through_the_pipe_and_events_go_back(served: Served) -> None:
    assert served.ask(1, Count(2))[-1] == Done(2)
    served.link.send(Stop(1))  # a late one
    assert served.ask(2, Fetch(2))[-1] == Done(2)


@pytest.mark.parametrize("job", [Unspeakable(), Unspeakable(result=True), SpeakFalteringly("r", ("a",))])
def test_what_cannot_travel_or_be_recorded_fails_its_job_only(served: Served, job: Job) -> None:
    events = served.ask(1, job)
    assert isinstance(events[-1], Failed)
    assert served.ask(2, Count(1))[-1] == Done(1)


def test_a_goodbye_ends_the_engine_after_it_has_tidied_up(name: str) -> None:
    served = Served()
    served.link.send(Submit(1, SpinChore("never", tidied=name)))
    while not isinstance(served.link.recv().event, Note):
        pass
    served.link.send(None)
    served.thread.join(PATIENCE)
    assert not served.thread.is_alive()
    assert gates[name].is_set()


def test_memory_is_reported_without_being_asked() -> None:
    class Measured(Toy):
        def memory(self) -> Memory:
            return Memory(1, 2, 3)

    engine = Engine(Measured)
    assert engine.wait(0, Memory) == Memory(1, 2, 3)
    engine.host.close()
