"""Repetition penalty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.options import option
from playground.recipes.sampler import Sampler, Trail

if TYPE_CHECKING:
    from playground.recipes.sampler import Row


@dataclass(frozen=True)
class RepetitionPenalty(Sampler):
    """Make tokens less likely that stand in the prompt or the answer already.

    A positive logit is divided by the penalty, a negative one multiplied: once per token, however often it came.
    Keskar, McCann, Varshney, Xiong and Socher 2019, https://arxiv.org/abs/1909.05858
    """

    place: ClassVar[int] = 10
    shelf: ClassVar[str] = "more"
    looks_at: ClassVar[str] = "tokens"

    penalty: float = option(
        1.0,
        "How much less likely a token becomes that was read or written before. 1 switches it off.",
        low=1.0,
        high=2.0,
        step=0.01,
        neutral=1.0,
        example="1.1 breaks most loops; above 1.3 the text suffers",
        label="Repetition penalty",
    )
    window: int = option(
        64,
        "How many of the last tokens count as repeated, prompt included. 0 looks at all of them.",
        low=0,
        high=4096,
        step=16,
        example="64 is a paragraph",
        unit="tokens",
    )

    @property
    def is_neutral(self) -> bool:
        return self.penalty == 1

    @property
    def words(self) -> str:
        reach = f"the last {self.window} tokens" if self.window else "all tokens"
        return f"repetition penalty {self.penalty:g} over {reach}"

    def apply(self, row: Row, trail: Trail) -> Row:
        """Return the row with the seen tokens' logits moved down."""
        import numpy as np

        seen = trail.last(self.window)
        if self.penalty == 1 or not seen:
            return row
        ids = np.unique(np.asarray(seen))
        out, values, penalty = row.copy(), row[ids], np.float32(self.penalty)
        out[ids] = np.where(values < 0, values * penalty, values / penalty)
        return out
