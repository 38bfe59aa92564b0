"""The tokens so far, as a sampler may look at them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trail:
    """What a stage of the sampling chain may look at besides the row: the token ids so far."""

    prompt: tuple[int, ...] = ()
    written: tuple[int, ...] = ()
