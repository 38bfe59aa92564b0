"""XTC: exclude top choices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.options import option
from playground.recipes.sampler import Sampler, Trail

if TYPE_CHECKING:
    from playground.recipes.sampler import Row


@dataclass(frozen=True)
class Xtc(Sampler):
    """Now and then, cut all the likely tokens but the least likely of them: the answer leaves the beaten track.

    Exclude top choices: https://github.com/oobabooga/text-generation-webui/pull/6335
    """

    place: ClassVar[int] = 60
    shelf: ClassVar[str] = "more"
    looks_at: ClassVar[str] = "mass"

    threshold: float = option(
        0.1,
        "Tokens at least this probable are likely ones. Where several are, all but the least probable of them are cut.",
        low=0.0,
        high=0.5,
        step=0.01,
        example="0.1; higher values leave it fewer places",
        label="XTC threshold",
    )
    probability: float = option(
        0.0,
        "At how many of the steps the likely tokens are cut. Which ones, the seed decides. 0 switches it off.",
        low=0.0,
        high=1.0,
        step=0.05,
        neutral=0.0,
        example="0.5 does it at every other token",
        label="XTC probability",
    )

    @property
    def is_neutral(self) -> bool:
        return self.probability == 0

    @property
    def words(self) -> str:
        return f"xtc {self.threshold:g} with probability {self.probability:g}"

    def apply(self, row: Row, trail: Trail) -> Row:
        """Return the row, by chance without its top choices; of equal ones the first counts as the least probable."""
        import numpy as np

        from playground.engine.sampling import chance

        if chance(trail.seed, trail.step, "xtc") >= self.probability:
            return row
        shares = np.exp(row - row.max())
        likely = np.flatnonzero((row > -np.inf) & (shares >= self.threshold * shares.sum(dtype=np.float64)))
        if len(likely) < 2:
            return row
        out = row.copy()
        out[np.delete(likely, np.argmin(row[likely]))] = -np.inf
        return out
