"""DRY: the tokens that would continue a passage, against a search by brute force."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from playground.recipes.sampler import Trail
from playground.recipes.samplers.dry import Dry, common_lengths
from tests.recipes.samplers.spelling import Spelling

PIECES = ["a", "b", "c", "\n", ": ", "User", '"x', "*"]
WORDS = Spelling(PIECES)


def penalties(stage: Dry, seen: tuple[int, ...], prompt: int = 0, size: int = 8) -> list[float]:
    row = np.linspace(-3, 3, size, dtype=np.float32)
    out = stage.apply(row, Trail(seen[:prompt], seen[prompt:], words=WORDS))
    return np.round((row - out).astype(float), 4).tolist()


def by_force(stage: Dry, seen: tuple[int, ...]) -> list[float]:
    """Try each place where the passage may have stood before, and go back from there token by token."""
    seen = seen[-stage.window :] if stage.window else seen
    stops = {id for id, piece in enumerate(PIECES) if any(stop in piece for stop in '\n:*"')}
    found = [0] * len(PIECES)
    for place in range(len(seen) - 1):
        length = 0
        while length <= place and seen[place - length] == seen[-1 - length] not in stops:
            length += 1
        if seen[place + 1] not in stops:
            found[seen[place + 1]] = max(found[seen[place + 1]], length)
    least = stage.allowed_length
    return [round(stage.multiplier * stage.base ** (n - least), 4) if n >= least else 0.0 for n in found]


@pytest.mark.parametrize("window", [0, 9, 40])
@pytest.mark.parametrize("least", [1, 2, 4])
def test_it_is_what_brute_force_finds(window: int, least: int) -> None:
    random = np.random.default_rng(least)
    stage = Dry(0.5, 1.25, least, window)
    different = 0
    for number in range(300):
        seen = tuple(random.choice(8, random.integers(0, 60), p=[0.5, 0.3, 0.1, *[0.02] * 5]).tolist())
        expected = by_force(stage, seen)
        different += any(expected)
        assert penalties(stage, seen, prompt=number % 7) == pytest.approx(expected, abs=2e-3)
    assert different > 10


@pytest.mark.parametrize(
    ("seen", "multiplier", "least", "breakers", "expected"),
    [
        ((0, 1), 1.0, 2, "", [0.25] * 4),
        ((0, 1, 2, 0, 1), 1.0, 2, "", [0.296923, 0.296923, 0.109232, 0.296923]),
        ((0, 1, 3, 4, 0, 1), 1.0, 2, "\\n", [0.2] * 5),  # 3 is the breaker
        ((0, 1, 2, 0, 1), 2.0, 2, "", [0.241818, 0.241818, 0.032727, 0.241818, 0.241818]),
        ((0, 1, 2, 3, 4, 0, 1), 1.0, 4, "", [0.2] * 5),
    ],
)
def test_the_examples_of_llama_cpp(
    seen: tuple[int, ...], multiplier: float, least: int, breakers: str, expected: list[float]
) -> None:
    """https://github.com/ggml-org/llama.cpp/blob/master/tests/test-sampling.cpp"""
    row = np.zeros(len(expected), np.float32)
    out = np.exp(Dry(multiplier, 1.1, least, 0, breakers).apply(row, Trail((), seen, words=WORDS)))
    assert (out / out.sum()).tolist() == pytest.approx(expected, abs=1e-5)


def test_a_longer_passage_costs_more() -> None:
    assert penalties(Dry(1.0, 2.0, 2), (0, 1, 2, 0, 1))[2] == 1
    assert penalties(Dry(1.0, 2.0, 2), (2, 0, 1, 2, 2, 0, 1))[2] == 2
    assert penalties(Dry(1.0, 2.0, 3), (0, 1, 2, 0, 1)) == [0.0] * 8
    assert penalties(Dry(1.0, 1.0, 1), (0, 0, 0, 0))[0] == 1


def test_a_breaker_may_lie_in_several_tokens() -> None:
    user, colon = 5, 4
    seen = (0, user, colon, 1, 2, 0, user, colon, 1)
    assert penalties(Dry(1.0, 2.0, 1, breakers="never"), seen)[2] == 8
    assert penalties(Dry(1.0, 2.0, 1, breakers="User: "), seen)[2] == 1  # only what stands behind it counts
    assert penalties(Dry(1.0, 2.0, 2, breakers="User: "), seen) == [0.0] * 8
    begun_before = (colon, 1, 2, user, colon, 1)  # the passage begins inside the breaker
    assert penalties(Dry(1.0, 2.0, 1, breakers="User: "), begun_before)[2] == 1


def test_an_endless_repetition_stays_finite() -> None:
    row = np.zeros(8, np.float32)
    out = Dry(5.0, 4.0, 1).apply(row, Trail((0,) * 3000, words=WORDS))
    assert np.isfinite(out).all()
    assert out[0] < -1e29
    assert out[1:].tolist() == [0.0] * 7


def test_nothing_to_look_at_changes_nothing() -> None:
    assert penalties(Dry(1.0), ()) == [0.0] * 8
    assert penalties(Dry(1.0), (1,)) == [0.0] * 8


def test_common_lengths_are_those_of_a_plain_search() -> None:
    random = np.random.default_rng(1)
    for _ in range(300):
        ids = random.integers(0, 3, random.integers(0, 40)).tolist()
        plain = [
            next((n for n in range(len(ids) - at) if ids[n] != ids[at + n]), len(ids) - at) for at in range(len(ids))
        ]
        assert common_lengths(ids)[1:] == plain[1:]


@pytest.mark.parametrize("kinds", [1, 2, 500])
def test_eight_thousand_tokens_take_a_few_milliseconds(kinds: int) -> None:
    ids = np.random.default_rng(2).integers(0, kinds, 8000).tolist()
    words = Spelling([f" {n}" for n in range(500)])
    trail, row = Trail(tuple(ids), (), words=words), np.zeros(500, np.float32)
    taken = math.inf
    for _ in range(5):  # the best of a few: the computer may be busy
        started = time.perf_counter()
        Dry(1.0).apply(row, trail)
        taken = min(taken, time.perf_counter() - started)
    assert taken < 0.03
