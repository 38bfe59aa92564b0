"""One decoding step on the lean path.

Beside the matrix products, the time of a step goes into the number of small operations, 1–3 µs each: so every result
has its buffer, and every view of it is made once (see `desk`). Attention runs in float32 whatever the weights are: for
one row the kernels of half precision are up to four times slower on processors that can only store it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from playground.engine.cache import KeyValues
from playground.engine.lean.desk import Desk
from playground.engine.lean.plan import LeanLayer, LeanPlan

_TABLE_STEP = 512  # positions by which the rotary table grows


class Lean:
    """Writes with a plan: a token for each row in, logits out."""

    def __init__(self, plan: LeanPlan) -> None:
        self.plan = plan
        self._desk = Desk(plan, 1)
        self._table = (torch.empty(0), torch.empty(0))  # cosine and sine: (positions, rotated) and half of it

    @torch.inference_mode()
    def step(self, ids: Sequence[int], memory: KeyValues) -> Tensor:
        """Read one more token for each row of `memory`; return the logits behind it: (rows, vocabulary), float32.

        The logits lie in a buffer that the next step writes over.
        """
        plan = self.plan
        if self._desk.rows != len(ids):
            self._desk = Desk(plan, len(ids))
        desk, angles = self._desk, self._angles(memory.length)
        memory.reserve(memory.length + 1)
        desk.open(functional.embedding(torch.tensor(ids), plan.embedding), plan.embedding_scale)  # (rows, width)
        for layer, keys, values in zip(plan.layers, memory.keys, memory.values, strict=True):
            desk.normalize(layer.attention_gain)
            layer.qkv.into(desk.qkv, desk.x)
            self._attend(layer, keys, values, memory.length, angles)
            layer.out.into(desk.block, desk.mixed)
            desk.add(layer.after_attention_gain)
            desk.normalize(layer.feed_gain)
            layer.gate_up.into(desk.gate_up, desk.x)
            torch.mul(plan.act(desk.gate), desk.up, out=desk.inner)
            layer.down.into(desk.block, desk.inner)
            desk.add(layer.after_feed_gain)
        memory.add(ids)
        desk.normalize(plan.final_gain)
        plan.head.into(desk.logits, desk.x)
        logits = desk.logits.float()  # (rows, vocabulary)
        return torch.tanh(logits / plan.softcap) * plan.softcap if plan.softcap else logits

    def _attend(
        self, layer: LeanLayer, keys: Tensor, values: Tensor, at: int, angles: tuple[Tensor, Tensor, Tensor]
    ) -> None:
        """Put what each row's heads gather from all positions so far into the desk's `mixed`."""
        desk = self._desk
        desk.heads.copy_(desk.qkv)  # to float32
        if layer.query_norm is not None and layer.key_norm is not None:
            layer.query_norm.apply(desk.raw_queries)
            layer.key_norm.apply(desk.raw_keys)
        desk.rotate(*angles)
        keys.select(2, at).copy_(desk.new_keys)
        values.select(2, at).copy_(desk.new_values)
        start = max(0, at + 1 - layer.window) if layer.window else 0
        seen = at + 1 - start
        gathered = _gather(self.plan, layer, desk.queries, keys.narrow(2, start, seen), values.narrow(2, start, seen))
        desk.mixed_heads.copy_(gathered)  # (rows, heads, 1, size), to the dtype of the weights

    def _angles(self, at: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return a position's cosine, (rotated,), and the sine of its angles with both signs, half as long."""
        if at >= len(self._table[0]):
            cosine, sine = self.plan.rotary(torch.arange((at // _TABLE_STEP + 1) * _TABLE_STEP))
            self._table = (cosine, sine[:, : sine.shape[-1] // 2].contiguous())
        sine = self._table[1][at]
        return self._table[0][at], -sine, sine


def _gather(plan: LeanPlan, layer: LeanLayer, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Return (rows, heads, 1, size) for queries of that shape and (rows, kv heads, tokens, size)."""
    if not layer.softcap:
        return functional.scaled_dot_product_attention(
            queries, keys, values, scale=layer.scaling, enable_gqa=plan.heads != plan.kv_heads
        )
    grouped = queries.reshape(len(queries), plan.kv_heads, -1, plan.size)  # (rows, kv heads, group, size)
    scores = (grouped @ keys.transpose(-1, -2)).mul_(layer.scaling)  # (rows, kv heads, group, tokens)
    scores = torch.tanh(scores / layer.softcap).mul_(layer.softcap)
    return (torch.softmax(scores, -1) @ values).view(queries.shape)
