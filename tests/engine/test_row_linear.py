from __future__ import annotations

import pytest
import torch
from torch import nn

from playground.engine.row_linear import RowLinear, VectorLinear, quicken


@pytest.mark.parametrize("by_vector", [True, False])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(1, 1, 48), (1, 48), (1, 5, 48), (48,)])
def test_it_computes_what_a_linear_layer_computes(by_vector: bool, bias: bool, shape: tuple[int, ...]) -> None:
    layer = nn.Linear(48, 32, bias=bias, dtype=torch.bfloat16)
    rows = torch.randn(shape, dtype=torch.bfloat16)
    expected = layer(rows)
    quicken(layer, layer, by_vector)
    assert type(layer) is (VectorLinear if by_vector else RowLinear)
    torch.testing.assert_close(layer(rows), expected, atol=2e-2, rtol=2e-2)
    assert layer(rows).shape == expected.shape


def test_a_row_cut_out_of_many_needs_no_copy_of_the_weight() -> None:
    layer = nn.Linear(48, 32, bias=False)
    quicken(layer, layer, by_vector=False)
    many = torch.randn(1, 9, 48)
    with torch.inference_mode(), torch.profiler.profile(profile_memory=True) as seen:
        layer(many[:, -1:])
    assert max(event.cpu_memory_usage for event in seen.key_averages()) < layer.weight.nbytes / 2


def test_without_vectors_only_the_head_changes() -> None:
    model = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 4))
    quicken(model, model[1], by_vector=False)
    assert [type(layer) for layer in model] == [nn.Linear, RowLinear]


def test_layers_of_another_class_stay_as_they_are() -> None:
    class Own(nn.Linear):
        pass

    model = nn.Sequential(Own(8, 8))
    quicken(model, None, by_vector=True)
    assert type(model[0]) is Own
