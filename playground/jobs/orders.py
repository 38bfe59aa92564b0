"""What travels between the window and the engine: orders out, numbered events back."""

from __future__ import annotations

from dataclasses import dataclass

from playground.core.events import Event
from playground.jobs.job import Job


@dataclass(frozen=True)
class Submit:
    """Run this job; its events will carry this number."""

    number: int
    job: Job


@dataclass(frozen=True)
class Stop:
    """End this job at its next step."""

    number: int


@dataclass(frozen=True)
class Numbered:
    """An event of a job; number 0 speaks for the engine itself."""

    number: int
    event: Event
