"""The rows of an answer: exact, whole after a crash, within their budget."""

from __future__ import annotations

import math
import os
import struct
from pathlib import Path

import numpy as np
import pytest

from playground.engine.kept_rows import BIN, BINS, Row, RowKeeper, RowsFile, kept_row, make_room
from playground.engine.measuring import measured

MOST = 50


def row(seed: int, vocabulary: int = 3000, spread: float = 3.0) -> Row:
    return np.random.default_rng(seed).normal(0, spread, vocabulary).astype(np.float32)


@pytest.mark.parametrize("spread", [0.01, 3.0, 30.0])
def test_the_most_probable_are_kept_with_what_is_outside(spread: float) -> None:
    raw = row(1, spread=spread)
    kept = kept_row(measured(raw, 0), 0, 7, 0.5, MOST)
    order = np.argsort(-raw, kind="stable")
    assert kept.ids.tolist() == order[:MOST].tolist()
    assert kept.logits.tolist() == raw[order[:MOST]].tolist()
    wide = raw.astype(np.float64)
    assert kept.normalizer == pytest.approx(np.log(np.exp(wide).sum()), abs=1e-5)
    shares = np.exp(wide) / np.exp(wide).sum()
    assert kept.outside_mass == pytest.approx(shares[order[MOST:]].sum(), abs=1e-5)
    assert kept.outside_best == raw[order[MOST]]
    assert kept.outside == kept.bins.sum() == 3000 - MOST
    assert kept.outside_least == raw.min()
    ordered, at = np.sort(raw)[: 3000 - MOST][::-1], 0
    for number, count in enumerate(kept.bins):
        inside = kept.outside_best - ordered[at : at + count]
        assert (inside >= number * BIN - 1e-4).all()
        assert (inside <= (number + 1) * BIN + 1e-4).all() or number == BINS - 1
        at += count
    np.testing.assert_allclose(np.exp(kept.log_probabilities), shares[order[:MOST]], rtol=1e-4)


def test_a_small_vocabulary_is_kept_whole() -> None:
    kept = kept_row(measured(row(2, 40), 0), 0, 7, 0.5, MOST)
    assert (len(kept.ids), kept.outside_mass, kept.outside_best, kept.bins.sum()) == (40, 0.0, -math.inf, 0)


def test_what_was_kept_is_read_back_bit_for_bit(tmp_path: Path) -> None:
    file = tmp_path / "a.rows"
    keeper = RowKeeper(file, (1, 2, 3), (9, 8), MOST)
    assert not file.exists()
    for step in (2, 3, 4):  # an answer that is continued begins later
        keeper.keep(measured(row(step), step), step, 100 + step, 1 / step)
    keeper.close()
    read = RowsFile(file)
    assert (read.steps, read.vocabulary) == ((2, 3, 4), 3000)
    assert (read.prompt, read.begun) == ((1, 2, 3), (9, 8))
    assert [read.written(step) for step in read.steps] == [(9, 8), (9, 8, 102), (9, 8, 102, 103)]
    assert read.surprises(4) == pytest.approx((1.0, math.log2(3)))
    for step in read.steps:
        wanted, found = kept_row(measured(row(step), step), step, 100 + step, 1 / step, MOST), read.row(step)
        assert found.ids.tobytes() == wanted.ids.tobytes()
        assert found.logits.tobytes() == wanted.logits.tobytes()
        assert (found.step, found.chosen, found.probability) == (step, 100 + step, 1 / step)
        assert found.normalizer == wanted.normalizer
        assert (found.outside_mass, found.outside_best) == (wanted.outside_mass, wanted.outside_best)
    with pytest.raises(KeyError):
        read.row(7)


@pytest.mark.parametrize("missing", [1, 100, 423])
def test_a_last_block_that_was_cut_off_is_not_read(tmp_path: Path, missing: int) -> None:
    file = tmp_path / "a.rows"
    keeper = RowKeeper(file, (), (), MOST)
    for step in range(3):
        keeper.keep(measured(row(step), step), step, 1, 0.5)
    keeper.close()
    os.truncate(file, file.stat().st_size - missing)
    assert RowsFile(file).steps == (0, 1)


HUGE = struct.pack("<8sIIII", b"LPROWS1\n", 3000, 2**32 - 1, 0, 0)
UNEVEN = struct.pack("<8sIIII", b"LPROWS1\n", 3000, 50, 9, 0) + b"xxx"


@pytest.mark.parametrize("content", [b"", b"LPROWS1\n", b"something else that is long enough"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.rows"
    file.write_bytes(content)
    with pytest.raises(ValueError, match="holds no rows"):
        RowsFile(file)


@pytest.mark.parametrize("content", [HUGE, UNEVEN])
def test_a_head_that_lies_is_an_error_of_one_kind(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.rows"
    file.write_bytes(content)
    with pytest.raises(ValueError):  # noqa: PT011 - whichever part of NumPy notices
        RowsFile(file)


def test_the_oldest_files_make_room(tmp_path: Path) -> None:
    for age, name in enumerate(("new", "middle", "old")):
        file = tmp_path / f"{name}.rows"
        file.write_bytes(b"x" * 100)
        os.utime(file, (1e9 - age, 1e9 - age))
    (tmp_path / "other.txt").write_bytes(b"x" * 1000)
    make_room(tmp_path, 250)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["middle.rows", "new.rows", "other.txt"]
    make_room(tmp_path, 0)
    assert [file.name for file in tmp_path.iterdir()] == ["other.txt"]
    make_room(tmp_path / "nowhere", 0)


def test_a_full_disk_costs_the_rows_and_not_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = RowKeeper(tmp_path / "a.rows", (), (), MOST)
    keeper.keep(measured(row(0), 0), 0, 1, 0.5)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RowKeeper, "_write", full)
    keeper.keep(measured(row(1), 1), 1, 1, 0.5)
    monkeypatch.undo()
    keeper.keep(measured(row(2), 2), 2, 1, 0.5)  # room again, but a step is missing
    keeper.close()
    assert RowsFile(tmp_path / "a.rows").steps == (0,)


def test_nothing_is_kept_where_nobody_may_write(tmp_path: Path) -> None:
    keeper = RowKeeper(tmp_path / "no such folder" / "a.rows", (), (), MOST)
    keeper.keep(measured(row(0), 0), 0, 1, 0.5)
    keeper.close()
    assert list(tmp_path.iterdir()) == []
