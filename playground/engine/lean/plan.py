"""What the lean path knows of a model: every weight it uses, and the few numbers its shape depends on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


class Product:
    """A linear layer. `by_vector`: with one row the matrix-vector product was measured to be the faster kernel."""

    def __init__(self, weight: Tensor, bias: Tensor | None = None, by_vector: bool = False) -> None:
        self.weight, self.bias, self.by_vector = weight, bias, by_vector  # (out, in), (out,)
        self._across = weight.t()  # (in, out), the same memory

    def into(self, out: Tensor, rows: Tensor) -> None:
        """Put the layer's values of `rows` (rows, in) into `out` (rows, out)."""
        if self.by_vector and len(rows) == 1:
            torch.mv(self.weight, rows[0], out=out[0])
        else:
            torch.mm(rows, self._across, out=out)
        if self.bias is not None:
            out.add_(self.bias)


@dataclass(frozen=True)
class HeadNorm:
    """A norm over each head's values, as Qwen 3 has for queries and keys."""

    gain: Tensor  # (size,), float32
    epsilon: float

    def apply(self, heads: Tensor) -> None:
        """Normalize (rows, heads, size) in place."""
        spread = heads.square().mean(-1, keepdim=True).add_(self.epsilon).rsqrt_()  # (rows, heads, 1)
        heads.mul_(spread).mul_(self.gain)


@dataclass(frozen=True)
class LeanLayer:
    """One decoder layer. Gains are float32 and already times the square root of their length."""

    attention_gain: Tensor  # (width,)
    qkv: Product
    out: Product
    feed_gain: Tensor  # (width,)
    gate_up: Product
    down: Product
    scaling: float
    window: int = 0  # tokens a token sees; 0: all
    softcap: float = 0.0  # of the attention scores; 0: none
    query_norm: HeadNorm | None = None
    key_norm: HeadNorm | None = None
    after_attention_gain: Tensor | None = None  # (width,), for models that normalize what a block adds
    after_feed_gain: Tensor | None = None  # (width,)


@dataclass(frozen=True)
class LeanPlan:
    """A whole model. Its layers have the same shapes."""

    heads: int
    kv_heads: int
    size: int  # of one head
    embedding: Tensor  # (vocabulary, width)
    layers: tuple[LeanLayer, ...]
    final_gain: Tensor  # (width,)
    head: Product
    act: Callable[[Tensor], Tensor]
    rotary: Callable[[Tensor], tuple[Tensor, Tensor]]  # positions (n,) → cosine and sine, (n, rotated) each, float32
    epsilon: float  # of all norms over the width
    embedding_scale: float = 1.0
    softcap: float = 0.0  # of the logits; 0: none

    @property
    def width(self) -> int:
        return int(self.embedding.shape[1])

    @property
    def dtype(self) -> torch.dtype:
        return self.embedding.dtype
