"""Tokens and their numbers in words. No Qt."""

from __future__ import annotations

import math

NOTHING = "—"
INSIDE = "⟨…⟩"  # a token in the middle of a character, as long as nobody knows its bytes
END = "⟨end⟩"
_SIGNS = {" ": "·", "\n": "⏎", "\t": "⇥", "\r": "⟨CR⟩"}
LEAST_SHARE = 1e-6  # what is smaller is said to be smaller than this
QUOTED = 24  # characters of a token in a sentence


def signs(text: str) -> str:
    """Return a token's text with nothing invisible in it: · is a space, ⏎ a line break, ⇥ a tab."""
    if text.isprintable() and " " not in text:
        return text or "⟨empty⟩"
    return "".join(_SIGNS.get(c) or (c if c.isprintable() else f"⟨U+{ord(c):04X}⟩") for c in text)


def percent(share: float) -> str:
    """Return a probability with two significant digits, as in "63 %" or "0.42 %"."""
    if math.isnan(share):
        return NOTHING
    hundredths = 100 * share
    if share >= 1:
        return "100 %"
    if hundredths >= 99.95:
        return "> 99.9 %"
    if hundredths >= 99.5:
        return f"{hundredths:.1f} %"
    if hundredths >= 9.95:
        return f"{hundredths:.0f} %"
    if share < LEAST_SHARE:
        return "0 %" if share <= 0 else f"< {percent(LEAST_SHARE)}"
    digits = max(0, 1 - math.floor(math.log10(hundredths)))
    return f"{hundredths:.{digits}f}".rstrip("0").rstrip(".") + " %"


def bits(value: float) -> str:
    """Return an amount of information, as in "3.2 bits"."""
    if math.isnan(value):
        return NOTHING
    return f"{value:.1f} bits" if math.isfinite(value) else "∞ bits"


def place(rank: float) -> str:
    """Return a rank in digits."""
    return f"{rank:,.0f}" if math.isfinite(rank) and rank >= 1 else NOTHING


def seconds(value: float) -> str:
    return NOTHING if not math.isfinite(value) else f"{value:.2f} s"


def count(number: int, thing: str) -> str:
    """Return a number of things, as in "1 token" or "2,000 tokens"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def quoted(text: str) -> str:
    """Return a token's text in a sentence, without the space before it, and not too long."""
    shown = signs(text.strip() or text)
    return f"“{shown if len(shown) <= QUOTED else shown[: QUOTED - 1] + '…'}”"
