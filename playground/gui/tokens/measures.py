"""What a token can be coloured by: a value, its place on one scale, and one of four classes. No Qt.

All measures share the scale: 0 is what was expected, 1 a great surprise; each class takes a quarter of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from playground.core.events import Token
from playground.gui.tokens.words import bits, percent, place

PATTERNS = ("none", "dotted", "dashed", "solid")
"""The underline of each class, from the expected to the surprising."""


def surprise(share: float) -> float:
    """Return −log2 of a probability, in bits: infinite for an impossible token, NaN where nothing is known."""
    if math.isnan(share):
        return math.nan
    return math.inf if share <= 0 else max(0.0, -math.log2(share))


def entropy_bits(token: Token) -> float:
    """Return how unsure the model was before this token, in bits."""
    return token.entropy / math.log(2)


def rank_of(token: Token) -> float:
    """Return the rank, NaN where nothing is known: a rank begins at 1."""
    return float(token.rank) if token.rank >= 1 else math.nan


@dataclass(frozen=True)
class Measure:
    """One way to look at tokens.

    `edges` are five values from expected to surprising: the ends of the scale and the three limits between the
    classes. A value on a limit belongs to the more surprising class when `strict`, else to the expected one.
    """

    name: str
    title: str
    about: str
    value: Callable[[Token], float]
    words: Callable[[float], str]
    edges: tuple[float, float, float, float, float]
    classes: tuple[str, str, str, str]  # the limits in words
    logarithmic: bool = False
    strict: bool = False

    def level(self, value: float) -> int:
        """Return the class of a value, 0 to 3, or -1 where nothing is known."""
        if math.isnan(value):
            return -1
        limits, falling = self.edges[1:4], self.edges[0] > self.edges[4]
        beyond = [(value < limit if falling else value > limit) or (self.strict and value == limit) for limit in limits]
        return sum(beyond)

    def position(self, value: float) -> float:
        """Return the place of a value between 0 and 1, or NaN."""
        level = self.level(value)
        if level < 0:
            return math.nan
        low, high, at = (self._scaled(number) for number in (self.edges[level], self.edges[level + 1], value))
        inside = (at - low) / (high - low) if high != low else 0.0
        return (level + min(1.0, max(0.0, inside))) / 4

    def _scaled(self, value: float) -> float:
        if not self.logarithmic:
            return value
        return math.log(value) if value > 0 else -math.inf


MEASURES = (
    Measure(
        "probability",
        "Probability",
        "how likely the model held this token, raw: before the samplers",
        lambda token: token.raw_probability,
        percent,
        (1.0, 0.5, 0.1, 0.01, 0.0001),
        ("50 % or more", "10–50 %", "1–10 %", "below 1 %"),
        logarithmic=True,
    ),
    Measure(
        "rank",
        "Rank",
        "its place among all tokens: 1 was the most probable",
        rank_of,
        place,
        (1.0, 1.0, 5.0, 50.0, 5000.0),
        ("1st", "2nd–5th", "6th–50th", "beyond"),
        logarithmic=True,
    ),
    Measure(
        "entropy",
        "Entropy",
        "how unsure the model was before this token, in bits",
        entropy_bits,
        bits,
        (0.0, 1.0, 3.0, 5.0, 10.0),
        ("below 1 bit", "1–3 bits", "3–5 bits", "5 or more"),
        strict=True,
    ),
    Measure(
        "surprise",
        "Surprise",
        "−log2 of its raw probability, in bits: 1 bit is a coin's toss",
        lambda token: surprise(token.raw_probability),
        bits,
        (0.0, 1.0, 3.0, 7.0, 14.0),
        ("below 1 bit", "1–3 bits", "3–7 bits", "7 or more"),
        strict=True,
    ),
)
