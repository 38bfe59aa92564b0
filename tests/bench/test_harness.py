"""Sides take turns; missing and failing ones are told; figures survive other output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from playground.bench import harness
from playground.bench.benchmark import Sample
from playground.bench.harness import SideFailed, in_fresh_process, measure, read_samples, write_sample
from playground.bench.table import as_text
from tests.bench.fake import Fake, Runner


def test_the_sides_alternate_and_each_is_measured_every_round() -> None:
    run = Runner()
    outcome = measure("fake", Fake(), run)
    assert run.order[:4] == ["ours", "rival", "rival", "ours"]
    assert outcome.samples["ours", "speed"] == [40.0] * 5
    assert outcome.spreads["rival", "speed"].count == 5
    assert [v.reached for v in outcome.verdicts] == [True, True]


def test_a_side_that_is_not_installed_is_skipped_with_the_reason() -> None:
    run = Runner()
    assert measure("fake", Fake(), run).skipped == {"absent": "not installed"}
    assert "absent" not in run.order


def test_a_failing_side_is_not_tried_again_and_the_others_go_on() -> None:
    run = Runner(broken="rival")
    outcome = measure("fake", Fake(), run)
    assert outcome.failed == {"rival": "out of luck"}
    assert run.order.count("rival") == 1
    assert run.order.count("ours") == 5
    assert [v.value for v in outcome.verdicts] == [None, 12.5]


def test_a_disturbed_round_is_repeated_and_only_the_repetition_counts() -> None:
    run = Runner(others=[0.0, 1.3, 0.0])  # the second round to run is disturbed
    outcome = measure("fake", Fake(), run)
    assert run.order[:3] == ["ours", "rival", "rival"]
    assert outcome.spreads["rival", "speed"].count == 5
    assert not outcome.disturbed


def test_when_patience_ends_the_disturbed_rounds_are_told() -> None:
    run = Runner(others=[2.0] * 99)
    outcome = measure("fake", Fake(), run)
    assert len(run.order) == 2 * 5 + 5
    assert outcome.disturbed == {"ours": 5, "rival": 5}
    assert "BESIDE OTHER WORK" in as_text(outcome)


@dataclass(frozen=True)
class Warmed(Fake):
    """Has one round that does not count."""

    warm_ups: ClassVar[int] = 1
    rounds: ClassVar[int] = 3


def test_warm_up_rounds_do_not_count() -> None:
    run, said = Runner(), list[str]()
    outcome = measure("fake", Warmed(), run, said.append)
    assert run.order.count("ours") == 4
    assert outcome.spreads["ours", "speed"].count == 3
    assert any("warming up" in text for text in said)
    assert "fake: ours, round 1 of 3" in said


def test_samples_are_found_among_what_libraries_print() -> None:
    sample = Sample("speed", 12.5)
    assert read_samples(f"Loading weights: 100%\n{write_sample(sample)}\nsamples are good\n") == [sample]


class _Done:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.returncode, self.stdout, self.stderr = code, out, err


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[_Done]:
    """What the next process will have printed."""
    answers: list[_Done] = []
    monkeypatch.setattr(harness.subprocess, "run", lambda *_, **__: answers.pop(0))
    return answers


def test_a_process_that_ends_badly_tells_its_last_words(ended: list[_Done]) -> None:
    ended.append(_Done(1, "", "Traceback\nUserError: Load a model first.\n\n"))
    with pytest.raises(SideFailed, match=r"^UserError: Load a model first\.$"):
        in_fresh_process("fake", "ours")


def test_a_process_that_measures_nothing_has_failed(ended: list[_Done]) -> None:
    ended.append(_Done(0, "hello\n", ""))
    with pytest.raises(SideFailed, match="measured nothing"):
        in_fresh_process("fake", "ours")


def test_a_process_gives_its_samples(ended: list[_Done]) -> None:
    ended.append(_Done(0, write_sample(Sample("wait", 3.0)) + "\n", "a warning\n"))
    assert in_fresh_process("fake", "ours").samples == (Sample("wait", 3.0),)
