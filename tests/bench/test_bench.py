"""Finding benchmarks in their folder, and the command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from playground import bench
from playground.bench import find, harness, run_benchmarks
from playground.core.errors import UserError
from tests.bench.fake import Fake, Runner


def test_every_file_of_the_folder_is_a_complete_benchmark() -> None:
    found = find([])
    assert {"startup", "conversion", "writing"} <= set(found)
    for name, benchmark in found.items():
        assert benchmark.shows, name
        assert benchmark.target, name
        assert benchmark.rounds >= 5, name
        for goal in benchmark.goals:
            assert goal.side in benchmark.sides, name
            assert not goal.rival or goal.rival in benchmark.sides, name
            assert goal.figure in benchmark.units, name
            assert (goal.at_most is None) != (goal.at_least is None), name


def test_finding_benchmarks_imports_nothing_heavy() -> None:
    code = (
        "import sys, playground.bench as b; b.find([]); print({'torch', 'transformers', 'PySide6'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_an_unknown_name_is_answered_with_a_suggestion() -> None:
    with pytest.raises(UserError) as caught:
        find(["startup", "conversoin"])
    assert "conversoin" in caught.value.message
    assert "conversion" in caught.value.hint


def test_the_command_measures_prints_and_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "find", lambda names: {"fake": Fake()})
    monkeypatch.setattr(harness, "in_fresh_process", Runner())
    file = tmp_path / "figures.json"
    assert run_benchmarks(["fake"], file) == 0
    assert "fake: how a table looks" in capsys.readouterr().out
    assert json.loads(file.read_text(encoding="utf-8"))["benchmarks"][0]["name"] == "fake"


def test_a_side_that_fails_makes_the_command_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "find", lambda names: {"fake": Fake()})
    monkeypatch.setattr(harness, "in_fresh_process", Runner(broken="rival"))
    assert run_benchmarks([], None) == 1


def test_a_file_that_cannot_be_written_is_refused_before_measuring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Runner()
    monkeypatch.setattr(bench, "find", lambda names: {"fake": Fake()})
    monkeypatch.setattr(harness, "in_fresh_process", run)
    with pytest.raises(UserError, match="There is no folder"):
        run_benchmarks([], tmp_path / "gone" / "figures.json")
    assert not run.order
