from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.engine.measuring import ALTERNATIVES, measured, probability_in


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
