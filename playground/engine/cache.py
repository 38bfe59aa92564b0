"""The keys and values of what a model has read, in buffers with room for more.

The library's own layer copies everything it holds for each new token; at 2,000 tokens that takes longer than the
attention itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedConfig
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

_STEP = 512  # tokens by which a buffer grows


def _grown(buffer: Tensor, length: int, needed: int) -> Tensor:
    """Return the buffer, or a longer one with its first `length` tokens, that has room for `needed` tokens."""
    if needed <= buffer.shape[2]:
        return buffer
    room = -(-needed // _STEP) * _STEP
    longer = buffer.new_empty((*buffer.shape[:2], room, buffer.shape[3]))
    longer[:, :, :length] = buffer[:, :, :length]
    return longer


class KeyValues:
    """What a model keeps of the tokens it has read: for each layer keys and values, (rows, kv heads, room, size).

    `ids` are the tokens of the first row. Only the first `length` places of a buffer mean something.
    """

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype
        self.ids: list[int] = []
        self.keys: list[Tensor] = []
        self.values: list[Tensor] = []
        self._library: DynamicCache | None = None  # of models that remember something else than keys and values
        self._read, self._seconds = 0, 0.0

    @property
    def seconds_per_token(self) -> float:
        """Return how long reading took for each token so far; 0 before anything was read."""
        return self._seconds / self._read if self._read else 0.0

    def note_reading(self, tokens: int, seconds: float) -> None:
        """Note how long some tokens took to read."""
        self._read += tokens
        self._seconds += seconds

    @property
    def length(self) -> int:
        return len(self.ids)

    @property
    def rows(self) -> int:
        return self.keys[0].shape[0] if self.keys else 1

    @property
    def bytes(self) -> int:
        """Return the memory the buffers take."""
        return sum(buffer.nbytes for buffer in (*self.keys, *self.values))

    @property
    def is_divisible(self) -> bool:
        """Say whether it can be cut and copied."""
        return self._library is None

    def reserve(self, length: int) -> None:
        """Make room for so many tokens."""
        self.keys = [_grown(buffer, self.length, length) for buffer in self.keys]
        self.values = [_grown(buffer, self.length, length) for buffer in self.values]

    def add(self, ids: Sequence[int]) -> None:
        """Note that one more token of each row has been put in."""
        self.ids.append(ids[0])

    def cut(self, length: int) -> None:
        """Forget what lies behind the first `length` tokens; the buffers keep their size."""
        del self.ids[length:]

    def chosen(self, rows: Sequence[int]) -> KeyValues:
        """Return a copy that holds these rows, in this order; a row may be taken several times."""
        return self._copied(lambda buffer: buffer[list(rows), :, : self.length])

    def beginning(self, length: int) -> KeyValues:
        """Return a copy of the first `length` tokens."""
        part = self._copied(lambda buffer: buffer[:, :, :length].clone())
        part.cut(length)
        return part

    def _copied(self, copy: Any) -> KeyValues:
        other = KeyValues(self.dtype)
        other.ids, other._read, other._seconds = list(self.ids), self._read, self._seconds
        other.keys, other.values = [copy(buffer) for buffer in self.keys], [copy(buffer) for buffer in self.values]
        return other

    @torch.inference_mode()
    def lend(self, config: PreTrainedConfig, dtype: torch.dtype) -> DynamicCache:
        """Return the library's cache over these keys and values, for a module tree of this dtype.

        With the same dtype the tree writes into these buffers. `take_back` afterwards.
        """
        if self._library is not None:
            return self._library
        cache = DynamicCache(config=config)
        if not _all_keys_and_values(cache):
            self._library = cache
            return cache
        empty: list[tuple[Tensor, Tensor] | None] = [None] * len(cache.layers)
        pairs = list(zip(self.keys, self.values, strict=True)) if self.keys else empty
        layers = [GrowingLayer() for _ in pairs]
        for layer, pair in zip(layers, pairs, strict=True):
            if pair is not None:
                keys, values = pair if dtype == self.dtype else (self._converted(buffer, dtype) for buffer in pair)
                layer.adopt(keys, values, self.length)
        cache.layers = list(layers)
        return cache

    @torch.inference_mode()
    def take_back(self, cache: DynamicCache, ids: Sequence[int]) -> None:
        """Take what a tree has added to a lent cache: the tokens `ids`."""
        start, end = self.length, self.length + len(ids)
        if self._library is not None:
            self.ids.extend(ids)
            return
        lent = [layer.buffers for layer in cache.layers if isinstance(layer, GrowingLayer)]
        if lent[0][0].dtype == self.dtype:
            self.keys, self.values = [keys for keys, _ in lent], [values for _, values in lent]
        else:
            if not self.keys:
                self.keys, self.values = ([self._like(pair[n]) for pair in lent] for n in (0, 1))
            self.reserve(end)
            for (keys, values), own_keys, own_values in zip(lent, self.keys, self.values, strict=True):
                own_keys[:, :, start:end] = keys[:, :, start:end]
                own_values[:, :, start:end] = values[:, :, start:end]
        self.ids.extend(ids)

    def _converted(self, buffer: Tensor, dtype: torch.dtype) -> Tensor:
        """Return a copy in another dtype, with room for a chunk more."""
        room = -(-(self.length + 1) // _STEP) * _STEP
        other = torch.empty((*buffer.shape[:2], room, buffer.shape[3]), dtype=dtype, device=buffer.device)
        other[:, :, : self.length] = buffer[:, :, : self.length]
        return other

    def _like(self, buffer: Tensor) -> Tensor:
        return torch.empty((*buffer.shape[:2], 0, buffer.shape[3]), dtype=self.dtype, device=buffer.device)


class GrowingLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """Keys and values of one layer: (batch, heads, tokens, size), a view into buffers with room for more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        self.buffers: tuple[Tensor, Tensor] = (torch.empty(0), torch.empty(0))  # (batch, heads, room, size) each

    def adopt(self, keys: Tensor, values: Tensor, length: int) -> None:
        """Go on with these buffers, whose first `length` tokens are known."""
        self.dtype, self.device, self.is_initialized = keys.dtype, keys.device, True
        self.buffers = (keys, values)
        self.keys, self.values = keys[:, :, :length], values[:, :, :length]

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Add new tokens; return all keys and all values."""
        if not self.is_initialized:
            self.adopt(key_states[:, :, :0], value_states[:, :, :0], 0)
        start = self.get_seq_length()
        end = start + key_states.shape[-2]
        keys, values = (_grown(buffer, start, end) for buffer in self.buffers)
        keys[:, :, start:end] = key_states
        values[:, :, start:end] = value_states
        self.buffers = (keys, values)
        self.keys, self.values = keys[:, :, :end], values[:, :, :end]
        return self.keys, self.values


def named(module: Any, cache: DynamicCache) -> dict[str, DynamicCache]:
    """Return the cache under the name it has in this module's forward: transformers renamed it in 5.24."""
    name = "cache" if "cache" in inspect.signature(module.forward).parameters else "past_key_values"
    return {name: cache}


def keeps_all(config: PreTrainedConfig) -> bool:
    """Say whether all a model remembers of a text are keys and values: then its memory can be cut and copied.

    Layers with a sliding window count: here they keep everything and look at a part of it.
    """
    return _all_keys_and_values(DynamicCache(config=config))


def _all_keys_and_values(cache: DynamicCache) -> bool:
    return bool(cache.layers) and all(
        type(layer) in (DynamicLayer, DynamicSlidingWindowLayer) for layer in cache.layers
    )
