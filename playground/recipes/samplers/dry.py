"""DRY: don't repeat yourself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar

from playground.core.lines import texts_of
from playground.core.options import option
from playground.recipes.sampler import Sampler, Trail

if TYPE_CHECKING:
    from playground.recipes.sampler import Row

_MOST = 1e30  # a penalty no logit outweighs, far from where float32 ends


@dataclass(frozen=True)
class Dry(Sampler):
    """Make a token less likely that would go on repeating a passage: the longer the passage, the stronger.

    Don't repeat yourself: https://github.com/oobabooga/text-generation-webui/pull/5677
    """

    place: ClassVar[int] = 13
    shelf: ClassVar[str] = "more"
    looks_at: ClassVar[str] = "tokens"
    needs_words: ClassVar[bool] = True

    multiplier: float = option(
        0.0,
        "How strongly repeating a whole passage is held against a token; single words may come again. "
        "0 switches it off.",
        low=0.0,
        high=5.0,
        step=0.05,
        neutral=0.0,
        example="0.8 stops most loops",
        label="DRY multiplier",
    )
    base: float = option(
        1.75,
        "By how much the penalty is multiplied with each further repeated token.",
        low=1.0,
        high=4.0,
        step=0.05,
        example="1.75; at 1 it stays the same",
        label="DRY base",
    )
    allowed_length: int = option(
        2,
        "From this many repeated tokens on, the token that would continue the passage pays: as much as the multiplier "
        "at first.",
        low=1,
        high=20,
        step=1,
        example="2 lets single tokens come again",
        label="DRY allowed length",
        unit="tokens",
    )
    window: int = option(
        0,
        "How many of the last tokens are searched for the passage, prompt included. 0 looks at all of them.",
        low=0,
        high=8192,
        step=64,
        example="1024 is a page or two",
        label="DRY window",
        unit="tokens",
    )
    breakers: str = option(
        '\\n\n:\n"\n*',
        "Texts at which a passage ends, one per line: what stands on both sides of one is no repetition. \\n means a "
        "line break.",
        lines=True,
        longest=1000,
        example="a name and a colon, in a role play",
        label="DRY breakers",
    )

    @property
    def is_neutral(self) -> bool:
        return self.multiplier == 0

    @property
    def words(self) -> str:
        reach = f" in the last {self.window}" if self.window else ""
        return f"dry {self.multiplier:g}, base {self.base:g}, from {self.allowed_length} tokens on{reach}"

    def apply(self, row: Row, trail: Trail) -> Row:
        """Return the row with the tokens lowered that would continue a passage."""
        if self.multiplier == 0:
            return row
        seen = trail.last(self.window)
        lengths = self._lengths(seen, trail)
        out = row.copy()
        for id, length in lengths.items():
            out[id] -= self._penalty(length)
        return out

    def _penalty(self, length: int) -> float:
        try:
            return min(_MOST, self.multiplier * self.base ** (length - self.allowed_length))
        except OverflowError:
            return _MOST

    def _lengths(self, seen: Sequence[int], trail: Trail) -> dict[int, int]:
        """Return each token that would continue a passage, with how many tokens of it stand there already."""
        turned = seen[::-1]
        repeated = common_lengths(turned)
        longest = max(repeated, default=0)
        if longest < self.allowed_length:
            return {}
        ends = [text.encode("utf-8", "replace") for text in texts_of(self.breakers)]
        reach = longest + max(map(len, ends), default=0)  # a breaker may begin before the passage
        most = self._unbroken(seen[-reach:], ends, trail)
        found: dict[int, int] = {}
        for place, length in enumerate(repeated):
            if length >= self.allowed_length:  # the passage ends here, and went on with the token after
                id = turned[place - 1]
                found[id] = max(found.get(id, 0), min(length, most))
        return {
            id: length
            for id, length in found.items()
            if length >= self.allowed_length and not any(end in trail.words.bytes_of(id) for end in ends)
        }

    def _unbroken(self, seen: Sequence[int], ends: Sequence[bytes], trail: Trail) -> int:
        """Return how many tokens stand after the last breaker; it may lie in several tokens."""
        pieces = [trail.words.bytes_of(id) for id in seen]
        text = b"".join(pieces)
        after = max((at + len(end) for end in ends if (at := text.rfind(end)) >= 0), default=0)
        return sum(start >= after for start in accumulate(map(len, pieces[:-1]), initial=0))


def common_lengths(ids: Sequence[int]) -> list[int]:
    """Return for each place how many ids from there on are those at the beginning; 0 for the beginning itself.

    The Z-algorithm, in linear time (https://doi.org/10.1017/CBO9780511574931, section 1.3).
    """
    lengths = [0] * len(ids)
    left = right = 0  # the stretch reaching furthest that equals a beginning
    for place in range(1, len(ids)):
        length = 0
        if place < right:
            length = lengths[place - left]
            if length < right - place:
                lengths[place] = length
                continue
            length = right - place
        while place + length < len(ids) and ids[length] == ids[place + length]:
            length += 1
        if place + length > right:
            left, right = place, place + length
        lengths[place] = length
    return lengths
