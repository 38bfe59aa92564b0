"""Linear layers that know a faster way for a single row.

Writing reads every weight once for a single row, and so does the output layer behind a prompt. On some processors
torch's matrix-vector product is up to a third faster there than its matrix product, which prepares each call as if
there were many rows; on others it is slower. And a row that was cut out of many makes torch copy the whole weight
first: for the starter's output layer that takes longer than the rest of the token.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class RowLinear(nn.Linear):
    """`nn.Linear` that takes a single row out of its batch; the same weights, the same result."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        if input.numel() != self.in_features:
            return super().forward(input)
        row = functional.linear(input.reshape(1, -1), self.weight, self.bias)  # (1, out)
        return row.view(*input.shape[:-1], self.out_features)


class VectorLinear(nn.Linear):
    """`nn.Linear` with the matrix-vector product for a single row; the same result but for rounding."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        if input.numel() != self.in_features:
            return super().forward(input)
        row = torch.mv(self.weight, input.reshape(-1))  # (out,)
        row = row if self.bias is None else row + self.bias
        return row.view(*input.shape[:-1], self.out_features)


QUICK = (nn.Linear, RowLinear, VectorLinear)
"""Linear layers with nothing but a weight and a bias."""


def quicken(model: nn.Module, head: nn.Module | None, by_vector: bool) -> None:
    """Let a model's plain linear layers take the faster way for one row: the output layer, or with `by_vector` all."""
    for module in model.modules():
        if type(module) is nn.Linear and (by_vector or module is head):
            module.__class__ = VectorLinear if by_vector else RowLinear
