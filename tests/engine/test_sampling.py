from __future__ import annotations

import numpy as np
import pytest

from playground.engine.sampling import chance, draw, gumbel

IDS = np.arange(6)


def test_the_luck_of_a_seed_never_changes() -> None:
    """Pinned: another value here would give every stored answer another luck."""
    np.testing.assert_allclose(
        gumbel(42, 0, np.array([0, 1, 49151])),
        [3.967693037223137, 0.8912890985683977, 0.0025527256887788465],
        rtol=0,
        atol=1e-12,
    )
    np.testing.assert_allclose(gumbel(2**64 - 1, 1000, np.array([7])), [-0.40027787950186333], rtol=0, atol=1e-12)
    row = np.linspace(0, 3, 100, dtype=np.float32)
    assert [draw(row, 42, step) for step in range(6)] == [85, 46, 71, 83, 84, 89]


def test_the_noise_is_standard_gumbel_and_finite() -> None:
    noise = gumbel(1, 2, np.arange(500_000))
    assert np.isfinite(noise).all()
    assert abs(noise.mean() - 0.5772157) < 0.01
    assert abs(noise.var() - np.pi**2 / 6) < 0.02


def test_a_tokens_noise_does_not_depend_on_the_others() -> None:
    every = gumbel(5, 3, np.arange(100))
    assert gumbel(5, 3, np.array([17, 80])).tolist() == every[[17, 80]].tolist()


def test_seed_step_and_token_all_matter() -> None:
    base = gumbel(5, 3, IDS)
    assert not np.isin(gumbel(6, 3, IDS), base).any()
    assert not np.isin(gumbel(5, 4, IDS), base).any()
    assert len(set(base)) == len(IDS)


def test_draws_follow_the_softmax() -> None:
    row = np.array([0.0, 1.0, 2.0, -1.0, -np.inf, 1.5], np.float32)
    tries = 20_000
    counts = np.bincount([draw(row, seed, 0) for seed in range(tries)], minlength=6)
    shares = np.exp(row) / np.exp(row).sum()
    assert counts[4] == 0
    alive = shares > 0
    chi_square = ((counts - tries * shares)[alive] ** 2 / (tries * shares[alive])).sum()
    assert chi_square < 18.5  # four degrees of freedom, p = 0.001


def test_steps_of_one_seed_follow_the_softmax_too() -> None:
    row = np.log(np.array([0.7, 0.2, 0.1], np.float32))
    counts = np.bincount([draw(row, 99, step) for step in range(10_000)], minlength=3)
    np.testing.assert_allclose(counts / 10_000, [0.7, 0.2, 0.1], atol=0.015)


def test_chances_are_evenly_spread_and_never_change() -> None:
    """Pinned like the noise of the draw."""
    assert [chance(42, step, "xtc") for step in range(2)] == pytest.approx(
        [0.8351102307680387, 0.22936855598058664], abs=1e-12
    )
    values = np.sort([chance(seed, 3, "xtc") for seed in range(4000)])
    assert np.abs(values - (np.arange(4000) + 0.5) / 4000).max() < 0.03  # Kolmogorov and Smirnov, p = 0.001
    assert chance(1, 2, "xtc") != chance(1, 2, "other")


def test_a_single_survivor_is_drawn() -> None:
    row = np.full(10, -np.inf, np.float32)
    row[6] = -50
    assert draw(row, 1, 1) == 6
