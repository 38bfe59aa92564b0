"""From samples to verdicts: median, range, ratio, reached or not."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from playground.bench.benchmark import Goal

Key = tuple[str, str]
"""A side and a figure."""


@dataclass(frozen=True)
class Spread:
    """What a row of samples comes to."""

    median: float
    low: float
    high: float
    count: int


def spread(values: Iterable[float]) -> Spread:
    """Return the median and the range of at least one value."""
    row = sorted(values)
    return Spread(median(row), row[0], row[-1], len(row))


@dataclass(frozen=True)
class Verdict:
    """A goal and what came out. `value` is None, and nothing is reached, where it could not be measured."""

    goal: Goal
    value: float | None

    @property
    def reached(self) -> bool:
        if self.value is None:
            return False
        low, high = self.goal.at_least, self.goal.at_most
        return (low is None or self.value >= low) and (high is None or self.value <= high)


def judge(goal: Goal, found: Mapping[Key, Spread]) -> Verdict:
    """Hold a goal against what was measured."""
    ours = found.get((goal.side, goal.figure))
    if ours is None:
        return Verdict(goal, None)
    if goal.rival:
        theirs = found.get((goal.rival, goal.figure))
        return Verdict(goal, ours.median / theirs.median if theirs is not None and theirs.median else None)
    if goal.worst:
        return Verdict(goal, ours.low if goal.at_least is not None else ours.high)
    return Verdict(goal, ours.median)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed."""
    row = sorted(values)
    return row[max(0, math.ceil(share * len(row)) - 1)]
