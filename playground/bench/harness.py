"""Measures a benchmark: every side in a process of its own, the sides in turns, so that a slow minute hits all."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from playground.bench.benchmark import Benchmark, Sample
from playground.bench.machine import BUSY, OtherWork
from playground.bench.verdict import Key, Spread, Verdict, judge, spread
from playground.core.errors import redact

MARK = "sample "  # libraries print too: only lines that begin like this are figures
SIDE_SECONDS = 600.0


@dataclass
class Outcome:
    """Everything that came out of one benchmark."""

    name: str
    benchmark: Benchmark
    samples: dict[Key, list[float]] = field(default_factory=lambda: defaultdict(list))
    skipped: dict[str, str] = field(default_factory=dict)  # side: why it is not possible here
    failed: dict[str, str] = field(default_factory=dict)  # side: what went wrong
    disturbed: dict[str, int] = field(default_factory=dict)  # side: how many of its rounds ran beside other work

    @property
    def spreads(self) -> dict[Key, Spread]:
        """Return median and range of each figure of each side."""
        return {key: spread(values) for key, values in self.samples.items()}

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Return how each goal came out."""
        found = self.spreads
        return tuple(judge(goal, found) for goal in self.benchmark.goals)


class SideFailed(Exception):
    """A side's process ended badly; the text says how."""


@dataclass(frozen=True)
class Round:
    """One side, once. `others` is the processor time other programs took meanwhile, as a share of one core."""

    samples: tuple[Sample, ...]
    others: float = 0.0


RunSide = Callable[[str, str], Round]
"""Runs one side of a benchmark (by name) once."""


def measure(name: str, benchmark: Benchmark, run: RunSide, say: Callable[[str], None] = lambda _: None) -> Outcome:
    """Measure every side as often as the benchmark asks, in alternating order.

    A side that is not possible here is skipped, one that fails is not tried again, a round that ran beside other
    work is repeated while there is patience; all three are told in the outcome.
    """
    outcome = Outcome(name, benchmark)
    outcome.skipped = {side: why for side in benchmark.sides if (why := benchmark.why_not(side))}
    patience = benchmark.rounds
    for number in range(-benchmark.warm_ups, benchmark.rounds):
        for side in benchmark.sides if number % 2 == 0 else reversed(benchmark.sides):
            if side in outcome.skipped or side in outcome.failed:
                continue
            say(f"{name}: {side}, " + (f"round {number + 1} of {benchmark.rounds}" if number >= 0 else "warming up"))
            try:
                found = run(name, side)
                while found.others > BUSY and number >= 0 and patience > 0:
                    patience -= 1
                    say(f"{name}: {side}, again: other work took {found.others:.0%} of a core")
                    found = run(name, side)
            except SideFailed as error:
                outcome.failed[side] = str(error)
                continue
            if number >= 0:
                _take(outcome, side, found)
    return outcome


def _take(outcome: Outcome, side: str, found: Round) -> None:
    for sample in found.samples:
        outcome.samples[side, sample.figure].append(sample.value)
    if found.others > BUSY:
        outcome.disturbed[side] = outcome.disturbed.get(side, 0) + 1


def in_fresh_process(name: str, side: str) -> Round:
    """Run one side in a Python of its own; raise SideFailed with its last words when it ends badly."""
    command = [sys.executable, "-m", "playground.bench.side", name, side]
    watch = OtherWork()
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=SIDE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise SideFailed(f"no end after {SIDE_SECONDS:.0f} s") from None
    samples = read_samples(done.stdout)
    if done.returncode != 0:
        raise SideFailed(_last_words(done.stderr) or f"ended with code {done.returncode}")
    if not samples:
        raise SideFailed("measured nothing")
    return Round(tuple(samples), watch.share())


def read_samples(output: str) -> list[Sample]:
    """Pick the figures out of what a side printed."""
    lines = [line.removeprefix(MARK) for line in output.splitlines() if line.startswith(MARK)]
    return [Sample(**json.loads(line)) for line in lines]


def write_sample(sample: Sample) -> str:
    """Return the line that `read_samples` reads."""
    return MARK + json.dumps({"figure": sample.figure, "value": sample.value})


def _last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return redact(lines[-1][:300]) if lines else ""
