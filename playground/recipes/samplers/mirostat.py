"""Mirostat 2.0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.options import option
from playground.recipes.sampler import Sampler, Trail

if TYPE_CHECKING:
    from playground.recipes.sampler import Row


@dataclass(frozen=True)
class Mirostat(Sampler):
    """Steer how surprising the text is: tokens above a limit of surprise are cut, and the limit follows the text.

    Basu, Ramachandran, Keskar and Varshney 2021, https://arxiv.org/abs/2007.14966, in its second version as in
    llama.cpp: a token's surprise is measured after the cut, and this stage runs last.
    """

    place: ClassVar[int] = 90
    shelf: ClassVar[str] = "more"
    looks_at: ClassVar[str] = "mass"
    remembers: ClassVar[bool] = True

    tau: float = option(
        0.0,
        "The surprise it aims at, in bits per token: low is focused and repeats itself, high is lively and loses the "
        "thread. 5 is usual. It does best when the other samplers cut little. 0 switches it off.",
        low=0.0,
        high=10.0,
        step=0.1,
        neutral=0.0,
        example="5 with Top K, Top P and Min P off",
        label="Mirostat tau",
    )
    eta: float = option(
        0.1,
        "How fast the limit follows: it moves by this much for each bit that a token was off the aim.",
        low=0.0,
        high=1.0,
        step=0.01,
        example="0.1; 0 keeps the limit at twice the aim",
        label="Mirostat eta",
    )

    @property
    def is_neutral(self) -> bool:
        return self.tau == 0

    @property
    def words(self) -> str:
        return f"mirostat {self.tau:g}, eta {self.eta:g}"

    def limit(self, trail: Trail) -> float:
        """Return the surprise above which tokens are cut now, in bits.

        It starts at twice the aim, and every token moves it by eta times the bits it was off: in the end only their
        sum counts. An answer that is continued starts afresh, as the surprises before are not known.
        """
        off = sum(trail.surprises) - self.tau * len(trail.surprises)
        return 2 * self.tau - self.eta * off

    def apply(self, row: Row, trail: Trail) -> Row:
        """Return the row without the tokens that would surprise too much; the best one always stays."""
        import numpy as np

        if self.tau == 0:
            return row
        below = (row - row.max()).astype(np.float64)
        total = np.log(np.exp(below).sum())
        out = np.where(total - below > self.limit(trail) * np.log(2), np.float32(-np.inf), row)
        best = int(np.argmax(row))
        out[best] = row[best]
        return out
