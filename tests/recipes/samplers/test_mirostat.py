"""Mirostat: the limit follows the surprises, and the text comes to the aim."""

from __future__ import annotations

import math

import numpy as np
import pytest

from playground.engine.measuring import probability_in
from playground.engine.sampling import Row, draw
from playground.recipes.sampler import Trail
from playground.recipes.samplers.mirostat import Mirostat

# Zipf's law with the exponent of the paper's theory, over a vocabulary of 5,000.
ZIPF: Row = (-1.1 * np.log(np.arange(1, 5001))).astype(np.float32)


def kept(row: Row, stage: Mirostat, *surprises: float) -> list[int]:
    return np.flatnonzero(stage.apply(row, Trail(surprises=surprises)) > -np.inf).tolist()


def stepped(tau: float, eta: float, surprises: tuple[float, ...]) -> float:
    """The limit as the authors' code and llama.cpp move it, step by step."""
    mu = 2 * tau
    for surprise in surprises:
        mu -= eta * (surprise - tau)
    return mu


def test_the_limit_starts_at_twice_the_aim_and_follows_each_surprise() -> None:
    stage = Mirostat(3.0, 0.2)
    assert stage.limit(Trail()) == 6
    surprises = (1.0, 0.0, 7.5, 2.0, 3.0)
    for count in range(len(surprises) + 1):
        told = Trail(written=(9,) * 8, surprises=surprises[:count])
        assert stage.limit(told) == pytest.approx(stepped(3.0, 0.2, surprises[:count]))


def test_tokens_above_the_limit_are_cut_and_those_at_it_stay() -> None:
    row = np.log(np.array([0.5, 0.25, 0.125, 0.125], np.float32))  # surprises of 1, 2, 3 and 3 bits
    assert kept(row, Mirostat(1.45)) == [0, 1]
    assert kept(row, Mirostat(1.6)) == [0, 1, 2, 3]
    assert kept(row, Mirostat(1.0, 1.0), 0.0, 0.0) == [0, 1, 2, 3]  # dull so far: the limit has risen
    assert kept(row, Mirostat(1.6, 1.0), 3.5) == [0]  # 1.3 bits


def test_the_best_token_stays_below_any_limit() -> None:
    assert kept(np.zeros(8, np.float32), Mirostat(1.0)) == [0]  # all of 3 bits
    assert kept(np.array([-np.inf, 1, 5], np.float32), Mirostat(0.1, 1.0), 1000.0) == [2]
    assert kept(np.array([-np.inf, 1, -np.inf], np.float32), Mirostat(5.0)) == [1]


@pytest.mark.parametrize("tau", [2.0, 4.0, 6.0])
def test_the_average_surprise_comes_to_the_aim(tau: float) -> None:
    stage, written, surprises = Mirostat(tau), list[int](), list[float]()
    for step in range(400):
        row = stage.apply(ZIPF, Trail(written=tuple(written), surprises=tuple(surprises)))
        written.append(draw(row, 5, step))
        surprises.append(-math.log2(probability_in(row, written[-1])))
    assert sum(surprises) / 400 == pytest.approx(tau, abs=0.15)
    free = [-math.log2(probability_in(ZIPF, draw(ZIPF, 5, step))) for step in range(400)]
    assert abs(sum(free) / 400 - tau) > 1  # without it the text goes elsewhere


def test_without_speed_the_limit_stays() -> None:
    assert Mirostat(3.0, 0.0).limit(Trail(surprises=(9.0,) * 50)) == 6
