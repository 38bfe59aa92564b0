"""What was read before: the keys and values of each conversation, so that a prompt's beginning is not read again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import torch

from playground.engine.cache import KeyValues

MEGABYTE = 1_000_000
_Place = tuple[str, str]  # model, conversation


def common_length(first: Sequence[int], second: Sequence[int]) -> int:
    """Return how many ids two sequences share at their beginning."""
    if list(first[: len(second)]) == list(second[: len(first)]):
        return min(len(first), len(second))
    return next(n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b)


class Prefixes:
    """Keeps one memory per model and conversation, the most recently used ones within a budget of bytes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Place, KeyValues] = OrderedDict()
        # What the glance thread may look at while the compute thread changes the rest.
        self._known: tuple[tuple[str, tuple[int, ...]], ...] = ()

    @property
    def bytes(self) -> int:
        """Return the memory all of it takes."""
        return sum(memory.bytes for memory in self._kept.values())

    def reusable(self, model: str, ids: Sequence[int]) -> int:
        """Return how many tokens at the beginning of a prompt need not be read again."""
        longest = max((common_length(known, ids) for name, known in self._known if name == model), default=0)
        return min(longest, max(0, len(ids) - 1))

    def take(self, model: str, conversation: str, ids: Sequence[int], dtype: torch.dtype) -> KeyValues:
        """Return a memory that holds the longest known beginning of `ids`; at least one token is left to read.

        The conversation's own memory is handed over and cut; of another conversation's a copy is made.
        """
        place, most = (model, conversation), len(ids) - 1
        own = self._kept.pop(place, None)
        fitting = {key: memory for key, memory in self._kept.items() if key[0] == model and memory.dtype == dtype}
        best = max(fitting.values(), key=lambda memory: common_length(memory.ids, ids), default=None)
        length = min(most, common_length(best.ids, ids)) if best is not None else 0
        if own is not None and own.dtype == dtype:
            mine = min(most, common_length(own.ids, ids))
            if mine >= length:
                own.cut(mine)
                return own
        return best.beginning(length) if best is not None and length else KeyValues(dtype)

    def keep(self, model: str, conversation: str, memory: KeyValues, budget: int) -> None:
        """Keep a memory, and forget the longest unused ones until all fits the budget, in bytes."""
        if memory.is_divisible:
            self._kept[model, conversation] = memory
        while self._kept and self.bytes > budget:
            self._kept.popitem(last=False)
        self._publish()

    def forget(self, model: str = "") -> None:
        """Forget what a model has read, or everything."""
        for place in [place for place in self._kept if not model or place[0] == model]:
            del self._kept[place]
        self._publish()

    def _publish(self) -> None:
        self._known = tuple((place[0], tuple(memory.ids)) for place, memory in self._kept.items())
