"""Which tokens a card has room for: the most probable, and those around the line where a stage cut. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playground.core.lens import Range, Seen, StageLook
from playground.gui.tokens.words import percent

ROWS = 9  # lines of a card
AROUND = 2  # tokens on each side of the line


@dataclass(frozen=True)
class Line:
    """One line of a card: a token, a gap of so many tokens, or the line where the stage cut."""

    seen: Seen | None = None
    gap: int = 0
    limit: float = 0.0


def lines_of(look: StageLook) -> tuple[Line, ...]:
    """Return the lines of a card, at most ROWS."""
    tokens = look.tokens
    kept = [seen for seen in tokens if seen.after > 0]
    gone = [seen for seen in tokens if seen.after <= 0]
    if not look.cut:
        return _first(kept, ROWS, look.left)
    if not _in_order(tokens):  # a stage that cuts in the middle, such as XTC, has no line
        return _first(list(tokens), ROWS, look.left + look.cut)
    below = min(AROUND, len(gone), look.cut)
    room = ROWS - 1 - below
    upper = _upper(kept, room, look.left)
    return (*upper, Line(limit=look.limit), *(Line(seen) for seen in gone[:below]))


def _upper(kept: list[Seen], room: int, left: int) -> tuple[Line, ...]:
    """Return what stands above the line; where some are left out, the last ones stand right above it."""
    if left <= room:
        return tuple(Line(seen) for seen in kept)
    if left > len(kept):  # the last of them are not among the tokens that were told
        return _first(kept, room, left)
    head = room - AROUND
    return (
        *(Line(seen) for seen in kept[: head - 1]),
        Line(gap=left - (head - 1) - AROUND),
        *(Line(seen) for seen in kept[left - AROUND : left]),
    )


def _first(tokens: list[Seen], room: int, count: int) -> tuple[Line, ...]:
    if count <= room:
        return tuple(Line(seen) for seen in tokens[:room])
    return (*(Line(seen) for seen in tokens[: room - 1]), Line(gap=count - (room - 1)))


def _in_order(tokens: tuple[Seen, ...]) -> bool:
    """Say whether what was cut lies below what was left."""
    alive = [seen.after > 0 for seen in tokens]
    return alive == sorted(alive, reverse=True)


def counted(look: StageLook) -> str:
    """Return how many tokens a stage left and cut."""
    left = f"{look.left:,} left"
    return f"{left} · {look.cut:,} cut" if look.cut else left


def mass(look: StageLook) -> str:
    """Return how much probability was cut."""
    return f"cut {span(look.cut_mass, percent)} of the probability" if look.cut else "nothing cut"


def entropy(look: StageLook) -> str:
    """Return the entropy before and after."""
    before, after = span(look.entropy_before, _bits), span(look.entropy_after, _bits)
    return f"entropy {before} bits" if before == after else f"entropy {before} → {after} bits"


def span(numbers: Range, words: Callable[[float], str]) -> str:
    """Return a number whose bounds are known: one where both read the same."""
    low, high = (words(number) for number in numbers)
    return low if low == high else f"{low}–{high}"


def _bits(value: float) -> str:
    return f"{value:.1f}"
