"""Top-k."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.options import option
from playground.recipes.sampler import Sampler, Trail

if TYPE_CHECKING:
    from playground.recipes.sampler import Row


@dataclass(frozen=True)
class TopK(Sampler):
    """Keep the k most probable tokens, and those that tie with the last of them.

    Fan, Lewis and Dauphin 2018, https://arxiv.org/abs/1805.04833
    """

    place: ClassVar[int] = 30
    shelf: ClassVar[str] = "basic"
    looks_at: ClassVar[str] = "tokens"

    top_k: int = option(
        40,
        "Only this many of the most probable tokens stay in the draw. 0 switches it off.",
        low=0,
        high=200,
        step=1,
        neutral=0,
        example="1 is the same as greedy, 40 is a common choice",
        label="Top K",
    )

    @property
    def is_neutral(self) -> bool:
        return self.top_k == 0

    def apply(self, row: Row, trail: Trail) -> Row:
        """Return the row with every entry below the k-th highest cut."""
        import numpy as np

        if self.top_k == 0 or self.top_k >= len(row):
            return row
        place = len(row) - self.top_k
        return np.where(row < np.partition(row, place)[place], np.float32(-np.inf), row)
