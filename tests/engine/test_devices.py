from __future__ import annotations

import json
import mmap
from pathlib import Path

import pytest
import torch

from playground.core.facts import DTYPES
from playground.core.paths import Paths
from playground.engine import devices
from playground.engine.devices import (
    _is_busy,
    cores,
    device_info,
    fastest_dtype,
    free_memory,
    one_thread,
    process_memory,
    total_memory,
    turn_seconds,
)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the measurements, which find bfloat16 fastest."""
    runs: list[int] = []

    def fake() -> dict[str, float]:
        runs.append(1)
        return {"float32": 3.0, "bfloat16": 1.0, "float16": 2.0}

    monkeypatch.setattr(devices, "turn_seconds", fake)
    return runs


def test_a_busy_machine_is_noticed() -> None:
    assert _is_busy(wall=2.0, cpu=2.0, threads=2)
    assert not _is_busy(wall=2.0, cpu=3.8, threads=2)


def test_the_fastest_dtype_is_measured_once(measured: list[int], tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    assert device_info(paths).fastest_dtype == ""
    assert fastest_dtype(paths, device="cpu") == fastest_dtype(paths, device="cpu") == "bfloat16"
    assert len(measured) == 1
    assert device_info(paths).fastest_dtype == "bfloat16"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cpu": 3}', "\x00\xff"])
def test_a_corrupt_memory_is_measured_again(content: str, measured: list[int], tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    fastest_dtype(paths, device="cpu")
    paths.machine.write_text(content)
    assert fastest_dtype(paths, device="cpu") == "bfloat16"
    assert len(measured) == 2
    assert fastest_dtype(paths, device="cpu") == "bfloat16"
    assert len(measured) == 2


def test_a_remembered_nonsense_dtype_is_measured_again(measured: list[int], tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    fastest_dtype(paths, device="cpu")
    entries = json.loads(paths.machine.read_text())
    paths.machine.write_text(json.dumps({key: {"fastest_dtype": "float7"} for key in entries}))
    assert fastest_dtype(paths, device="cpu") == "bfloat16"
    assert len(measured) == 2


def test_other_thread_counts_are_measured_for_themselves(measured: list[int], tmp_path: Path) -> None:
    with one_thread():  # gives the threads back
        fastest_dtype(Paths(tmp_path), 1, "cpu")
        fastest_dtype(Paths(tmp_path), 2, "cpu")
    assert len(measured) == 2


@pytest.mark.slow
def test_the_measurement_knows_every_dtype() -> None:
    times = turn_seconds()
    assert set(times) == set(DTYPES)
    assert all(0.001 < seconds < 1000 for seconds in times.values())


def test_what_the_machine_is(tmp_path: Path) -> None:
    info = device_info(Paths(tmp_path))
    assert info.kind in ("cpu", "cuda", "mps")
    assert info.name
    assert info.threads == info.cores == cores() >= 1
    assert 0 < free_memory() <= total_memory()
    assert "torch" in dict(info.versions)


def test_a_processs_memory_grows_with_what_it_holds() -> None:
    before = process_memory()
    held = mmap.mmap(-1, 100_000_000)  # not from the heap, which may have that much left over
    held.write(b"x" * len(held))
    assert process_memory() - before > 0.8 * len(held)


def test_one_thread_for_a_while() -> None:
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
