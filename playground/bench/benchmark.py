"""What a benchmark is: sides that are measured in turns, each in a fresh process, and the goals they have to reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Sample:
    """One measured number. The benchmark's `units` say what it is measured in."""

    figure: str
    value: float


@dataclass(frozen=True)
class Goal:
    """A limit for one figure of one side: its median, or its `worst` sample.

    With a `rival` the limit is for the ratio of the two medians, this side's over the rival's.
    """

    figure: str
    side: str
    at_most: float | None = None
    at_least: float | None = None
    rival: str = ""
    worst: bool = False


@dataclass(frozen=True)
class Benchmark:
    """Something that can be measured.

    `run` is called in a fresh process per side and round and yields samples, several of one figure if it likes.
    Nothing heavy may be imported at the top of a benchmark's file: the list of benchmarks is read without torch.
    """

    shows: ClassVar[str]  # what it shows, in one sentence
    target: ClassVar[str]  # what is to be reached, in words
    sides: ClassVar[tuple[str, ...]]  # the first is ours
    units: ClassVar[dict[str, str]]  # of each figure
    goals: ClassVar[tuple[Goal, ...]]
    rounds: ClassVar[int] = 5
    warm_ups: ClassVar[int] = 0  # rounds before, which do not count
    needs_starter: ClassVar[bool] = True

    def why_not(self, side: str) -> str:
        """Return why a side cannot be measured here (an optional rival is not installed), or nothing."""
        return ""

    def run(self, side: str) -> Iterator[Sample]:
        """Measure one side once."""
        raise NotImplementedError
