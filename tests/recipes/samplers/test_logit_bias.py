"""Logit bias: words and numbers, on the tokens they begin with."""

from __future__ import annotations

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.recipes.sampler import Trail
from playground.recipes.samplers.logit_bias import LogitBias
from tests.recipes.samplers.spelling import Spelling

WORDS = Spelling(["sky", " sky", " sk", "s", "light", " ", "a:b", "\n", "sun"])
ROW = np.linspace(-2, 2, 9, dtype=np.float32)


def moved(pairs: str, words: Spelling = WORDS) -> dict[str, float]:
    out = LogitBias(pairs).apply(ROW, Trail(words=words))
    return {words.pieces[id]: float(out[id] - ROW[id]) for id in np.flatnonzero(out != ROW)}


def test_both_spellings_of_a_word_move() -> None:
    assert moved("sky: -5") == {"sky": -5, " sky": -5}
    assert moved("sky:2.5\n\nsun: 1") == {"sky": 2.5, " sky": 2.5, "sun": 1}


def test_of_several_tokens_the_first_moves() -> None:
    assert moved("skylight: 3") == {"sky": 3, " sky": 3}


def test_a_space_that_is_a_token_of_its_own_does_not_move() -> None:
    assert moved("sun: 1") == {"sun": 1}
    assert moved("light: 4") == {"light": 4}


def test_where_lines_meet_they_add_up() -> None:
    assert moved("sky: 3\nskylight: -1") == {"sky": 2, " sky": 2}


def test_minus_a_hundred_is_never() -> None:
    out = LogitBias("sky: -100\nsky: 100").apply(ROW, Trail(words=WORDS))
    assert np.flatnonzero(out == -np.inf).tolist() == [0, 1]


def test_the_text_may_hold_a_colon_and_a_line_break() -> None:
    assert moved("a:b: 1") == {"a:b": 1}
    assert moved("\\n: -1,5") == {"\n": -1.5}
    assert moved("sun: −1") == {"sun": -1}


def test_one_token_always_stays() -> None:
    row = np.array([1, 2], np.float32)
    trail = Trail(words=Spelling(["sky", " sky"]))
    assert LogitBias("sky: -100").apply(row, trail).tolist() == [1, 2]


def test_a_text_without_tokens_and_tokens_without_a_logit_change_nothing() -> None:
    assert moved("Größe: 5") == {}
    assert LogitBias("sun: 5").apply(ROW[:4], Trail(words=WORDS)).tolist() == ROW[:4].tolist()
    assert LogitBias("sun: 5").apply(ROW, Trail()).tolist() == ROW.tolist()


@pytest.mark.parametrize(
    "line",
    ["sky", "sky: ", "sky: blue", ": 5", "  : 5", "sky: nan", "sky: inf", "sky: 1e999", "sky: 101", "sky: -100.5"],
)
def test_a_line_that_cannot_be_read_is_named(line: str) -> None:
    with pytest.raises(UserError, match=r"LogitBias\.pairs, line 3") as caught:
        LogitBias(f"sun: 1\n\n{line}\nmoon: 2")
    assert caught.value.code == "E-OPTION"
    assert len(caught.value.message) < 200


def test_in_words_and_neutral() -> None:
    assert LogitBias("sky: -5\nsun: 2\n\\n: -100").words == "logit bias “sky” -5, “sun” +2, “\\n” never"
    assert LogitBias("a: 1\nb: 1\nc: 1\nd: 1\ne: 1").words.endswith("“c” +1 and 2 more")
    assert LogitBias("\n \n").is_neutral
    assert LogitBias("sky: 0").is_neutral
    assert not LogitBias("sky: -100").is_neutral
