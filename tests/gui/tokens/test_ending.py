"""The chances of the end: what is recorded, what is only bounded, and the sentence about it."""

from __future__ import annotations

import math

import pytest

from playground.gui.tokens.end_scale import floor_of, height, levels, ticks
from playground.gui.tokens.ending import EndShare, end_share, end_shares, ended_itself, sentence
from tests.gui.tokens.sample import END, lively, token, unknown

ENDS = frozenset({END})


def test_the_end_is_read_from_the_alternatives() -> None:
    share = end_share(token(0, "a", 0.6, ranks=((100, 0.6), (END, 0.3), (7, 0.01))), ENDS)
    assert share.low == share.high == pytest.approx(0.3)
    assert share.words() == "30 % raw"


def test_an_end_that_is_not_recorded_is_only_known_to_be_less_than_the_last_that_is() -> None:
    share = end_share(token(0, "a", 0.6, ranks=((100, 0.6), (8, 0.3), (7, 0.01))), ENDS)
    assert share.low == 0.0
    assert share.high == pytest.approx(0.01)
    assert not share.is_known
    assert share.words() == "below 1 % raw"


def test_several_ends_are_added_and_a_missing_one_widens_the_limits() -> None:
    one = token(0, "a", 0.6, ranks=((100, 0.6), (END, 0.2), (3, 0.1), (7, 0.02)))
    assert end_share(one, frozenset({END, 3})).low == pytest.approx(0.3)
    share = end_share(one, frozenset({END, 3, 99}))
    assert (share.low, share.high) == (pytest.approx(0.3), pytest.approx(0.32))
    assert share.words() == "at least 30 % raw"


def test_an_end_that_was_written_is_known_though_it_was_a_long_shot() -> None:
    share = end_share(token(0, "", 0.001, id=END, rank=70, ranks=((5, 0.6), (6, 0.3))), ENDS)
    assert share.low == share.high == pytest.approx(0.001)


@pytest.mark.parametrize("ends", [ENDS, frozenset[int]()])
def test_where_nothing_is_recorded_nothing_is_said(ends: frozenset[int]) -> None:
    share = end_share(unknown(0, "a"), ends)
    assert math.isnan(share.low)
    assert math.isnan(share.high)
    assert share.words() == "nothing is recorded"


def test_the_model_ended_it_itself_only_with_the_end_of_turn() -> None:
    tokens = (token(0, "a"),)
    assert ended_itself(tokens, "done", "end of turn")
    assert not ended_itself(tokens, "done", "max tokens")
    assert not ended_itself(tokens, "stopped", "")
    assert not ended_itself((), "done", "end of turn")


LAST = EndShare(0.63, 0.63)
LESS, LIMIT = EndShare(0.02, 0.02), EndShare(0.0, 0.003)


@pytest.mark.parametrize(
    ("state", "reason", "shares", "words"),
    [
        ("done", "end of turn", (LESS, LAST), "It stopped at step 2: the end had 63 % raw."),
        ("done", "max tokens", (LESS, LIMIT), "It ran on to max tokens: the end never had more than 2 % raw."),
        ("done", "context full", (LESS,), "It ran on until the context was full: the end never had more than 2 % raw."),
        ("done", "stop sequence", (LESS,), "A stop sequence cut it at step 2: the end never had more than 2 % raw."),
        ("stopped", "", (LESS,), "It was stopped at step 2: the end never had more than 2 % raw."),
        ("interrupted", "", (), "It broke off at step 2."),
        (
            "done", "max tokens", (LIMIT, LIMIT),
            "It ran on to max tokens: the end was never among the most probable tokens, always below 0.3 % raw.",
        ),
        ("done", "end of turn", (), "It stopped at step 2: its probability is not recorded."),
    ],
)  # fmt: skip
def test_a_sentence_says_how_it_ended(state: str, reason: str, shares: tuple[EndShare, ...], words: str) -> None:
    assert sentence((token(0, "a"), token(1, "b")), shares, state, reason) == words


def test_an_answer_that_goes_on_from_another_counts_its_steps_on() -> None:
    assert sentence((token(40, "b"),), (LAST,), "done", "end of turn").startswith("It stopped at step 41")
    assert sentence((), (), "done", "end of turn") == ""


def test_the_scale_holds_what_is_known_but_is_not_endless() -> None:
    assert floor_of([EndShare(0.4, 0.4)]) == -3
    assert floor_of([EndShare(2e-5, 2e-5), EndShare(0.0, 1e-4)]) == -5
    assert floor_of([EndShare(0.0, 1e-30)]) == -6
    assert floor_of([EndShare(math.nan, math.nan)]) == -3
    assert (height(1.0, -4), height(0.01, -4), height(1e-9, -4), height(0.0, -4)) == (1.0, 0.5, 0.0, 0.0)
    assert [words for _, words in levels(-6)] == ["100 %", "1 %", "0.01 %", "0.0001 %"]


def test_the_named_steps_are_round_and_few() -> None:
    assert ticks([]) == []
    assert ticks(range(45)) == [1, 10, 20, 30, 40]
    assert ticks(range(2000)) == [1, 500, 1000, 1500, 2000]
    assert ticks(range(40, 43)) == [41, 42, 43]
    assert ticks([7]) == [8]


def test_the_chances_of_a_long_answer_are_all_there() -> None:
    tokens = lively()
    shares = end_shares(tokens, ENDS)
    assert len(shares) == len(tokens)
    assert shares[-1].low == pytest.approx(tokens[-1].raw_probability, rel=1e-5)
