"""Progress in words."""

from __future__ import annotations

import pytest

from playground.core.events import Progress
from playground.core.pace import Pace, count, duration, size


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_remaining_time_follows_from_the_pace_so_far() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert pace.words(Progress(0, 98_000_000, "Fetching", "bytes")) == "0 B of 98 MB"
    clock.now += 10
    assert pace.words(Progress(49_000_000, 98_000_000, "Fetching", "bytes")) == "49 MB of 98 MB · 10 s left"


def test_a_new_stage_and_a_step_back_begin_anew() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.words(Progress(0, 10, "Reading"))
    clock.now += 5
    assert "left" in pace.words(Progress(5, 10, "Reading"))
    assert pace.words(Progress(5, 10, "Writing")) == "50 %"
    clock.now += 5
    assert pace.words(Progress(1, 10, "Writing")) == "10 %"


def test_an_unknown_total_says_what_is_known() -> None:
    assert Pace().words(Progress(1_500, 0, "", "bytes")) == "1.5 kB"
    assert Pace().words(Progress(3, 0)) == ""


def test_a_download_that_goes_on_does_not_promise_from_what_was_there() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.words(Progress(90, 100, "x", "bytes"))
    clock.now += 5
    assert pace.words(Progress(95, 100, "x", "bytes")) == "95 B of 100 B · 5 s left"


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (98_362_432, "98 MB"), (1.4e9, "1.4 GB")]
)
def test_sizes(number: float, words: str) -> None:
    assert size(number) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_counts() -> None:
    assert [count(n) for n in (12, 1_200, 134_515_008, 1.7e9)] == ["12", "1.2 k", "134.5 M", "1.7 B"]
