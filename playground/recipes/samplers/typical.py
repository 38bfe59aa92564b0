"""Typical sampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.options import option
from playground.recipes.sampler import Sampler, Trail

if TYPE_CHECKING:
    from playground.recipes.sampler import Row


@dataclass(frozen=True)
class Typical(Sampler):
    """Keep the tokens that are about as surprising as a token is expected to be here, until they hold a share p.

    Locally typical sampling: Meister, Pimentel, Wiher and Cotterell 2022, https://arxiv.org/abs/2202.00666
    """

    place: ClassVar[int] = 51
    shelf: ClassVar[str] = "more"

    typical_p: float = option(
        1.0,
        "Keeps the tokens whose surprise is nearest to the average, until they hold this share of the probability: the "
        "far too unlikely ones go, and sometimes the too obvious one. 1 switches it off.",
        low=0.0,
        high=1.0,
        step=0.01,
        neutral=1.0,
        example="0.9 is a gentle cut, 0.2 a strong one",
        label="Typical P",
    )

    @property
    def is_neutral(self) -> bool:
        return self.typical_p == 1

    def apply(self, row: Row, trail: Trail) -> Row:
        """Return the row without the less typical tokens; those that tie with the last one kept stay."""
        import numpy as np

        alive = np.flatnonzero(row > -np.inf)  # (survivors,)
        if self.typical_p == 1 or len(alive) < 2:
            return row
        values = row[alive] - row.max()
        logs = values - np.float32(np.log(np.exp(values).sum(dtype=np.float64)))
        shares = np.exp(logs)
        far = np.abs(-logs + (shares * logs).sum())  # how far each surprise lies from the entropy
        order = np.argsort(far)  # tied ones stay or go together, so their order does not matter
        mass = np.cumsum(shares[order], dtype=np.float64)
        kept = min(int(np.count_nonzero(mass < self.typical_p)), len(order) - 1)
        out = row.copy()
        out[alive[far > far[order[kept]]]] = -np.inf
        return out
