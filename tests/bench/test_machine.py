"""Other people's work is told from our own."""

from __future__ import annotations

import subprocess
import sys
from collections import namedtuple

import pytest

from playground.bench import machine
from playground.bench.machine import OtherWork, package_versions, processor

Times = namedtuple("Times", "user nice system")


def _clock(monkeypatch: pytest.MonkeyPatch, busy: list[float], own: list[float]) -> None:
    monkeypatch.setattr(machine.psutil, "cpu_times", lambda: Times(busy.pop(0), 0.0, 0.0))
    monkeypatch.setattr(machine.os, "times", lambda: (own.pop(0), 0.0, 0.0, 0.0, 0.0))
    seconds = [10.0, 14.0]
    monkeypatch.setattr(machine.time, "monotonic", lambda: seconds.pop(0))


def test_what_is_busy_beyond_ourselves_is_others_work(monkeypatch: pytest.MonkeyPatch) -> None:
    _clock(monkeypatch, busy=[100.0, 108.0], own=[1.0, 3.0])
    assert OtherWork().share() == 1.5  # 6 of 4 seconds


def test_our_own_work_is_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    _clock(monkeypatch, busy=[100.0, 102.0], own=[1.0, 3.0])
    assert OtherWork().share() == 0.0


def test_a_childs_work_counts_as_ours() -> None:
    before = machine._own_seconds()
    subprocess.run([sys.executable, "-c", "sum(range(3_000_000))"], check=True)
    assert machine._own_seconds() > before


def test_packages_and_processor_have_names() -> None:
    assert dict(package_versions())["psutil"]
    assert processor()
