"""The buffers of a lean step, for a number of rows, with every view of them made once."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from playground.engine.lean.plan import LeanPlan

ATTENTION_DTYPE = torch.float32


class Desk:
    """Where a step puts its values.

    The residual stream is float32 and has a column more than the model is wide, which holds √(width · ε): so the
    length of a row is the divisor of its norm at once.
    """

    def __init__(self, plan: LeanPlan, rows: int) -> None:
        self.rows = rows
        self._stream, self._body = _stream(plan, rows)
        self._aside, self._aside_body = _stream(plan, rows)
        self._scaled = torch.empty(rows, plan.width)
        self._length = torch.empty(rows, 1)
        layer, size, heads = plan.layers[0], plan.size, plan.heads
        both = heads + plan.kv_heads

        def buffer(columns: int) -> Tensor:
            return torch.empty(rows, columns, dtype=plan.dtype)

        self.x, self.block, self.logits = buffer(plan.width), buffer(plan.width), buffer(len(plan.head.weight))
        self.qkv = buffer(len(layer.qkv.weight))
        self.heads = torch.empty(self.qkv.shape, dtype=ATTENTION_DTYPE)
        by_head = self.heads.view(rows, -1, size)  # (rows, heads + 2 · kv heads, size)
        self.raw_queries, self.raw_keys = by_head[:, :heads], by_head[:, heads:both]
        self.new_values = by_head[:, both:]  # (rows, kv heads, size)
        self._raw = by_head[:, :both]
        self._turned = torch.empty(self._raw.shape, dtype=ATTENTION_DTYPE)
        self.queries, self.new_keys = self._turned[:, :heads, None], self._turned[:, heads:]
        self.mixed = buffer(heads * size)
        self.mixed_heads = self.mixed.view(rows, heads, 1, size)
        self.gate_up = buffer(len(layer.gate_up.weight))
        self.gate, self.up = self.gate_up.chunk(2, -1)
        self.inner = buffer(self.gate.shape[-1])
        rotated = plan.rotary(torch.arange(1))[0].shape[-1]
        half = rotated // 2
        self._raw_parts = (self._raw[..., :rotated], self._raw[..., :half], self._raw[..., half:rotated])
        self._turned_parts = (self._turned[..., :rotated], self._turned[..., :half], self._turned[..., half:rotated])
        self._passing = (self._raw[..., rotated:], self._turned[..., rotated:]) if rotated < size else None

    def open(self, embedded: Tensor, scale: float) -> None:
        """Begin a step with the tokens' embeddings: (rows, width)."""
        self._body.copy_(embedded)
        if scale != 1.0:
            self._body.mul_(scale)

    def normalize(self, gain: Tensor) -> None:
        """Put the normalized stream into `x`, in the dtype of the weights."""
        torch.linalg.vector_norm(self._stream, dim=-1, keepdim=True, out=self._length)
        torch.mul(self._body, gain, out=self._scaled)
        torch.div(self._scaled, self._length, out=self.x)

    def add(self, gain: Tensor | None) -> None:
        """Add `block` to the stream, normalized first where the model does that."""
        if gain is None:
            self._body.add_(self.block)
            return
        self._aside_body.copy_(self.block)
        torch.linalg.vector_norm(self._aside, dim=-1, keepdim=True, out=self._length)
        self._body.add_(torch.mul(self._aside_body, gain, out=self._scaled).div_(self._length))

    def rotate(self, cosine: Tensor, negated_sine: Tensor, sine: Tensor) -> None:
        """Turn the pairs (i, i + half) of queries and keys by their angles; what lies behind them passes."""
        (raw, first, second), (turned, turned_first, turned_second) = self._raw_parts, self._turned_parts
        torch.mul(raw, cosine, out=turned)
        turned_first.addcmul_(second, negated_sine)
        turned_second.addcmul_(first, sine)
        if self._passing is not None:
            self._passing[1].copy_(self._passing[0])


def _stream(plan: LeanPlan, rows: int) -> tuple[Tensor, Tensor]:
    stream = torch.zeros(rows, plan.width + 1)
    stream[:, plan.width] = math.sqrt(plan.width * plan.epsilon)
    return stream, stream[:, : plan.width]
