from __future__ import annotations

import pytest
import torch
from torch import nn

from playground.engine.row_linear import RowLinear, quicken


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(1, 1, 48), (1, 48), (1, 5, 48), (48,)])
def test_it_computes_what_a_linear_layer_computes(bias: bool, shape: tuple[int, ...]) -> None:
    layer = nn.Linear(48, 32, bias=bias, dtype=torch.bfloat16)
    rows = torch.randn(shape, dtype=torch.bfloat16)
    expected = layer(rows)
    quicken(layer)
    assert type(layer) is RowLinear
    torch.testing.assert_close(layer(rows), expected, atol=2e-2, rtol=2e-2)
    assert layer(rows).shape == expected.shape


def test_layers_of_another_class_stay_as_they_are() -> None:
    class Own(nn.Linear):
        pass

    model = nn.Sequential(Own(8, 8))
    quicken(model)
    assert type(model[0]) is Own
