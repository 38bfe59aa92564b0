from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.engine.measuring import ALTERNATIVES, highest, measured, probability_in


def test_measures_agree_with_torch() -> None:
    row = (np.random.default_rng(3).standard_normal(49_152) * 4).astype(np.float32)
    told = measured(row, 0)
    logs = torch.log_softmax(torch.from_numpy(row).double(), 0)
    best = torch.topk(logs, ALTERNATIVES)
    assert [id for id, _ in told.alternatives] == best.indices.tolist()
    np.testing.assert_allclose([log for _, log in told.alternatives], best.values.numpy(), atol=1e-5)
    assert told.entropy == pytest.approx(float(-(logs.exp() * logs).sum()), abs=1e-4)
    assert told.probability(5) == pytest.approx(float(logs[5].exp()), rel=1e-4)
    assert told.rank(int(best.indices[12])) == 13


def test_a_cut_vocabulary_has_an_entropy() -> None:
    row = np.array([0, 0, -np.inf, -np.inf], np.float32)
    assert measured(row, 0).entropy == pytest.approx(np.log(2))
    assert probability_in(row, 1) == pytest.approx(0.5)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_none_are_refused_with_the_step(bad: float) -> None:
    row = np.array([0, bad, 1], np.float32)
    with pytest.raises(UserError, match="step 8") as caught:
        measured(row, 7)
    assert caught.value.code == "E-NUMERIC"


def test_a_row_without_any_token_is_refused() -> None:
    with pytest.raises(UserError):
        measured(np.full(4, -np.inf, np.float32), 0)


@pytest.mark.parametrize("count", [1, 50, 2000, 49_152, 60_000])
@pytest.mark.parametrize("kind", ["smooth", "rising", "ties", "lopsided", "cut"])
def test_the_highest_are_those_of_a_stable_sort(kind: str, count: int) -> None:
    values = np.random.default_rng(3).normal(0, 3, 49_152).astype(np.float32)
    rows = {
        "smooth": values,
        "rising": np.sort(values),
        "ties": np.round(values),
        "lopsided": np.where(np.arange(49_152) % 16 == 0, values + 100, values).astype(np.float32),  # all in the sample
        "cut": np.where(values > 9, values, np.float32(-np.inf)),
    }
    row, wanted = rows[kind], np.argsort(-rows[kind], kind="stable")[:count]
    found = highest(row, count)
    assert row[found].tolist() == row[wanted].tolist()
    if kind in ("smooth", "rising", "lopsided"):  # elsewhere any of those that tie at the edge may be taken
        assert found.tolist() == wanted.tolist()
