"""Banned words: the token that would complete one goes, as with transformers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import NoBadWordsLogitsProcessor

from playground.core.errors import UserError
from playground.recipes.sampler import Trail
from playground.recipes.samplers.banned_words import BannedWords
from tests.recipes.samplers.spelling import Spelling

WORDS = Spelling(["a", "b", "c", " a", " b", " ", "ab", "d", "\n"])
PHRASES = "a\nab\nbca\n\na b\ncc c\nzzz"


def cut(phrases: str, *seen: str, words: Spelling = WORDS) -> list[str]:
    row = np.zeros(len(words.pieces), np.float32)
    ids = tuple(words.pieces.index(piece) for piece in seen)
    out = BannedWords(phrases).apply(row, Trail(ids[:1], ids[1:], words=words))
    return [words.pieces[id] for id in np.flatnonzero(out == -np.inf)]


def test_it_cuts_what_transformers_cuts() -> None:
    lines = [line for line in PHRASES.split("\n") if line]
    banned = {WORDS.ids(before + line) for line in lines for before in ("", " ")} - {()}
    theirs = NoBadWordsLogitsProcessor([list(ids) for ids in banned])
    random = np.random.default_rng(8)
    counts = set()
    for _ in range(1000):
        row = random.normal(0, 2, 9).astype(np.float32)
        seen = tuple(random.integers(0, 9, random.integers(1, 6)).tolist())
        at = int(random.integers(0, len(seen) + 1))
        ours = BannedWords(PHRASES).apply(row, Trail(seen[:at], seen[at:], words=WORDS))
        assert np.array_equal(ours, theirs(torch.tensor([seen]), torch.from_numpy(row)[None])[0].numpy())
        counts.add(int((ours == -np.inf).sum()))
    assert len(counts) > 2


def test_a_word_of_one_token_never_comes_with_or_without_a_space() -> None:
    assert cut("a") == ["a", " a"]
    assert cut("  a  ", "b") == ["a", " a"]


def test_of_a_phrase_the_last_token_goes_once_the_others_stand_there() -> None:
    assert cut("dbc") == []
    assert cut("dbc", "d") == []
    assert cut("dbc", "d", "b") == ["c"]
    assert cut("dbc", "d", "b", "d") == []
    assert cut("b c", "c", " b", " ") == ["c"]


def test_a_line_break_can_be_banned() -> None:
    assert cut("\\n") == ["\n"]


def test_one_token_always_stays() -> None:
    assert cut("a", words=Spelling(["a", " a"])) == []


def test_in_words_and_neutral() -> None:
    assert BannedWords("sky\nas an AI").words == "banned words “sky”, “as an AI”"
    assert BannedWords("a\nb\nc\nd\ne").words.endswith("“c” and 2 more")
    assert BannedWords(" \n\n").is_neutral
    with pytest.raises(UserError, match=r"BannedWords\.phrases"):
        BannedWords("x" * 10_000)
