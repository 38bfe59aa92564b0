"""Min-p."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.options import option
from playground.recipes.sampler import Sampler, Trail

if TYPE_CHECKING:
    from playground.recipes.sampler import Row


@dataclass(frozen=True)
class MinP(Sampler):
    """Keep the tokens that are at least a given fraction as probable as the best one.

    Nguyen and others 2024, https://arxiv.org/abs/2407.01082
    """

    place: ClassVar[int] = 50
    shelf: ClassVar[str] = "basic"
    looks_at: ClassVar[str] = "tokens"

    min_p: float = option(
        0.0,
        "Tokens less probable than this fraction of the best one are cut: a limit that moves with how sure the model "
        "is. 0 switches it off.",
        low=0.0,
        high=0.5,
        step=0.005,
        neutral=0.0,
        example="0.1 keeps what is at least a tenth as probable as the best token",
        label="Min P",
    )

    @property
    def is_neutral(self) -> bool:
        return self.min_p == 0

    def apply(self, row: Row, trail: Trail) -> Row:
        """Return the row with the tokens far below the best one cut."""
        import numpy as np

        if self.min_p == 0:
            return row
        return np.where(np.exp(row - row.max()) < np.float32(self.min_p), np.float32(-np.inf), row)
