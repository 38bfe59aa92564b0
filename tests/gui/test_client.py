"""The Qt side of jobs, with an engine in a thread and in a process."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from playground.core.events import LAST, Cancelled, Done, Event, Failed, Memory, Note, Progress, Started
from playground.core.paths import Paths
from playground.core.store import Store
from playground.gui import client as client_module
from playground.gui.client import JobClient
from playground.gui.link import Kill, in_process, in_thread
from playground.gui.ticket import Ticket
from playground.jobs.job import Job
from playground.jobs.orders import Numbered
from tests.jobs.helpers import (
    Count,
    Crash,
    Deaf,
    Fetch,
    Gated,
    Modules,
    Pid,
    Raise,
    Speak,
    Spin,
    Tidy,
    Weigh,
    gates,
    prepare,
)

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_MS = 20_000

Start = Callable[[Connection], Kill]


class Heard:
    """Everything a ticket was told."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket, self.events = ticket, list[Event]()
        ticket.on(Event, self.events.append)

    @property
    def last(self) -> Event:
        return self.events[-1]

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


class Bench:
    """A client and what a test does with it."""

    def __init__(self, qtbot: QtBot, jobs: JobClient) -> None:
        self.qtbot, self.jobs = qtbot, jobs

    def submit(self, job: Job) -> Heard:
        return Heard(self.jobs.submit(job))

    def until(self, true: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(true, timeout=PATIENCE_MS)

    def run(self, job: Job) -> Heard:
        heard = self.submit(job)
        self.until(lambda: heard.ticket.ended)
        return heard

    def begin(self, job: Job, kind: type[Event] = Progress) -> Heard:
        """Submit a job and wait for its first word of this kind."""
        heard = self.submit(job)
        self.until(lambda: bool(heard.of(kind)))
        return heard


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Callable[[Start], Bench]]:
    made: list[JobClient] = []

    def make(start: Start) -> Bench:
        made.append(JobClient(start, details=lambda: "tail of the log"))
        return Bench(qtbot, made[-1])

    yield make
    for jobs in made:
        jobs.close(patient=False)


@pytest.fixture
def thread(make: Callable[[Start], Bench]) -> Bench:
    """An engine in a thread."""
    return make(in_thread(Paths.standard(), prepare))


@pytest.fixture
def process(make: Callable[[Start], Bench]) -> Bench:
    """An engine in a process of its own."""
    return make(in_process(Paths.standard(), prepare))


@pytest.fixture
def name() -> str:
    return uuid.uuid4().hex


class Script:
    """Plays the engine: the test says what is heard, from whichever thread it likes."""

    def __init__(self) -> None:
        self.ends: list[Connection] = []
        self.kills = 0

    def __call__(self, theirs: Connection) -> Kill:
        self.ends.append(theirs)
        return self.kill

    def kill(self) -> None:
        self.kills += 1

    def say(self, number: int, event: Event) -> None:
        self.ends[-1].send(Numbered(number, event))


# -- running and hearing -----------------------------------------------------------------------------------------


def test_a_job_is_told_in_order_to_its_end(thread: Bench) -> None:
    ended: list[object] = []
    thread.jobs.ended.connect(lambda ticket, event: ended.append((ticket.number, event)))
    heard = thread.run(Count(2))
    assert heard.events == [Started(), Progress(0, 2), Progress(1, 2), Done(2)]
    assert ended == [(heard.ticket.number, Done(2))]
    assert thread.jobs.tickets == ()


def test_running_out_of_memory_is_explained(thread: Bench) -> None:
    last = thread.run(Raise("memory")).last
    assert isinstance(last, Failed)
    assert (last.message, last.code) == ("Not enough memory.", "E-OOM")


def test_events_come_on_the_window_thread_and_once_a_frame_at_most(qtbot: QtBot) -> None:
    frames: list[float] = []

    class Watched(JobClient):
        def pump(self) -> None:
            frames.append(time.monotonic())
            super().pump()

    jobs = Watched(in_thread(Paths.standard(), prepare))
    threads: set[int] = set()
    heard = Heard(jobs.submit(Count(5_000)))
    heard.ticket.on(Progress, lambda _: threads.add(threading.get_ident()))
    qtbot.waitUntil(lambda: heard.ticket.ended, timeout=PATIENCE_MS)
    assert threads == {threading.get_ident()}
    assert len(heard.of(Progress)) == 5_000
    gaps = [after - before for before, after in itertools.pairwise(frames)]
    assert min(gaps, default=1.0) > 0.8 * client_module.FRAME_MS / 1000
    jobs.close()


def test_a_flood_is_spread_over_frames_and_loses_nothing(
    make: Callable[[Start], Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "BUDGET_SECONDS", 0.001)
    script = Script()
    bench = make(script)
    heard = bench.submit(Count())
    bench.until(lambda: bool(script.ends))
    for i in range(3_000):
        script.say(heard.ticket.number, Progress(i, 0))
    script.say(heard.ticket.number, Done())
    bench.until(lambda: heard.ticket.ended)
    assert heard.events == [*(Progress(i, 0) for i in range(3_000)), Done()]


def test_a_slot_that_raises_costs_the_others_nothing(make: Callable[[Start], Bench], qtbot: QtBot) -> None:
    script = Script()
    bench = make(script)
    first, second = bench.submit(Count()), bench.submit(Count())
    first.ticket.on(Done, lambda _: 1 / 0)
    bench.until(lambda: bool(script.ends))
    with qtbot.captureExceptions() as caught:
        script.say(first.ticket.number, Done())
        script.say(second.ticket.number, Done())
        bench.until(lambda: second.ticket.ended)
    assert [kind for kind, *_ in caught] == [ZeroDivisionError]
    assert bench.jobs.tickets == ()


def test_news_during_a_dialog_of_a_slot_come_in_order(make: Callable[[Start], Bench]) -> None:
    script = Script()
    bench = make(script)
    heard = bench.submit(Count())
    bench.until(lambda: bool(script.ends))

    order: list[int] = []

    def dialog(event: Progress) -> None:
        order.append(event.done)
        if event.done == 0:  # runs the event loop, as an open dialog does
            script.say(heard.ticket.number, Done())
            bench.until(lambda: heard.ticket.ended)

    heard.ticket.on(Progress, dialog)
    for i in range(3):
        script.say(heard.ticket.number, Progress(i, 3))
    bench.until(lambda: heard.ticket.ended)
    assert order == [0, 1, 2]


def test_memory_is_passed_on(make: Callable[[Start], Bench], qtbot: QtBot) -> None:
    script = Script()
    jobs = make(script).jobs
    with qtbot.waitSignal(jobs.memory_changed, timeout=PATIENCE_MS) as signal:
        jobs.start()
        qtbot.waitUntil(lambda: bool(script.ends), timeout=PATIENCE_MS)
        script.say(0, Memory(1, 2, 3))
    assert signal.args == [Memory(1, 2, 3)]


def test_an_event_for_a_job_that_has_ended_is_not_told(make: Callable[[Start], Bench]) -> None:
    script = Script()
    bench = make(script)
    heard, other = bench.submit(Count()), bench.submit(Count())
    bench.until(lambda: bool(script.ends))
    for event in (Done(1), Done(2), Cancelled()):
        script.say(heard.ticket.number, event)
    script.say(other.ticket.number, Done())
    bench.until(lambda: other.ticket.ended)
    assert heard.events == [Done(1)]


def test_submit_returns_at_once_however_large_the_job(make: Callable[[Start], Bench]) -> None:
    bench = make(Script())  # nobody reads: were the pipe waited for, the test would end here
    for _ in range(3):
        bench.jobs.submit(Weigh(bytes(5_000_000)))
    assert len(bench.jobs.tickets) == 3


# -- stopping ----------------------------------------------------------------------------------------------------


def test_a_stopped_job_tidies_up(thread: Bench, tmp_path: Path) -> None:
    heard = thread.begin(Tidy(str(tmp_path / "x")))
    thread.jobs.stop(heard.ticket)
    assert heard.ticket.stopping
    thread.until(lambda: heard.ticket.ended)
    assert heard.last == Cancelled()
    assert len(heard.of(LAST)) == 1  # type: ignore[arg-type]
    assert (tmp_path / "x").read_text() == "tidied"


def test_a_waiting_job_can_be_withdrawn(thread: Bench, name: str) -> None:
    first = thread.begin(Gated(name))
    second = thread.submit(Count(1))
    thread.jobs.stop(second.ticket)
    thread.until(lambda: second.ticket.ended)
    assert second.events == [Cancelled()]
    gates[name].set()
    thread.until(lambda: first.ticket.ended)
    assert first.last == Done(name)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No patience with jobs that do not stop."""
    monkeypatch.setattr(client_module, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(client_module, "WATCH_MS", 20)


@pytest.mark.usefixtures("hasty")
def test_a_deaf_job_is_ended_by_force_and_the_next_one_runs(process: Bench) -> None:
    heard = process.begin(Deaf())
    process.jobs.stop(heard.ticket)
    process.until(lambda: heard.ticket.ended)
    assert isinstance(heard.last, Failed)
    assert heard.last.code == "E-STOPPED-BY-FORCE"
    assert process.run(Count(1)).last == Done(1)


@pytest.mark.usefixtures("hasty")
def test_when_others_would_die_the_user_is_asked_first(process: Bench, qtbot: QtBot) -> None:
    deaf, other = process.begin(Deaf()), process.submit(Count(1))
    with qtbot.waitSignal(process.jobs.stop_is_stuck, timeout=PATIENCE_MS) as asked:
        process.jobs.stop(deaf.ticket)
    assert asked.args == [deaf.ticket, [other.ticket]]
    assert not deaf.ticket.ended
    process.jobs.insist(deaf.ticket)
    process.until(lambda: deaf.ticket.ended and other.ticket.ended)
    assert isinstance(deaf.last, Failed)
    assert isinstance(other.last, Failed)


@pytest.mark.usefixtures("hasty")
def test_a_stopped_job_behind_a_deaf_one_ends_as_stopped(process: Bench) -> None:
    deaf, fetch = process.begin(Deaf()), process.begin(Fetch(10**9))
    process.jobs.stop(deaf.ticket)
    fetch.ticket.stopping = True
    process.jobs.insist(deaf.ticket)
    process.until(lambda: deaf.ticket.ended and fetch.ticket.ended)
    assert fetch.last == Cancelled()


@pytest.mark.usefixtures("hasty")
def test_work_waiting_for_talk_that_speaks_is_not_stuck(make: Callable[[Start], Bench], qtbot: QtBot) -> None:
    script = Script()
    bench = make(script)
    paused, talk = bench.submit(Deaf()), bench.submit(Count())
    stuck: list[object] = []
    bench.jobs.stop_is_stuck.connect(lambda *args: stuck.append(args))
    bench.until(lambda: bool(script.ends))
    bench.jobs.stop(paused.ticket)
    until = time.monotonic() + 3 * client_module.GRACE_SECONDS
    while time.monotonic() < until:
        script.say(talk.ticket.number, Note("step"))
        qtbot.wait(20)
    assert not stuck
    bench.until(lambda: bool(stuck))  # and is so when nobody speaks any more


# -- an engine that dies -----------------------------------------------------------------------------------------


def test_a_crash_is_told_and_the_next_job_runs_in_a_fresh_engine(process: Bench, qtbot: QtBot) -> None:
    first = process.run(Pid()).last
    with qtbot.waitSignal(process.jobs.engine_died, timeout=PATIENCE_MS):
        last = process.run(Crash()).last
    assert isinstance(last, Failed)
    assert last.code == "E-ENGINE-DIED"
    assert last.details == "tail of the log"
    second = process.run(Pid()).last
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert first.result != second.result


def test_killed_from_outside_every_job_ends_once_and_words_are_kept(process: Bench) -> None:
    pid = process.run(Pid()).last
    assert isinstance(pid, Done)
    speaking, waiting = process.begin(Speak("r", ("Hel", "lo"), gate="never"), Event), process.submit(Count(1))
    store = Store(Paths.standard().store)
    process.until(lambda: (run := store.run("r")) is not None and run.text == "Hello")
    os.kill(int(str(pid.result)), signal.SIGKILL)
    process.until(lambda: speaking.ticket.ended and waiting.ticket.ended)
    for heard in (speaking, waiting):
        assert isinstance(heard.last, Failed)
        assert heard.last.code == "E-ENGINE-DIED"
        assert len(heard.of(Failed)) == 1
    process.run(Count(1))  # the fresh engine looks after what the dead one left
    process.until(lambda: (run := store.run("r")) is not None and run.state == "interrupted")
    assert (run := store.run("r")) is not None
    assert run.text == "Hello"


def test_one_that_died_idle_is_replaced_at_once(process: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "RESTART_SECONDS", 0.0)
    pid = process.run(Pid()).last
    assert isinstance(pid, Done)
    with qtbot.waitSignal(process.jobs.engine_died, timeout=PATIENCE_MS):
        os.kill(int(str(pid.result)), signal.SIGKILL)
    assert process.jobs.is_started
    assert process.run(Count(1)).last == Done(1)


def test_one_that_dies_before_it_speaks_is_not_started_again_and_again(
    make: Callable[[Start], Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "RESTART_SECONDS", 0.0)
    starts: list[int] = []

    def start(theirs: Connection) -> Kill:
        starts.append(1)
        theirs.close()
        return lambda: None

    bench = make(start)
    assert isinstance(bench.run(Count(1)).last, Failed)
    assert starts == [1]
    assert not bench.jobs.is_started
    assert isinstance(bench.run(Count(1)).last, Failed)
    assert starts == [1, 1]


def test_the_last_words_of_a_replaced_engine_do_not_reach_the_next(make: Callable[[Start], Bench]) -> None:
    script = Script()
    bench = make(script)
    old = bench.submit(Deaf())
    bench.until(lambda: len(script.ends) == 1)
    bench.jobs.stop(old.ticket)
    bench.jobs.insist(old.ticket)
    script.ends[0].close()  # it dies only now
    new = bench.submit(Count(1))
    bench.until(lambda: len(script.ends) == 2)
    bench.jobs._hear(1, None)  # as from a thread that was about to say so when its engine was replaced
    script.say(new.ticket.number, Done(1))
    bench.until(lambda: new.ticket.ended)
    assert new.events == [Done(1)]
    assert script.kills == 1


def test_news_that_had_arrived_before_the_end_are_told_before_it(make: Callable[[Start], Bench]) -> None:
    script = Script()
    bench = make(script)
    heard = bench.submit(Count())
    bench.until(lambda: bool(script.ends))
    script.say(heard.ticket.number, Note("last words"))
    script.ends[0].close()
    bench.until(lambda: heard.ticket.ended)
    assert [type(event) for event in heard.events] == [Note, Failed]


# -- leaving -----------------------------------------------------------------------------------------------------


def test_closing_while_busy_returns_at_once_and_the_job_tidies_up(thread: Bench, name: str) -> None:
    heard = thread.begin(Spin("never", tidied=name), Note)
    thread.jobs.close()
    assert gates[name].wait(20)
    assert not heard.ticket.ended  # whoever has left hears nothing more


def test_after_closing_nothing_starts_any_more(thread: Bench) -> None:
    thread.begin(Spin("never"), Started)
    thread.jobs.close()
    assert thread.jobs.submit(Count(1)).ended  # what a timer of the window still asks for
    thread.jobs.start()
    assert not thread.jobs.is_started


_WINDOW = """
import sys
from pathlib import Path

if __name__ == "__main__":
    from PySide6.QtCore import QCoreApplication

    from playground.core.events import Done, Progress
    from playground.core.paths import Paths
    from playground.gui.client import JobClient
    from playground.gui.link import in_process
    from tests.jobs.helpers import Deaf, DeafFetch, Modules, Pid, Tidy, prepare_hastily

    app = QCoreApplication([])
    jobs = JobClient(in_process(Paths(Path(sys.argv[2])), prepare_hastily))

    def leave():
        jobs.close()
        app.quit()

    def deaf(_):
        print("deaf", flush=True)

    def then(_):
        if sys.argv[1] == "stay":
            jobs.submit(DeafFetch()).on(Progress, lambda _: jobs.submit(Deaf()).on(Progress, deaf))
        else:
            jobs.submit(Tidy(sys.argv[2] + "/tidied")).on(Progress, lambda _: leave())

    jobs.submit(Modules()).on(Done, lambda event: print(event.result, flush=True))
    jobs.submit(Pid()).on(Done, lambda event: print(event.result, flush=True)).on(Done, then)
    sys.exit(app.exec())
"""


def window(tmp_path: Path, what: str) -> subprocess.Popen[str]:
    """Start a window's process, without the window."""
    script = tmp_path / "window.py"
    script.write_text(_WINDOW)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(script), what, str(tmp_path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)


def test_the_engine_ends_with_a_window_that_is_killed(tmp_path: Path) -> None:
    with window(tmp_path, "stay") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "[]\n"  # neither Qt nor torch in an engine that needs none
        engine = psutil.Process(int(process.stdout.readline()))
        assert process.stdout.readline() == "deaf\n"
        process.kill()
        _, alive = psutil.wait_procs([engine], timeout=20)
        assert not alive


def test_a_window_that_leaves_lets_the_job_tidy_up_and_exits_with_zero(tmp_path: Path) -> None:
    with window(tmp_path, "leave") as process:
        assert process.stdout is not None
        process.stdout.readline()
        engine = int(process.stdout.readline())
        assert process.wait(timeout=20) == 0
    assert (tmp_path / "tidied").read_text() == "tidied"
    assert not psutil.pid_exists(engine)


def test_modules_are_told_apart(thread: Bench) -> None:
    """The check above could not fail if the job did not see what is loaded."""
    last = thread.run(Modules()).last
    assert isinstance(last, Done)
    assert "PySide6" in str(last.result)
