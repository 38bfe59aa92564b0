"""Everything a job can say while it runs. Plain, frozen, picklable: built-in types only."""

from __future__ import annotations

import traceback
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from playground.core.errors import explain, redact
from playground.core.facts import RunInfo

R = TypeVar("R")


@dataclass(frozen=True)
class Event:
    """Base of all events."""


Story: TypeAlias = Generator[Event | None, None, R]
"""How work tells what happens: yields events (None: nothing new, may be stopped here), returns a result."""


@dataclass(frozen=True)
class Started(Event):
    """The job left its queue and runs now."""


@dataclass(frozen=True)
class Beat(Event):
    """The job lives and has nothing new to tell."""


@dataclass(frozen=True)
class Waiting(Event):
    """The job paused in favour of another one: `reason` says which."""

    reason: str


@dataclass(frozen=True)
class Progress(Event):
    """How far along: `done` of `total` (0: unknown), what is happening, and what is counted."""

    done: int
    total: int
    text: str = ""
    unit: str = ""  # "bytes", "tokens", "tensors" or nothing: then it is a share

    @property
    def share(self) -> float | None:
        """Return the finished part between 0 and 1, or None while the total is unknown."""
        return min(1.0, self.done / self.total) if self.total > 0 else None


@dataclass(frozen=True)
class Token(Event):
    """One generated token, with what the model thought of it.

    Probabilities are between 0 and 1, entropy is in nats over the raw distribution, rank 1 is the most
    probable token. `alternatives` holds the most probable (token id, raw log-probability) pairs, best first.
    """

    step: int
    id: int
    text: str  # the text this token completes: empty in the middle of a character
    raw_probability: float
    probability: float  # after the samplers
    rank: int
    entropy: float
    seconds: float  # since writing began
    alternatives: tuple[tuple[int, float], ...] = ()
    row: int = 0  # which answer of a batch


@dataclass(frozen=True)
class Settled(Event):
    """It is settled what an answer depends on; reading begins."""

    info: RunInfo
    row: int = 0  # which answer of a batch


@dataclass(frozen=True)
class Point(Event):
    """One measured point of a named curve."""

    series: str
    x: float
    y: float


@dataclass(frozen=True)
class Note(Event):
    """Something worth reading that needs no action."""

    text: str


@dataclass(frozen=True)
class Memory(Event):
    """What the engine holds and what the machine has left, in bytes. Belongs to no job."""

    used: int
    free: int
    total: int


@dataclass(frozen=True)
class Done(Event):
    """The job ended well."""

    result: object = None


@dataclass(frozen=True)
class Cancelled(Event):
    """The user asked the job to stop, and it did."""


@dataclass(frozen=True)
class Failed(Event):
    """The job ended badly: what to tell the user, and what to tell a developer. Text only."""

    message: str
    hint: str = ""
    code: str = "E-UNKNOWN"
    details: str = ""

    @classmethod
    def because(cls, error: BaseException) -> Failed:
        """Describe an exception without keeping it: its frames would keep the tensors."""
        words = explain(error)
        details = "".join(traceback.format_exception(error))
        return cls(redact(words.message), redact(words.hint), words.code, redact(details))


LAST = (Done, Cancelled, Failed)
"""Every story ends in exactly one of these."""
