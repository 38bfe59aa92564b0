"""How an answer is drawn: the sampling chain, how long it may get, and the luck."""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass
from typing import Any

from playground.core.options import check_options, option
from playground.core.registry import scan
from playground.recipes import samplers
from playground.recipes.sampler import Sampler, Stage

UNLIMITED = 0


@dataclass(frozen=True)
class RunSettings:
    """Everything besides the model and the prompt that an answer depends on."""

    chain: tuple[Stage, ...] = ()
    max_tokens: int = option(
        256,
        "How many tokens the answer may have. 0 writes until the model stops by itself or the context is full.",
        low=0,
        high=1_000_000,
        slider_high=2048,
        step=16,
        neutral=UNLIMITED,
    )
    stop: tuple[str, ...] = ()
    seed: int | None = option(
        None,
        "The luck of the draw: the same seed draws the same luck for every model and setting. Empty: new each time.",
        low=0,
        high=2**64 - 1,
    )
    context_length: int | None = option(
        None,
        "How many tokens prompt and answer may have together; empty means what the model allows.",
        low=16,
        high=10_000_000,
    )

    def __post_init__(self) -> None:
        check_options(self)

    def seeded(self) -> RunSettings:
        """Return these settings with a seed: the given one, or a fresh random one."""
        return self if self.seed is not None else dataclasses.replace(self, seed=secrets.randbits(32))

    def working(self) -> tuple[Sampler, ...]:
        """Return the samplers that are applied, in order: those that change nothing are left out."""
        used: list[Sampler] = []
        for stage in self.chain:
            if stage.on and not stage.sampler.is_neutral and not (used and used[-1].is_final):
                used.append(stage.sampler)
        return tuple(used)

    def with_sampler(self, name: str, **values: Any) -> RunSettings:
        """Return these settings with one stage's values changed; `name` is its file's name."""
        kinds = scan(samplers, Sampler)
        chain = tuple(
            dataclasses.replace(stage, sampler=dataclasses.replace(stage.sampler, **values), on=True)
            if type(stage.sampler) is kinds[name]
            else stage
            for stage in self.chain
        )
        return dataclasses.replace(self, chain=chain)


def full_chain() -> tuple[Stage, ...]:
    """Return every known stage at its default values, in the order in which they run."""
    kinds = sorted(scan(samplers, Sampler).items(), key=lambda item: (item[1].place, item[0]))
    return tuple(Stage(kind()) for _, kind in kinds)


def effective(settings: RunSettings) -> tuple[str, ...]:
    """Return the sampling exactly as it is applied, in order and in words: "temperature 0.7", "top-k 40"."""
    return tuple(sampler.words for sampler in settings.working())
