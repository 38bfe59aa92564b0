"""Whatever is typed is asked of the index without an error, and finds what a reader would find."""

from __future__ import annotations

import random
import sqlite3

import pytest

from playground.core.search_words import TOKENIZER, indexed, query


@pytest.fixture
def index() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = '{TOKENIZER}', prefix = '1 2 3')")
    return db


def finds(index: sqlite3.Connection, text: str, typed: str) -> bool:
    index.execute("DELETE FROM words")
    index.execute("INSERT INTO words VALUES (?)", (indexed(text),))
    return bool(index.execute("SELECT count(*) FROM words WHERE words MATCH ?", (query(typed),)).fetchone()[0])


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Why is the sky blue?", "sky why"),
        ("Why is the sky blue?", "BLU"),
        ("Why is the sky blue?", '"the sky"'),
        ("Why is the sky blue?", '"the sk'),  # still typing
        ("a café in Zürich", "cafe zurich"),
        ("a cafe\u0301", "café"),
        ("die Straße", "STRASSE"),
        ("the ﬁrst", "first"),
        ("私は東京都に住んでいます。", "東京"),
        ("私は東京都に住んでいます。", "京都"),
        ("私は東京都に住んでいます。", "住んで 東"),
        ("ﾄｳｷｮｳ", "トウキョウ"),
        ("저는 대한국어를 배웁니다", "한국어"),
        ("ภาษาไทย", "ไทย"),
        ("हिन्दी भाषा", "हिन्दी"),
        ("well done🎉🙂!", "🙂"),
        ("a → b", "→"),
        ("in C++ and C", "c++"),
        ("f(x) = x_1", "x_1"),
        ("don't", "don't"),
        ("\x00 NUL \x00", "nul\x00"),
        ("one AND two", "AND"),
    ],
)
def test_it_is_found(index: sqlite3.Connection, text: str, typed: str) -> None:
    assert finds(index, text, typed)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Why is the sky blue?", "sky green"),
        ("Why is the sky blue?", "lue"),
        ("Why is the sky blue?", '"sky the"'),
        ("Why is the sky blue?", '"the sk"'),
        ("都京", "京都"),
        ("well done🎉", "🙂"),
        ("cats", "c++"),
        ("one two", "one OR two"),
        ("one two", "NOT three"),
    ],
)
def test_it_is_not_found(index: sqlite3.Connection, text: str, typed: str) -> None:
    assert not finds(index, text, typed)


@pytest.mark.parametrize("typed", ["", "  ", '"', '""', "++", "* ^ : ( )", "\x00", "-", '" "', "＂"])
def test_what_holds_no_word_asks_nothing(typed: str) -> None:
    assert query(typed) == ""


def test_nothing_that_is_typed_is_an_error(index: sqlite3.Connection) -> None:
    luck = random.Random(7)
    odd = '"" ** ^ : () {} + - NEAR AND OR NOT text: \x00 \ud800 \u202e é 東 🙂 ＂ ² \u0301 \ue000 a b'
    for _ in range(2000):
        typed = "".join(luck.choice([*odd.split(" "), " "]) for _ in range(luck.randint(1, 12)))
        if query(typed):
            finds(index, "a b", typed)


@pytest.mark.parametrize("typed", ["a " * 100_000, "a" * 1_000_000, '"' + "a " * 100_000, '"' * 99_999, "東" * 5000])
def test_neither_is_a_very_long_text(index: sqlite3.Connection, typed: str) -> None:
    if query(typed):
        finds(index, "a b", typed)


def test_of_a_very_long_text_the_beginning_is_asked() -> None:
    assert query("ab " * 100_000).count(" AND ") == 31
    assert len(query("a" * 1_000_000)) < 1100
