"""What a sampler is: one stage of the chain that turns logits into a choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.options import check_options

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Row = NDArray[np.float32]  # (vocabulary,) logits; a cut token is -inf


@dataclass(frozen=True)
class Trail:
    """What a stage may look at besides the row: the token ids so far."""

    prompt: tuple[int, ...] = ()
    written: tuple[int, ...] = ()


@dataclass(frozen=True)
class Sampler:
    """One stage of the chain. It sees a row of logits and returns it reweighted, or with tokens cut to -inf.

    `place` orders the chain (transformers' order: penalties, temperature, top-k, top-p, min-p); `shelf` says
    where its controls stand.
    """

    place: ClassVar[int] = 50
    shelf: ClassVar[str] = "more"  # "basic" or "more"

    def __post_init__(self) -> None:
        check_options(self)

    @property
    def is_neutral(self) -> bool:
        """Say whether these values change nothing."""
        raise NotImplementedError

    def apply(self, row: Row, trail: Trail) -> Row:
        """Return the row after this stage; the given one stays as it is."""
        raise NotImplementedError


@dataclass(frozen=True)
class Stage:
    """A sampler in a chain, with the switch that takes it out."""

    sampler: Sampler
    on: bool = True
