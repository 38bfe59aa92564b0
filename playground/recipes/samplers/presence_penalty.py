"""Presence penalty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.options import option
from playground.recipes.sampler import Sampler, Trail

if TYPE_CHECKING:
    from playground.recipes.sampler import Row


@dataclass(frozen=True)
class PresencePenalty(Sampler):
    """Subtract a constant from the logit of each token that the answer already holds.

    As in the OpenAI API: https://platform.openai.com/docs/api-reference/chat/create
    """

    place: ClassVar[int] = 11
    shelf: ClassVar[str] = "more"
    looks_at: ClassVar[str] = "tokens"

    penalty: float = option(
        0.0,
        "Moves the answer on to new words: every token it has used becomes less likely, no matter how often it came. "
        "Negative values encourage repeating. 0 switches it off.",
        low=-2.0,
        high=2.0,
        step=0.05,
        neutral=0.0,
        example="0.5 nudges towards new topics",
        label="Presence penalty",
    )

    @property
    def is_neutral(self) -> bool:
        return self.penalty == 0

    @property
    def words(self) -> str:
        return f"presence penalty {self.penalty:g}"

    def apply(self, row: Row, trail: Trail) -> Row:
        """Return the row with the written tokens' logits lowered by the penalty."""
        import numpy as np

        if self.penalty == 0 or not trail.written:
            return row
        out = row.copy()
        out[np.unique(np.asarray(trail.written))] -= np.float32(self.penalty)
        return out
