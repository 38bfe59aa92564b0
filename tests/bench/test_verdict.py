"""Medians, ranges, ratios and verdicts."""

from __future__ import annotations

import pytest

from playground.bench.benchmark import Goal
from playground.bench.verdict import Spread, judge, percentile, spread


def test_a_spread_is_median_and_range() -> None:
    assert spread([3.0, 1.0, 10.0]) == Spread(3.0, 1.0, 10.0, 3)
    assert spread([1.0, 2.0, 4.0, 9.0]).median == 3.0


OURS, RIVAL = ("ours", "speed"), ("rival", "speed")


@pytest.mark.parametrize(
    ("goal", "value", "reached"),
    [
        (Goal("speed", "ours", at_most=31), 30.0, True),
        (Goal("speed", "ours", at_most=29), 30.0, False),
        (Goal("speed", "ours", at_least=30), 30.0, True),
        (Goal("speed", "ours", at_most=31, worst=True), 90.0, False),
        (Goal("speed", "ours", at_least=15, worst=True), 10.0, False),
        (Goal("speed", "ours", at_least=1.5, rival="rival"), 1.5, True),
        (Goal("speed", "ours", at_least=1.6, rival="rival"), 1.5, False),
    ],
)
def test_goals_look_at_the_median_the_worst_or_the_ratio(goal: Goal, value: float, reached: bool) -> None:
    verdict = judge(goal, {OURS: spread([10, 30, 90]), RIVAL: spread([10, 20, 500])})
    assert verdict.value == value
    assert verdict.reached is reached


@pytest.mark.parametrize("goal", [Goal("speed", "gone", at_most=1), Goal("speed", "ours", at_most=1, rival="gone")])
def test_what_was_not_measured_is_not_reached(goal: Goal) -> None:
    verdict = judge(goal, {OURS: spread([0.5])})
    assert verdict.value is None
    assert not verdict.reached


def test_a_percentile_is_a_value_that_occurred() -> None:
    values = [*range(1, 101)]
    assert percentile(values, 0.99) == 99
    assert percentile([7.0], 0.99) == 7.0
    assert percentile([5.0, 1.0, 9.0], 1.0) == 9.0
