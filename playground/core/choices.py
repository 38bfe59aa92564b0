"""What the choice meter tells: how probable each of a few answers is."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """One answer that could be given: its tokens, and the logarithm of their joint probability, raw."""

    text: str
    ids: tuple[int, ...]
    log_probability: float

    @property
    def probability(self) -> float:
        """Return how probable it is that the answer begins with exactly these tokens."""
        return math.exp(min(0.0, self.log_probability))


@dataclass(frozen=True)
class ChoicesInfo:
    """A prompt with the answers it was measured for, in their order."""

    choices: tuple[Choice, ...]
    prompt_tokens: int
    reused_tokens: int
    seconds: float

    @property
    def together(self) -> float:
        """Return how probable it is that the answer begins with one of them."""
        return min(1.0, sum(choice.probability for choice in self.choices))

    def shares(self) -> tuple[float, ...]:
        """Return how the probability divides among them: they add up to 1."""
        peak = max((choice.log_probability for choice in self.choices), default=0.0)
        if math.isinf(peak):
            return (0.0,) * len(self.choices)
        weights = [math.exp(choice.log_probability - peak) for choice in self.choices]
        return tuple(weight / sum(weights) for weight in weights)
