"""Temperature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.options import option
from playground.recipes.sampler import Sampler, Trail

if TYPE_CHECKING:
    from playground.recipes.sampler import Row

_TINY = 0.01  # below this, dividing plain logits could overflow float32


@dataclass(frozen=True)
class Temperature(Sampler):
    """Divide the logits: below 1 likely tokens win more often, above 1 unlikely ones get their chance.

    Ackley, Hinton and Sejnowski 1985, https://doi.org/10.1207/s15516709cog0901_7
    """

    place: ClassVar[int] = 20
    shelf: ClassVar[str] = "basic"
    looks_at: ClassVar[str] = "tokens"

    temperature: float = option(
        0.7,
        "How adventurous the choice is. Low values stay with the likely words, high values surprise. "
        "0 is greedy: always the most probable token.",
        low=0.0,
        high=5.0,
        slider_high=2.0,
        step=0.05,
        neutral=1.0,
        example="0.2 for facts, 0.7 for chat, 1.2 for brainstorming",
    )

    @property
    def is_neutral(self) -> bool:
        return self.temperature == 1

    @property
    def is_final(self) -> bool:
        return self.temperature == 0

    @property
    def words(self) -> str:
        return "greedy" if self.is_final else f"temperature {self.temperature:g}"

    def apply(self, row: Row, trail: Trail) -> Row:
        """Return the row divided by the temperature; at 0 only its first highest entry survives."""
        import numpy as np

        if self.temperature == 0:
            best = int(np.argmax(row))
            alone = np.full_like(row, -np.inf)
            alone[best] = row[best]
            return alone
        if self.temperature < _TINY:
            with np.errstate(over="ignore"):
                far: Row = ((row.astype(np.float64) - float(row.max())) / self.temperature).astype(np.float32)
            return far
        return row / np.float32(self.temperature)
