"""Top-n-sigma."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.options import option
from playground.recipes.sampler import Sampler, Trail

if TYPE_CHECKING:
    from playground.recipes.sampler import Row


@dataclass(frozen=True)
class TopNSigma(Sampler):
    """Keep the tokens whose logit lies within n standard deviations of the highest.

    Temperature stretches the distances and their spread alike, so what is kept does not depend on it. The spread is
    that of the tokens which the stages before have left.
    Tang, Liu, Xu, Huang and Luo 2024, https://arxiv.org/abs/2411.07641
    """

    place: ClassVar[int] = 55
    shelf: ClassVar[str] = "more"

    n: float = option(
        0.0,
        "Keeps the tokens that stand out from the noise: those within so many standard deviations of the best one. The "
        "temperature changes nothing about which ones, so that high temperatures stay sensible. 0 switches it off.",
        low=0.0,
        high=5.0,
        step=0.1,
        neutral=0.0,
        example="1 keeps little, with Top K and Top P off",
        label="Top n-sigma",
    )

    @property
    def is_neutral(self) -> bool:
        return self.n == 0

    def apply(self, row: Row, trail: Trail) -> Row:
        """Return the row without the tokens far below the best one."""
        import numpy as np

        if self.n == 0:
            return row
        sigma = row[row > -np.inf].std(dtype=np.float64)
        return np.where(row < row.max() - np.float32(self.n * sigma), np.float32(-np.inf), row)
