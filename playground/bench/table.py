"""The outcome of benchmarks, as an aligned text and as JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from playground.bench.benchmark import Goal
from playground.bench.harness import Outcome
from playground.bench.machine import Machine
from playground.bench.verdict import Spread, Verdict
from playground.core.pace import size


def as_text(outcome: Outcome) -> str:
    """Return one benchmark's table: a row per side and figure, then a line per goal."""
    units = outcome.benchmark.units
    rows = [["side", "figure", "median", "range", "n", "ours / this"]]
    rows += [
        [side, figure, number(s.median, units[figure]), _range(s), str(s.count), _ratio(outcome, side, figure)]
        for (side, figure), s in outcome.spreads.items()
    ]
    lines = [f"{outcome.name}: {outcome.benchmark.shows}", f"  target: {outcome.benchmark.target}", ""]
    lines += [f"  {line}" for line in aligned(rows)] if len(rows) > 1 else ["  nothing was measured"]
    lines += [f"  {side}: skipped, {why}" for side, why in outcome.skipped.items()]
    lines += [f"  {side}: FAILED, {why}" for side, why in outcome.failed.items()]
    rounds = outcome.benchmark.rounds
    lines += [
        f"  {side}: {count} of {rounds} rounds ran BESIDE OTHER WORK" for side, count in outcome.disturbed.items()
    ]
    return "\n".join([*lines, "", *(f"  {verdict_text(v, units)}" for v in outcome.verdicts)])


def verdict_text(verdict: Verdict, units: dict[str, str]) -> str:
    """Return a goal and how it came out, in one line."""
    word = "not measured" if verdict.value is None else "reached" if verdict.reached else "MISSED"
    return f"{goal_text(verdict.goal, units)}: {_shown(verdict, units)}{word}"


def goal_text(goal: Goal, units: dict[str, str]) -> str:
    """Return a goal in words."""
    sign, limit = ("≤", goal.at_most) if goal.at_most is not None else ("≥", goal.at_least)
    what = f"{goal.side}, {'worst ' if goal.worst else ''}{goal.figure}"
    assert limit is not None
    return f"{what} {sign} {limit:g} × {goal.rival}" if goal.rival else f"{what} {sign} {limit:g} {units[goal.figure]}"


def _shown(verdict: Verdict, units: dict[str, str]) -> str:
    if verdict.value is None:
        return ""
    if verdict.goal.rival:
        return f"{verdict.value:.2f} ×, "
    return f"{number(verdict.value, units[verdict.goal.figure])}, "


def number(value: float, unit: str) -> str:
    """Return a figure with its unit and three digits that matter."""
    return f"{_digits(value)} {unit}"


def _digits(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 or value == 0 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _range(spread: Spread) -> str:
    return f"{_digits(spread.low)}–{_digits(spread.high)}"


def _ratio(outcome: Outcome, side: str, figure: str) -> str:
    """Return the first side's median over this side's, where both have the figure."""
    first, here = (outcome.spreads.get((name, figure)) for name in (outcome.benchmark.sides[0], side))
    if side == outcome.benchmark.sides[0] or first is None or here is None or not here.median:
        return ""
    return f"{first.median / here.median:.2f}"


def aligned(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Return the rows as lines with columns of equal width."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def machine_text(machine: Machine) -> str:
    """Return what the figures depend on."""
    lines = [
        f"{machine.processor}, {machine.cores} cores, {size(machine.memory)}, {machine.system}",
        f"Python {machine.python}, " + ", ".join(f"{name} {version}" for name, version in machine.versions),
        f"before the start: load {machine.load:.2f}, other work {machine.others:.0%} of a core",
    ]
    warning = ["OTHER WORK WAS RUNNING: the figures are worse than this machine can do."] if machine.is_busy else []
    return "\n".join(lines + warning)


def as_json(outcomes: Iterable[Outcome], machine: Machine) -> dict[str, Any]:
    """Return everything that was measured, each sample too, as built-in types."""
    return {"machine": dataclasses.asdict(machine), "benchmarks": [_outcome_as_json(outcome) for outcome in outcomes]}


def _outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    units = outcome.benchmark.units
    return {
        "name": outcome.name,
        "shows": outcome.benchmark.shows,
        "target": outcome.benchmark.target,
        "figures": [
            {
                "side": side,
                "figure": figure,
                "unit": units[figure],
                **dataclasses.asdict(found),
                "samples": list(outcome.samples[side, figure]),
            }
            for (side, figure), found in outcome.spreads.items()
        ],
        "goals": [
            {**dataclasses.asdict(v.goal), "value": v.value, "reached": v.reached, "text": goal_text(v.goal, units)}
            for v in outcome.verdicts
        ],
        "skipped": dict(outcome.skipped),
        "failed": dict(outcome.failed),
        "disturbed": dict(outcome.disturbed),
    }
