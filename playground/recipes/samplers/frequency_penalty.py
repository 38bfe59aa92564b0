"""Frequency penalty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.options import option
from playground.recipes.sampler import Sampler, Trail

if TYPE_CHECKING:
    from playground.recipes.sampler import Row


@dataclass(frozen=True)
class FrequencyPenalty(Sampler):
    """Subtract a constant from a token's logit for every time the answer already holds it.

    As in the OpenAI API: https://platform.openai.com/docs/api-reference/chat/create
    """

    place: ClassVar[int] = 12
    shelf: ClassVar[str] = "more"
    looks_at: ClassVar[str] = "tokens"

    penalty: float = option(
        0.0,
        "Wears words out: each time the answer uses a token, it becomes less likely again. Negative values encourage "
        "repeating. 0 switches it off.",
        low=-2.0,
        high=2.0,
        step=0.05,
        neutral=0.0,
        example="0.3 thins out favourite words",
        label="Frequency penalty",
    )

    @property
    def is_neutral(self) -> bool:
        return self.penalty == 0

    @property
    def words(self) -> str:
        return f"frequency penalty {self.penalty:g}"

    def apply(self, row: Row, trail: Trail) -> Row:
        """Return the row with the written tokens' logits lowered by the penalty times their count."""
        import numpy as np

        if self.penalty == 0 or not trail.written:
            return row
        ids, counts = np.unique(np.asarray(trail.written), return_counts=True)
        out = row.copy()
        out[ids] -= np.float32(self.penalty) * counts.astype(np.float32)
        return out
