"""Numbers and tokens in words."""

from __future__ import annotations

import math

import pytest

from playground.gui.tokens.words import bits, count, percent, place, quoted, seconds, signs


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "100 %"), (0.99999, "> 99.9 %"), (0.9971, "99.7 %"), (0.994, "99 %"), (0.63, "63 %"), (0.1, "10 %"),
        (0.0996, "10 %"), (0.042, "4.2 %"), (0.04, "4 %"), (0.004, "0.4 %"), (0.00042, "0.042 %"),
        (0.0000012, "0.00012 %"), (9.9e-7, "< 0.0001 %"), (0.0, "0 %"), (math.nan, "—"),
    ],
)  # fmt: skip
def test_probabilities_have_two_digits(share: float, words: str) -> None:
    assert percent(share) == words


def test_what_is_not_known_is_a_dash() -> None:
    assert (bits(math.nan), place(0), place(math.nan), seconds(math.nan)) == ("—",) * 4
    assert bits(math.inf) == "∞ bits"
    assert (bits(3.25), place(1234), seconds(1.5)) == ("3.2 bits", "1,234", "1.50 s")
    assert (count(1, "token"), count(2000, "token")) == ("1 token", "2,000 tokens")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (" the", "·the"), ("a\nb\t", "a⏎b⇥"), ("", "⟨empty⟩"), ("\r\n", "⟨CR⟩⏎"), ("⟨E2⟩", "⟨E2⟩"),
        ("\u200b", "⟨U+200B⟩"), ("\u202e", "⟨U+202E⟩"), ("é 你", "é·你"), ("→", "→"),
    ],
)  # fmt: skip
def test_nothing_in_a_token_is_invisible(text: str, shown: str) -> None:
    assert signs(text) == shown


def test_a_token_in_a_sentence_has_no_space_before_it() -> None:
    assert quoted(" Poulton") == "“Poulton”"
    assert quoted("\n") == "“⏎”"
    assert len(quoted("x" * 100)) <= 26
