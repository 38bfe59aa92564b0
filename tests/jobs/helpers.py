"""Toy jobs in all four lanes. They meet their tests at gates, so that nothing has to wait for a clock."""

from __future__ import annotations

import os
import sys
import threading
import time
import weakref
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from playground.core.events import Event, Note, Progress, Story, Token
from playground.core.paths import Paths
from playground.jobs.job import Job, Lane, RecordedJob

PATIENCE = 20.0  # seconds after which a gate counts as forgotten

gates: defaultdict[str, threading.Event] = defaultdict(threading.Event)
"""Gates by name, for tests and jobs of one process."""


def pass_gate(name: str) -> None:
    """Wait until the test opens this gate."""
    if not gates[name].wait(PATIENCE):
        raise TimeoutError(f"nobody opened the gate {name}")


class Toy:
    """A workspace without torch."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths


def prepare(paths: Paths) -> Toy:
    """Open a toy workspace."""
    return Toy(paths)


def prepare_hastily(paths: Paths) -> Toy:
    """Open a toy workspace in an engine that waits for no deaf job when it leaves."""
    from playground.jobs import host

    host.GRACE_SECONDS = 0.2
    return Toy(paths)


class OutOfMemoryError(RuntimeError):
    """Named like torch's."""


class Panic(BaseException):
    """Like a panic in a library written in Rust: no Exception."""


@dataclass(frozen=True)
class Count(Job):
    """Count up to a number."""

    upto: int = 3

    def run(self, workspace: Any) -> Story[int]:
        for i in range(self.upto):
            yield Progress(i, self.upto)
        return self.upto


@dataclass(frozen=True)
class Chore(Count):
    """The same as work."""

    lane: ClassVar[Lane] = "work"


@dataclass(frozen=True)
class Fetch(Count):
    """The same as an errand."""

    lane: ClassVar[Lane] = "errand"


@dataclass(frozen=True)
class Peek(Count):
    """The same as a glance."""

    lane: ClassVar[Lane] = "glance"


@dataclass(frozen=True)
class Gated(Job):
    """One step, a gate, another step."""

    label: ClassVar[str] = "Talking"

    name: str = ""

    def run(self, workspace: Any) -> Story[str]:
        yield Progress(0, 2)
        pass_gate(self.name)
        yield Progress(1, 2)
        return self.name


@dataclass(frozen=True)
class GatedChore(Gated):
    """The same as work."""

    lane: ClassVar[Lane] = "work"


@dataclass(frozen=True)
class GatedFetch(Gated):
    """The same as an errand."""

    lane: ClassVar[Lane] = "errand"


@dataclass(frozen=True)
class GatedPeek(Gated):
    """The same as a glance."""

    lane: ClassVar[Lane] = "glance"


@dataclass(frozen=True)
class Spin(Job):
    """Small steps until a gate is opened."""

    label: ClassVar[str] = "Spinning"

    name: str = ""
    tidied: str = ""  # a gate that is opened at the end

    def run(self, workspace: Any) -> Story[str]:
        try:
            while not gates[self.name].is_set():
                time.sleep(0.001)  # as long as a very small step of work
                yield Note("step")
        finally:
            gates[self.tidied].set()
        return self.name


@dataclass(frozen=True)
class SpinChore(Spin):
    """The same as work."""

    lane: ClassVar[Lane] = "work"


@dataclass(frozen=True)
class Together(Job):
    """An errand that ends only while others of its kind run too."""

    lane: ClassVar[Lane] = "errand"
    meeting: ClassVar[dict[str, threading.Barrier]] = {}

    name: str = ""

    def run(self, workspace: Any) -> Story[Path]:
        yield None
        self.meeting[self.name].wait(PATIENCE)
        home: Path = workspace.paths.home
        return home


@dataclass(frozen=True)
class Tidy(Job):
    """Go on until stopped, then leave a file."""

    path: str = ""

    def run(self, workspace: Any) -> Story[None]:
        try:
            while True:
                time.sleep(0.001)
                yield Progress(0, 0)
        finally:
            Path(self.path).write_text("tidied")


@dataclass(frozen=True)
class Messy(Job):
    """Fail while tidying up."""

    def run(self, workspace: Any) -> Story[None]:
        try:
            while True:
                yield Progress(0, 0)
        finally:
            raise OSError("could not tidy up")


@dataclass(frozen=True)
class Raise(Job):
    """Fail in one of several ways after the first step."""

    how: str = "memory"

    def run(self, workspace: Any) -> Story[None]:
        yield Progress(0, 1)
        raise {
            "memory": OutOfMemoryError("out of memory"),
            "panic": Panic("called `Result::unwrap()` on an `Err` value"),
            "exit": SystemExit(3),
            "interrupt": KeyboardInterrupt(),
            "close": GeneratorExit(),
        }[self.how]


class Heavy:
    """Stands for a tensor."""

    alive: ClassVar[weakref.WeakSet[Heavy]] = weakref.WeakSet()

    def __init__(self) -> None:
        self.alive.add(self)


@dataclass(frozen=True)
class FailHeavily(Job):
    """Fail with something heavy in the frame."""

    def run(self, workspace: Any) -> Story[None]:
        heavy = Heavy()
        yield Progress(0, 1)
        raise OutOfMemoryError(f"no room beside {heavy}")


@dataclass(frozen=True)
class Crash(Job):
    """Take the engine down, as a crash in a library does."""

    def run(self, workspace: Any) -> Story[None]:
        yield Progress(0, 1)
        os._exit(7)


@dataclass(frozen=True)
class Deaf(Job):
    """One long call that never yields, like a third-party quantizer."""

    step_seconds: ClassVar[float] = 0.0

    def run(self, workspace: Any) -> Story[None]:
        yield Progress(0, 1)
        threading.Event().wait(60)


@dataclass(frozen=True)
class DeafFetch(Deaf):
    """The same as an errand."""

    lane: ClassVar[Lane] = "errand"


@dataclass(frozen=True)
class Unspeakable(Job):
    """Say, or return, something that cannot travel."""

    result: bool = False

    def run(self, workspace: Any) -> Story[Any]:
        yield Progress(0, 1)
        if not self.result:
            yield Odd(threading.Lock())
        return threading.Lock()


@dataclass(frozen=True)
class Odd(Event):
    """An event with something in it that cannot be pickled."""

    thing: Any


@dataclass(frozen=True)
class Modules(Job):
    """Which of these heavy packages did the engine load?"""

    def run(self, workspace: Any) -> Story[list[str]]:
        yield Progress(0, 1)
        return sorted({"torch", "transformers", "PySide6"} & set(sys.modules))


@dataclass(frozen=True)
class Pid(Job):
    """In which process?"""

    def run(self, workspace: Any) -> Story[int]:
        yield Progress(0, 1)
        return os.getpid()


@dataclass(frozen=True)
class Weigh(Job):
    """How much has arrived?"""

    load: bytes = b""

    def run(self, workspace: Any) -> Story[int]:
        yield Progress(0, 1)
        return len(self.load)


def token(step: int, text: str) -> Token:
    """Return a token as a job would tell it."""
    return Token(step, 100 + step, text, 0.5, 0.75, 1, 0.25, 0.1 * step, ((1, -0.5), (2, -8.0)))


@dataclass(frozen=True)
class Speak(RecordedJob):
    """Write words, one token each; wait at a gate after the last one if there is one."""

    words: tuple[str, ...] = ()
    gate: str = ""

    def run(self, workspace: Any) -> Story[dict[str, object]]:
        for step, word in enumerate(self.words):
            yield token(step, word)
        while self.gate and not gates[self.gate].is_set():
            time.sleep(0.001)
            yield None
        return {"text": "".join(self.words)}


@dataclass(frozen=True)
class SpeakFalteringly(Speak):
    """The same, with a result that has no JSON form."""

    def run(self, workspace: Any) -> Story[Any]:
        yield from super().run(workspace)
        return b"raw"
