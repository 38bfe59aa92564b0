from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from playground.core.facts import DTYPES, ModelInfo
from playground.core.paths import Paths
from playground.engine import machine
from playground.engine.devices import one_thread
from playground.engine.machine import Speeds, chunk_at, chunk_size, is_busy, measured, remembered, speeds

# A processor that stores float16 but computes with bfloat16.
STORES_HALF = Speeds(
    one={"float32": 4.0, "bfloat16": 2.0, "float16": 1.0},
    vector={"float32": 4.0, "bfloat16": 1.5, "float16": 1.0},
    eight={"float32": 5.0, "bfloat16": 2.0, "float16": 6.0},
    many={"float32": 0.2, "bfloat16": 0.1, "float16": 0.7},
    threads=2,
)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the measurements, which find STORES_HALF."""
    found: list[int] = []

    def fake(threads: int) -> Speeds:
        found.append(threads)
        return STORES_HALF

    monkeypatch.setattr(machine, "measured", fake)
    return found


def test_writing_and_reading_may_want_different_formats() -> None:
    assert STORES_HALF.best_forms() == ("float16", "bfloat16")
    assert STORES_HALF.best_form() == "bfloat16"
    assert STORES_HALF.best_forms(("float32", "bfloat16")) == ("bfloat16", "bfloat16")


def test_two_forms_that_gain_little_are_one() -> None:
    even = replace(
        STORES_HALF, one={**STORES_HALF.one, "float16": 1.49}, vector={**STORES_HALF.vector, "float16": 1.49}
    )
    assert even.best_forms() == ("bfloat16", "bfloat16")


def test_the_kernel_for_one_row_is_chosen_by_its_speed() -> None:
    assert STORES_HALF.by_vector("bfloat16")
    assert not STORES_HALF.by_vector("float32")
    assert not Speeds().by_vector("bfloat16")


def test_it_is_measured_once(runs: list[int], tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    assert remembered(paths, 0, "cpu") == Speeds()
    assert speeds(paths, 0, "cpu") == speeds(paths, 0, "cpu") == remembered(paths, 0, "cpu") == STORES_HALF
    assert len(runs) == 1


def test_a_graphics_card_is_not_measured(runs: list[int], tmp_path: Path) -> None:
    assert speeds(Paths(tmp_path), 0, "cuda") == Speeds()
    assert not runs


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cpu": 3}', "\x00\xff"])
def test_a_corrupt_memory_is_measured_again(content: str, runs: list[int], tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    paths.machine.write_text(content)
    assert speeds(paths, 0, "cpu") == STORES_HALF
    assert speeds(paths, 0, "cpu") == STORES_HALF
    assert len(runs) == 1


@pytest.mark.parametrize(
    "nonsense",
    [{"one": {"float32": -1.0}}, {"many": None}, {"eight": {}}, {"threads": 0}, {"vector": {"float16": "x"}}],
)
def test_remembered_nonsense_is_measured_again(nonsense: dict[str, object], runs: list[int], tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    speeds(paths, 0, "cpu")
    entries = json.loads(paths.machine.read_text())
    paths.machine.write_text(json.dumps({key: {**entry, **nonsense} for key, entry in entries.items()}))
    assert speeds(paths, 0, "cpu") == STORES_HALF
    assert len(runs) == 2


def test_other_thread_counts_are_measured_for_themselves(runs: list[int], tmp_path: Path) -> None:
    with one_thread():  # gives the threads back
        speeds(Paths(tmp_path), 1, "cpu")
        speeds(Paths(tmp_path), 3, "cpu")
    assert runs == [1, 3]


def test_a_busy_machine_is_noticed() -> None:
    assert is_busy(wall=2.0, cpu=2.0, threads=2)
    assert not is_busy(wall=2.0, cpu=3.8, threads=2)


def test_what_was_disturbed_is_measured_again_and_the_best_of_both_is_used_but_not_kept(
    runs: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = Speeds(*(dict.fromkeys(DTYPES, 9.0) for _ in range(3)), dict.fromkeys(DTYPES, 0.1), 2)
    found = iter([slow, STORES_HALF, STORES_HALF])
    monkeypatch.setattr(machine, "measured", lambda threads: runs.append(threads) or next(found))
    monkeypatch.setattr(machine, "is_busy", lambda *_: len(runs) < 3)
    used = speeds(Paths(tmp_path), 2, "cpu")
    assert (used.one, used.many) == (STORES_HALF.one, slow.many)
    assert runs == [2, 2]
    assert remembered(Paths(tmp_path), 2, "cpu") == Speeds()
    assert speeds(Paths(tmp_path), 2, "cpu") == STORES_HALF  # now it is calm
    assert remembered(Paths(tmp_path), 2, "cpu") == STORES_HALF


def test_large_models_are_read_in_small_chunks() -> None:
    sizes = [chunk_size(Speeds(), "float32", count, "cpu") for count in (1_000, 135_000_000, 1_700_000_000, 7 * 10**12)]
    assert sizes == [256, 64, 8, 8]
    assert chunk_size(Speeds(many={"float32": 1e-9}), "float32", 10_000_000, "cpu") == 16
    assert chunk_size(Speeds(), "bfloat16", 1_000_000_000, "cuda") == 1024


def test_the_further_a_prompt_has_been_read_the_smaller_are_its_chunks() -> None:
    info = ModelInfo("m", "m", "safetensors", parameters=134_000_000, layers=30, heads=9, head_size=64)
    assert [chunk_at(224, behind, info) for behind in (0, 224, 1500, 8000, 10**6)] == [224, 192, 96, 32, 8]
    assert chunk_at(1024, 5000, info) == 1024  # a graphics card


@pytest.mark.slow
def test_the_measurement_knows_every_dtype() -> None:
    found = measured(1)
    for table in (found.one, found.vector, found.eight, found.many):
        assert set(table) == set(DTYPES)
        assert all(1e-14 < seconds < 1e-6 for seconds in table.values())
