"""A linear layer that knows a faster way for a single row.

Writing reads every weight once for a single row. On some processors torch's matrix-vector product is up to a third
faster there than its matrix product, which prepares each call as if there were many rows; on others it is slower.
"""

from __future__ import annotations

import torch
from torch import nn


class RowLinear(nn.Linear):
    """`nn.Linear`, with another kernel for a single row; the same weights, the same result but for rounding."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        if input.numel() != self.in_features:
            return super().forward(input)
        row = torch.mv(self.weight, input.view(-1))  # (out,)
        row = row if self.bias is None else row + self.bias
        return row.view(*input.shape[:-1], self.out_features)


def quicken(model: nn.Module) -> None:
    """Let a model's plain linear layers take the matrix-vector product for one row."""
    for module in model.modules():
        if type(module) is nn.Linear:
            module.__class__ = RowLinear
