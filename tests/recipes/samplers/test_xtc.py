"""XTC: the top choices go, at the steps that the seed decides."""

from __future__ import annotations

import numpy as np
import pytest

from playground.engine.sampling import Row, chance, draw
from playground.recipes.sampler import Trail
from playground.recipes.samplers.xtc import Xtc

ROW = np.log(np.array([0.4, 0.3, 0.2, 0.1], np.float32))
STEPS = 1500


def kept(row: Row, threshold: float, trail: Trail = Trail(), probability: float = 1.0) -> list[int]:  # noqa: B008
    return np.flatnonzero(Xtc(threshold, probability).apply(row, trail) > -np.inf).tolist()


def at(step: int, seed: int = 0) -> Trail:
    return Trail(written=(1,) * step, seed=seed)


@pytest.mark.parametrize(
    ("threshold", "expected"), [(0.09, [3]), (0.19, [2, 3]), (0.29, [1, 2, 3]), (0.39, [0, 1, 2, 3])]
)
def test_the_examples_of_llama_cpp(threshold: float, expected: list[int]) -> None:
    """https://github.com/ggml-org/llama.cpp/blob/master/tests/test-sampling.cpp"""
    assert kept(ROW, threshold) == expected


def test_the_probabilities_are_those_of_the_tokens_left() -> None:
    row = ROW.copy()
    row[0] = -np.inf  # of 0.6: 0.5, 0.33, 0.17
    assert kept(row, 0.2) == [2, 3]
    assert kept(row, 0.4) == [1, 2, 3]


def test_one_token_always_stays() -> None:
    assert kept(np.zeros(4, np.float32), 0.1) == [0]  # of equal ones the first counts as the least probable
    assert kept(np.zeros(4, np.float32), 0.0) == [0]
    assert kept(np.array([-np.inf, 2, -np.inf], np.float32), 0.0) == [1]
    assert kept(np.array([9, 0, 0], np.float32), 0.5) == [0, 1, 2]  # only one is likely


def acts(seed: int, probability: float = 0.3) -> list[bool]:
    return [kept(ROW, 0.1, at(step, seed), probability) != [0, 1, 2, 3] for step in range(STEPS)]


@pytest.mark.parametrize("probability", [0.05, 0.5, 0.95])
def test_it_acts_about_as_often_as_is_said(probability: float) -> None:
    count, spread = sum(acts(7, probability)), np.sqrt(STEPS * probability * (1 - probability))
    assert abs(count - STEPS * probability) < 3.3 * spread


def test_seed_and_step_alone_decide() -> None:
    first = acts(1)
    state = np.random.get_state()[1].tolist()  # type: ignore[union-attr]
    assert acts(1) == first
    assert acts(2) != first
    assert np.random.get_state()[1].tolist() == state  # type: ignore[union-attr]


def test_it_is_independent_of_the_draw() -> None:
    """Whether it acts says nothing about which token is drawn: chi-square over a table of two by four."""
    acted = acts(3, 0.5)
    table = np.zeros((2, 4))
    for step, act in enumerate(acted):
        table[int(act), draw(ROW, 3, step)] += 1
    expected = table.sum(1, keepdims=True) * table.sum(0, keepdims=True) / STEPS
    assert ((table - expected) ** 2 / expected).sum() < 16.3  # three degrees of freedom, p = 0.001


def test_purposes_have_luck_of_their_own() -> None:
    pairs = np.array([(chance(1, step, "xtc"), chance(1, step, "other")) for step in range(2000)])
    assert abs(np.corrcoef(pairs.T)[0, 1]) < 0.07
