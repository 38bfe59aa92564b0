"""Which tokens stand on a card, and its numbers in words."""

from __future__ import annotations

from typing import Any

import pytest

from playground.core.lens import Seen, StageLook
from playground.gui.lens.rows import ROWS, Line, counted, entropy, lines_of, mass


def stage(shares: list[float], left: int, cut: int = 0, **facts: Any) -> StageLook:
    """Return a stage that left the first `left` of these tokens."""
    seen = tuple(Seen(id, share, share if id < left else 0.0) for id, share in enumerate(shares))
    usual = {"cut_mass": (0.1, 0.1), "entropy_before": (3.0, 3.0), "entropy_after": (2.0, 2.0), "limit": 0.01}
    return StageLook("top-k 40", left, cut, tokens=seen, **{**usual, **facts})


def ids(lines: tuple[Line, ...]) -> list[object]:
    """Return the ids, gaps as negative numbers, and the line as "|"."""
    return [line.seen.id if line.seen else -line.gap if line.gap else "|" for line in lines]


SHARES = [0.9**n for n in range(60)]


def test_few_tokens_stand_above_and_below_the_line() -> None:
    lines = lines_of(stage(SHARES, 3, 57))
    assert ids(lines) == [0, 1, 2, "|", 3, 4]
    assert lines[3].limit == 0.01


def test_with_many_left_the_last_ones_stand_right_above_the_line() -> None:
    assert ids(lines_of(stage(SHARES, 20, 40))) == [0, 1, 2, -15, 18, 19, "|", 20, 21]


def test_without_a_cut_the_first_ones_stand_there_and_the_number_of_the_others() -> None:
    assert ids(lines_of(stage(SHARES, 49_152))) == [0, 1, 2, 3, 4, 5, 6, 7, -49_144]
    assert ids(lines_of(stage(SHARES[:2], 2))) == [0, 1]


def test_where_the_line_lies_beyond_what_was_told_nothing_is_made_up() -> None:
    lines = lines_of(stage(SHARES[:30], 500, 100))
    assert ids(lines) == [0, 1, 2, 3, 4, 5, 6, -493, "|"]


def test_a_cut_in_the_middle_has_no_line() -> None:
    seen = (Seen(0, 0.5, 0.0), Seen(1, 0.3, 0.7), Seen(2, 0.2, 0.3))
    look = StageLook("xtc", 2, 1, (0.5, 0.5), (1.5, 1.5), (0.9, 0.9), 0.2, seen)
    assert ids(lines_of(look)) == [0, 1, 2]


@pytest.mark.parametrize("left", [1, 2, 5, 6, 7, 8, 9, 40, 58])
def test_no_card_is_longer_than_it_may_be(left: int) -> None:
    for look in (stage(SHARES, left, 60 - left), stage(SHARES, left)):
        assert len(lines_of(look)) <= ROWS


def test_numbers_that_are_not_quite_known_are_told_as_a_span() -> None:
    look = stage(SHARES, 40, 49_112, cut_mass=(0.031, 0.034), entropy_before=(3.01, 3.04), entropy_after=(2.0, 2.3))
    assert counted(look) == "40 left · 49,112 cut"
    assert mass(look) == "cut 3.1 %–3.4 % of the probability"
    assert entropy(look) == "entropy 3.0 → 2.0–2.3 bits"
    plain = stage(SHARES, 49_152, entropy_after=(3.0, 3.0))
    assert (counted(plain), mass(plain), entropy(plain)) == ("49,152 left", "nothing cut", "entropy 3.0 bits")
