"""Top-p, also called nucleus sampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.options import option
from playground.recipes.sampler import Sampler, Trail

if TYPE_CHECKING:
    from playground.recipes.sampler import Row


@dataclass(frozen=True)
class TopP(Sampler):
    """Keep the smallest set of tokens that together hold a share p of the probability.

    Holtzman, Buys, Du, Forbes and Choi 2020, https://arxiv.org/abs/1904.09751
    """

    place: ClassVar[int] = 40
    shelf: ClassVar[str] = "basic"
    looks_at: ClassVar[str] = "mass"

    top_p: float = option(
        0.95,
        "The least probable tokens are cut until this share of the probability is left: few stay when the model is "
        "sure, many when it is not. 1 switches it off.",
        low=0.0,
        high=1.0,
        step=0.01,
        neutral=1.0,
        example="0.9 cuts the unlikely tenth",
        label="Top P",
    )

    @property
    def is_neutral(self) -> bool:
        return self.top_p == 1

    def apply(self, row: Row, trail: Trail) -> Row:
        """Return the row with the tail of its distribution cut; the best token always stays.

        Tokens that tie at the edge are cut in the order of their ids, as a stable sort would.
        """
        import numpy as np

        if self.top_p == 1:
            return row
        alive = np.flatnonzero(row > -np.inf)  # (survivors,)
        values = row[alive]
        rising = np.sort(values)
        shares = np.exp(rising - rising[-1])
        shares = (shares / shares.sum(dtype=np.float64)).astype(np.float32)
        mass = np.cumsum(shares, dtype=np.float64).astype(np.float32)
        cut = min(int(np.searchsorted(mass, np.float32(1 - self.top_p), side="right")), len(rising) - 1)
        edge = rising[cut]
        out = row.copy()
        out[alive[values < edge]] = -np.inf
        ties = alive[values == edge]
        out[ties[: cut - int(np.searchsorted(rising, edge, side="left"))]] = -np.inf
        return out
