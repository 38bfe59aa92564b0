"""How probable the end of the answer was at each step, as far as the record knows. No Qt.

Of each step the record keeps the most probable tokens. Where the end is not among them, it is known to be less
probable than the last of these, and no more than that is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from playground.core.events import Token
from playground.gui.tokens.words import LEAST_SHARE, percent


@dataclass(frozen=True)
class EndShare:
    """The raw probability that the answer ends at a step: it lies between `low` and `high`; NaN: nothing is known."""

    low: float
    high: float

    @property
    def is_known(self) -> bool:
        return self.low > 0

    def words(self) -> str:
        if math.isnan(self.high):
            return "nothing is recorded"
        if not self.is_known:
            return f"below {percent(max(self.high, LEAST_SHARE))} raw"
        least = "" if percent(self.low) == percent(self.high) else "at least "
        return f"{least}{percent(self.low)} raw"


NOTHING_KNOWN = EndShare(math.nan, math.nan)


def end_share(token: Token, ends: frozenset[int]) -> EndShare:
    """Return how probable the end was where this token was written."""
    kept = dict(token.alternatives)
    found = [math.exp(min(0.0, kept[id])) for id in ends if id in kept]
    if token.id in ends and token.id not in kept and not math.isnan(token.raw_probability):
        found.append(token.raw_probability)
    missing = len(ends) - len(found)
    if not ends or (missing and not kept):
        return NOTHING_KNOWN
    low = min(1.0, sum(found))
    if not missing:
        return EndShare(low, low)
    least = math.exp(min(0.0, token.alternatives[-1][1]))  # they are sorted
    return EndShare(low, min(1.0, low + missing * least))


def end_shares(tokens: Iterable[Token], ends: frozenset[int]) -> tuple[EndShare, ...]:
    return tuple(end_share(token, ends) for token in tokens)


def ended_itself(tokens: Sequence[Token], state: str, reason: str) -> bool:
    """Say whether the model chose to end: then the last token is the end."""
    return bool(tokens) and state == "done" and reason == "end of turn"


def sentence(tokens: Sequence[Token], shares: Sequence[EndShare], state: str, reason: str) -> str:
    """Return how the answer ended and what the end's chances were; nothing where there are no tokens."""
    if not tokens:
        return ""
    last = tokens[-1].step + 1
    if ended_itself(tokens, state, reason):
        share = shares[-1] if shares else NOTHING_KNOWN
        words = f"the end had {share.words()}" if not math.isnan(share.high) else "its probability is not recorded"
        return f"It stopped at step {last:,}: {words}."
    return f"{_why(state, reason, last)}{_never(shares)}."


def _why(state: str, reason: str, last: int) -> str:
    if state == "done":
        return {
            "max tokens": "It ran on to max tokens",
            "context full": "It ran on until the context was full",
            "stop sequence": f"A stop sequence cut it at step {last:,}",
        }.get(reason, f"It ended at step {last:,}")
    if state == "stopped":
        return f"It was stopped at step {last:,}"
    return f"It broke off at step {last:,}"


def _never(shares: Sequence[EndShare]) -> str:
    known = [share for share in shares if not math.isnan(share.high)]
    if not known:
        return ""
    most = percent(max(LEAST_SHARE, *(share.high for share in known)))
    if not any(share.is_known for share in known):
        return f": the end was never among the most probable tokens, always below {most} raw"
    return f": the end never had more than {most} raw"
