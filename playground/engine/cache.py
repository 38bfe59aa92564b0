"""The keys and values of what a model has read, in buffers with room for more.

The library's own layer copies everything it holds for each new token; at 2,000 tokens that takes longer than the
attention itself.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import DynamicCache, PreTrainedConfig
from transformers.cache_utils import DynamicLayer

_STEP = 512  # tokens by which a buffer grows


class GrowingLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """Keys and values of one layer: (batch, heads, tokens, size), a view into buffers with room for more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        self._buffers: tuple[torch.Tensor, torch.Tensor] | None = None  # (batch, heads, room, size) each

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add new tokens; return all keys and all values."""
        start = self.get_seq_length()
        end = start + key_states.shape[-2]
        keys, values = self._with_room(key_states, value_states, start, end)
        keys[:, :, start:end] = key_states
        values[:, :, start:end] = value_states
        self.keys, self.values = keys[:, :, :end], values[:, :, :end]
        return self.keys, self.values

    def _with_room(
        self, key_states: torch.Tensor, value_states: torch.Tensor, start: int, end: int
    ) -> tuple[torch.Tensor, torch.Tensor]:
        if self._buffers is not None and end <= self._buffers[0].shape[-2]:
            return self._buffers
        room = -(-end // _STEP) * _STEP
        keys, values = (s.new_empty((*s.shape[:-2], room, s.shape[-1])) for s in (key_states, value_states))
        if self.keys is not None and self.values is not None:
            keys[:, :, :start] = self.keys
            values[:, :, :start] = self.values
        self.dtype, self.device, self.is_initialized = key_states.dtype, key_states.device, True
        self._buffers = (keys, values)
        return self._buffers


def fresh_cache(config: PreTrainedConfig) -> DynamicCache:
    """Return an empty cache for a model; layers with a sliding window keep the library's own form."""
    cache = DynamicCache(config=config)
    cache.layers = [GrowingLayer() if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return cache
