"""What a sampler is: one stage of the chain that turns logits into a choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.options import check_options, options_of
from playground.core.trail import Trail

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Row = NDArray[np.float32]  # (vocabulary,) logits; a cut token is -inf

__all__ = ["Sampler", "Stage", "Trail"]


@dataclass(frozen=True)
class Sampler:
    """One stage of the chain. It sees a row of logits and returns it reweighted, or with tokens cut to -inf.

    `place` orders the chain (transformers' order: penalties, temperature, top-k, top-p, min-p, typical); `shelf` says
    where its controls stand. `looks_at` says what the fate of a token depends on besides itself and the tokens so far:
    on the "tokens" above it, on how much probability the others hold together ("mass"), or on "all" in another way.
    `needs_words` says whether it has to know the tokens' texts, `remembers` whether it depends on what the chain made
    of the tokens so far: then other settings would have brought it into another state.
    """

    place: ClassVar[int] = 50
    shelf: ClassVar[str] = "more"  # "basic" or "more"
    looks_at: ClassVar[str] = "all"  # "tokens", "mass" or "all"
    needs_words: ClassVar[bool] = False
    remembers: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_options(self)

    @property
    def is_neutral(self) -> bool:
        """Say whether these values change nothing."""
        raise NotImplementedError

    @property
    def is_final(self) -> bool:
        """Say whether these values leave a single token, so that no later stage can matter."""
        return False

    @property
    def words(self) -> str:
        """Return what this stage does, as the effective settings say it: "top-k 40"."""
        first, *others = options_of(type(self))
        name = type(self).__module__.rpartition(".")[2].replace("_", "-")
        rest = "".join(f", {opt.title.lower()} {getattr(self, opt.name):g}" for opt in others)
        return f"{name} {getattr(self, first.name):g}{rest}"

    def apply(self, row: Row, trail: Trail) -> Row:
        """Return the row after this stage; the given one stays as it is."""
        raise NotImplementedError


@dataclass(frozen=True)
class Stage:
    """A sampler in a chain, with the switch that takes it out."""

    sampler: Sampler
    on: bool = True
