"""What is said about an answer, while it is written and after."""

from __future__ import annotations

from dataclasses import replace

import pytest

from playground.core.events import Progress
from playground.core.facts import ReplyInfo
from playground.gui import stats
from playground.gui.stats import Watch
from tests.jobs.helpers import token


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(stats.time, "monotonic", lambda: now[0])
    return now


def test_reading_is_counted_in_tokens() -> None:
    watch = Watch(1)
    assert watch.reading(Progress(0, 900, unit="tokens")) == "Reading prompt 0/900"
    assert watch.reading(Progress(310, 900, unit="tokens")) == "Reading prompt 310/900"
    assert (watch.prompt, watch.reused, watch.read) == (900, 0, 310)
    assert watch.reading(Progress(1, 2, "Warming up")) == "Warming up"
    assert watch.reading(Progress(1, 2)) == "Reading prompt"


def test_writing_says_how_fast(clock: list[float]) -> None:
    watch = Watch(1)
    assert watch.writing() == "Generating · 0 tok · 0 s"
    for step in range(4):
        watch.token(replace(token(step, "x"), seconds=0.5 * (step + 1)))
    assert watch.writing() == "Generating 2.0 tok/s · 4 tok · 2 s"


def test_the_stats_of_a_stopped_answer_are_what_was_seen(clock: list[float]) -> None:
    watch = Watch(42)
    clock[0] += 9.0  # in the queue
    watch.reading(Progress(0, 100, unit="tokens"))
    watch.reading(Progress(100, 100, unit="tokens"))
    clock[0] += 3.0
    watch.token(replace(token(0, "x"), seconds=1.0))
    expected = "Reading 100 tok · 2.0 s · 50.0 t/s | Generation 1 tok · 1.0 s · 1.0 t/s | stopped by you | seed 42"
    assert watch.words("stopped by you") == expected


def test_the_stats_of_a_finished_answer_are_the_engines() -> None:
    result = ReplyInfo("x", "max tokens", 10, 20, 0.1, 4.0, 7)
    words = Watch(42).words("max tokens", result)
    assert words == "Reading 10 tok · 0.1 s · 100.0 t/s | Generation 20 tok · 4.0 s · 5.0 t/s | max tokens | seed 7"


def test_what_was_kept_from_before_is_not_read_and_does_not_count_for_the_speed(clock: list[float]) -> None:
    watch = Watch(1)
    watch.reading(Progress(412, 430, unit="tokens"))
    assert watch.reading(Progress(430, 430, unit="tokens")) == "Reading prompt 430/430"
    result = ReplyInfo("x", "end of turn", 430, 20, 0.2, 4.0, 7, reused_tokens=412)
    assert watch.words("end of turn", result).startswith("Reading 18 of 430 tok · 0.2 s · 90.0 t/s (412 kept) | ")
    assert Watch(1).words("end of turn", result) == watch.words("end of turn", result)  # from a record: no events


def test_an_answer_that_is_continued_is_counted_with_its_prompt() -> None:
    watch = Watch(1)
    watch.reading(Progress(359, 360, unit="tokens"))
    watch.reading(Progress(360, 360, unit="tokens"))
    result = ReplyInfo("x", "end of turn", 310, 20, 0.1, 4.0, 7, reused_tokens=359)  # whose prompt is the shorter
    assert watch.words("end of turn", result).startswith("Reading 1 of 360 tok · 0.1 s · 10.0 t/s (359 kept)")


def test_what_is_not_known_is_not_said() -> None:
    assert Watch(5).words("The engine stopped.") == "The engine stopped. | seed 5"
