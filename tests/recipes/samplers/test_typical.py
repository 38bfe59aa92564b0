"""Typical sampling: what transformers keeps is kept, and one token at least."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import TypicalLogitsWarper

from playground.engine.sampling import Row
from playground.recipes.sampler import Trail
from playground.recipes.samplers.typical import Typical


def kept(row: Row, share: float) -> list[int]:
    return np.flatnonzero(Typical(share).apply(row, Trail()) > -np.inf).tolist()


def logs(*shares: float) -> Row:
    return np.log(np.array(shares, np.float32))


@pytest.mark.parametrize("rounded", [False, True])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.8, 0.9, 0.99])
def test_it_keeps_what_transformers_keeps(share: float, rounded: bool) -> None:
    random = np.random.default_rng(3)
    rows = (random.normal(0, 1, (1500, 64)) * random.uniform(0.2, 6, (1500, 1))).astype(np.float32)
    if rounded:
        rows = np.round(rows)  # many ties
    rows[::3][:, ::2] = -np.inf  # a stage before has cut
    theirs = TypicalLogitsWarper(share)(None, torch.from_numpy(rows)).numpy()
    for row, other in zip(rows, theirs, strict=True):
        assert np.array_equal(Typical(share).apply(row, Trail()), other)


def test_the_examples_of_llama_cpp() -> None:
    """https://github.com/ggml-org/llama.cpp/blob/master/tests/test-sampling.cpp"""
    assert kept(logs(0.97, 0.01, 0.01, 0.01), 0.5) == [0]
    assert kept(logs(0.4, 0.2, 0.2, 0.2), 0.5) == [1, 2, 3]


def test_one_token_always_stays() -> None:
    assert len(kept(logs(0.5, 0.3, 0.2), 0.0)) == 1
    alone = np.array([-np.inf, 3, -np.inf], np.float32)
    assert kept(alone, 0.0) == [1]


def test_almost_everything_is_everything_though_shares_are_rounded() -> None:
    random = np.random.default_rng(6)
    for _ in range(50):
        assert len(kept(random.normal(0, 1, 300).astype(np.float32), 1 - 1e-15)) == 300


def test_of_equal_tokens_none_is_more_typical() -> None:
    assert kept(np.zeros(9, np.float32), 0.1) == list(range(9))
