"""A kept row as a small row of its own, so that the samplers work on two thousand places instead of fifty thousand.

The tokens of the trail are told by their new places; those that were not kept share the last one, which begins as high
as any of them may be: a stage that raises one of them raises it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from playground.core.trail import Trail
from playground.engine.kept_rows import KeptRow, Row


class Shrunk:
    """A row with a place for each kept token, one for the best of all others, and one for those the trail names."""

    def __init__(self, kept: KeptRow, trail: Trail) -> None:
        self._order = np.argsort(kept.ids)
        self._sorted = kept.ids[self._order]
        self.row: Row = np.append(kept.logits, np.array([kept.outside_best] * 2, np.float32))
        prompt, written = self._places(trail.prompt), self._places(trail.written)
        self.trail = replace(trail, prompt=prompt, written=written)

    def place(self, id: int) -> int:
        """Return where a token lies."""
        return self._places((id,))[0]

    def _places(self, ids: Sequence[int]) -> tuple[int, ...]:
        wanted = np.asarray(ids, np.int32)
        at = np.minimum(np.searchsorted(self._sorted, wanted), len(self._sorted) - 1)
        found = self._sorted[at] == wanted
        places: list[int] = np.where(found, self._order[at], len(self.row) - 1).tolist()
        return tuple(places)
