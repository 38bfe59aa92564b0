"""An answer in words: what stands on each token, and the sentence about all of them."""

from __future__ import annotations

import math

import pytest

from playground.gui.tokens.answer import FACTS
from playground.gui.tokens.popup import popup
from tests.gui.tokens.sample import END, answer, token, unknown


def test_the_vocabulary_knows_better_than_the_text_that_came_out() -> None:
    shown = answer(token(0, ""), token(1, "你"), texts={100: "⟨E4⟩⟨BD⟩", 101: "⟨A0⟩"})
    assert [shown.shown(at) for at in (0, 1)] == ["⟨E4⟩⟨BD⟩", "⟨A0⟩"]
    without = answer(token(0, ""), token(1, "你"), texts={100: ""})
    assert [without.shown(at) for at in (0, 1)] == ["⟨…⟩", "你"]


def test_the_end_has_a_sign_until_its_name_is_known() -> None:
    made = answer(token(0, "a"), token(1, "", id=END), ended=True)
    assert made.shown(1) == "⟨end⟩"
    assert answer(*made.tokens, ended=True, texts={END: "<|im_end|>"}).shown(1) == "<|im_end|>"


def test_a_line_ends_behind_its_sign() -> None:
    made = answer(token(0, ".\n"), token(1, "b"))
    assert made.shown(0) == ".⏎"
    assert [made.breaks(at) for at in (0, 1)] == [True, False]


def test_everything_about_one_token() -> None:
    one = token(0, " a", 0.125, probability=0.25, rank=3, entropy=2 * math.log(2), seconds=1.5)
    assert answer(one).facts(0) == {
        "Raw probability": "12 %", "After samplers": "25 %", "Rank": "3", "Entropy": "2.0 bits",
        "Surprise": "3.0 bits", "Time": "1.50 s",
    }  # fmt: skip
    assert answer(unknown(0, "a")).facts(0) == dict.fromkeys(FACTS, "—")
    assert answer(one).spoken(0) == "Token 1 of 1, “ a”, 12 % raw, rank 3, not the most probable"


def test_alternatives_stand_best_first_with_the_chosen_one_marked() -> None:
    rows = answer(token(0, " sea", 0.3, id=8, rank=2, ranks=((7, 0.6), (8, 0.3))), texts={7: " sun"}).alternatives(0)
    assert [(row.words(), round(row.share, 3), row.chosen, row.rank) for row in rows] == [
        ("·sun", 0.6, False, 1),
        ("·sea", 0.3, True, 2),
    ]


def test_words_that_nobody_knows_are_numbers() -> None:
    rows = answer(token(0, "x", 0.3, id=8, ranks=((1234, 0.6), (8, 0.3)))).alternatives(0)
    assert [row.words() for row in rows] == ["token 1234", "x"]


def test_a_choice_beyond_the_recorded_ones_comes_last_with_its_own_rank() -> None:
    rows = answer(token(0, "x", 0.001, id=9, rank=83, ranks=((7, 0.6), (8, 0.3)))).alternatives(0)
    assert (rows[-1].words(), rows[-1].rank, rows[-1].share, rows[-1].chosen) == ("x", 83, 0.001, True)
    assert answer(unknown(0, "a")).alternatives(0) == ()


def test_one_sentence_tells_the_answer() -> None:
    made = answer(token(0, "A", 0.8), token(1, " Poulton", 0.004, rank=90), token(2, ".", 0.9))
    assert made.summary() == (
        "3 tokens, mean probability 57 % raw, 1 was not the most probable; least probable “Poulton” with 0.4 % raw."
    )
    assert answer().summary() == "No token was written."
    assert answer(unknown(0, "a")).summary() == "1 token; their probabilities are not recorded."
    assert "mean probability 80 % raw" in answer(token(0, "A", 0.8), unknown(1, "b")).summary()


def test_the_pop_up_shows_ten_alternatives_and_the_chosen_one() -> None:
    ranks = tuple((number, 0.5 / (number + 1)) for number in range(20))
    made = answer(token(0, "<x>", 0.03, id=15, rank=16, ranks=ranks))
    words = popup(made, 0)
    assert words.count("token ") == 10
    assert words.count("●") == 1
    assert "&lt;x&gt;" in words
    assert "3 % raw" in words
    assert "after samplers" in words
    assert "—" in popup(answer(unknown(0, "a")), 0)


@pytest.mark.parametrize("text", ["\ud800", "⟨E2⟩", "\x00"])
def test_odd_texts_are_shown_as_signs(text: str) -> None:
    assert answer(token(0, text)).shown(0).isprintable()
