"""Top-n-sigma: a distance below the best in standard deviations."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest

from playground.engine.sampling import Row
from playground.recipes.sampler import Trail
from playground.recipes.samplers.temperature import Temperature
from playground.recipes.samplers.top_n_sigma import TopNSigma


def kept(row: Row, n: float) -> list[int]:
    return np.flatnonzero(TopNSigma(n).apply(row, Trail()) > -np.inf).tolist()


def reference(row: Row, n: float) -> list[int]:
    alive = [float(value) for value in row if value > -math.inf]
    limit = max(alive) - n * statistics.pstdev(alive)
    return [id for id, value in enumerate(row) if value > -math.inf and value >= limit]


@pytest.mark.parametrize("n", [0.1, 1.0, 1.7, 5.0])
def test_it_keeps_what_the_definition_keeps(n: float) -> None:
    random = np.random.default_rng(4)
    for number in range(300):
        row = random.normal(0, random.uniform(0.2, 6), 50).astype(np.float32)
        row[: number % 49] = -np.inf
        assert kept(row, n) == reference(row, n)


@pytest.mark.parametrize(("n", "expected"), [(1.0, [2, 3]), (3.0, [0, 1, 2, 3])])
def test_the_examples_of_llama_cpp(n: float, expected: list[int]) -> None:
    """https://github.com/ggml-org/llama.cpp/blob/master/tests/test-sampling.cpp"""
    assert kept(np.log(np.array([0.1, 0.2, 0.3, 0.4], np.float32)), n) == expected


@pytest.mark.parametrize("heat", [0.3, 1.7, 5.0])
def test_the_temperature_changes_nothing_about_what_is_kept(heat: float) -> None:
    row = np.random.default_rng(5).normal(0, 2, 2000).astype(np.float32)
    assert kept(Temperature(heat).apply(row, Trail()), 1.3) == kept(row, 1.3)


def test_equal_tokens_and_a_single_one_stay() -> None:
    assert kept(np.zeros(7, np.float32), 0.1) == list(range(7))
    assert kept(np.array([-np.inf, -4, -np.inf], np.float32), 0.1) == [1]
