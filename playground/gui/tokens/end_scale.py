"""The places of the end's chances on a logarithmic scale. No Qt."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from playground.gui.tokens.ending import EndShare
from playground.gui.tokens.words import percent

HIGHEST, LOWEST = -3, -6  # the decades in which the scale may begin
MOST_TICKS = 8


def floor_of(shares: Iterable[EndShare]) -> int:
    """Return the power of ten at the bottom: below all that is known, but not endlessly far down."""
    values = [value for share in shares for value in (share.low if share.is_known else share.high,) if value > 0]
    least = min(values, default=1.0)
    return max(LOWEST, min(HIGHEST, math.floor(math.log10(least))))


def height(share: float, floor: int) -> float:
    """Return the place of a probability between 0 (the bottom) and 1 (100 %)."""
    if share <= 0:
        return 0.0
    return min(1.0, max(0.0, 1 - math.log10(share) / floor))


def levels(floor: int) -> list[tuple[float, str]]:
    """Return places and words of the lines across: 100 %, the bottom, and one or two between."""
    powers = sorted({0, round(floor / 3), round(2 * floor / 3), floor}, reverse=True)
    return [(height(10.0**power, floor), percent(10.0**power)) for power in powers]


def ticks(steps: Sequence[int]) -> list[int]:
    """Return the steps to be named below, counted from 1: round numbers, and not too many."""
    if not steps:
        return []
    first, last = steps[0] + 1, steps[-1] + 1
    spread = max(1, last - first)
    unit = next(u * 10**power for power in range(9) for u in (1, 2, 5) if spread / (u * 10**power) <= MOST_TICKS)
    return [first, *(n for n in range(unit, last + 1, unit) if n > first)]
