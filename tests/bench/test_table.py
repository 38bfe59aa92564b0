"""The table people read and the JSON programs read."""

from __future__ import annotations

import json

from playground.bench.harness import measure
from playground.bench.machine import Machine, this_machine
from playground.bench.table import aligned, as_json, as_text, machine_text
from tests.bench.fake import Fake, Runner

MACHINE = Machine("A processor", 2, 8_000_000_000, "Linux", "3.11", (("torch", "2.13"),), load=0.1)


def test_the_table_has_medians_ratios_goals_and_what_was_left_out() -> None:
    text = as_text(measure("fake", Fake(), Runner()))
    assert "target: twice the rival" in text
    assert "40.0 tokens/s" in text
    assert "4.00" in text  # ours over the rival
    assert "ours, speed ≥ 2 × rival: 4.00 ×, reached" in text
    assert "ours, worst wait ≤ 50 ms: 12.5 ms, reached" in text
    assert "absent: skipped, not installed" in text


def test_a_failed_side_is_shown_and_its_goal_is_not_measured() -> None:
    text = as_text(measure("fake", Fake(), Runner(broken="rival")))
    assert "rival: FAILED, out of luck" in text
    assert "ours, speed ≥ 2 × rival: not measured" in text


def test_columns_are_aligned() -> None:
    assert list(aligned([["a", "bb"], ["ccc", "d"]])) == ["a    bb", "ccc  d"]


def test_json_holds_every_sample_and_every_verdict() -> None:
    data = json.loads(json.dumps(as_json([measure("fake", Fake(), Runner())], MACHINE)))
    (fake,) = data["benchmarks"]
    assert data["machine"]["processor"] == "A processor"
    assert fake["figures"][0]["samples"] == [40.0] * 5
    assert fake["figures"][0]["unit"] == "tokens/s"
    assert [(g["value"], g["reached"]) for g in fake["goals"]] == [(4.0, True), (12.5, True)]
    assert fake["skipped"] == {"absent": "not installed"}


def test_a_busy_machine_is_said() -> None:
    busy = Machine("A processor", 2, 8_000_000_000, "Linux", "3.11", (), load=0.1, others=1.7)
    assert "OTHER WORK WAS RUNNING" in machine_text(busy)
    assert "OTHER WORK" not in machine_text(MACHINE)


def test_this_machine_is_described() -> None:
    machine = this_machine()
    assert machine.processor
    assert machine.cores >= 1
    assert dict(machine.versions)["numpy"]
