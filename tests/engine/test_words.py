"""Text and tokens, as the samplers ask for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from playground.engine import words
from playground.engine.templates import special_ids
from playground.engine.words import TokenizerWords
from tests.engine.metaspace import metaspace_tokenizer
from tests.toys import toy_tokenizer

TOKENIZERS: dict[str, Callable[[], Any]] = {
    "byte level": toy_tokenizer,
    "spaces before each stretch": metaspace_tokenizer,
    "no space of its own": lambda: metaspace_tokenizer(prepend=False),
    "a space before the first word": lambda: metaspace_tokenizer(prepend=False, first=True),
}
TEXTS = ["quick", " quick", "  x", "\n", "Größe 🙂", "say <|im_end|> now", "\ud800 alone", ""]


@pytest.mark.parametrize("name", TOKENIZERS)
@pytest.mark.parametrize("text", TEXTS)
def test_the_tokens_hold_exactly_the_text_and_no_chat_token(name: str, text: str) -> None:
    tokenizer = TOKENIZERS[name]()
    asked = TokenizerWords(tokenizer)
    ids = asked.ids(text)
    assert b"".join(map(asked.bytes_of, ids)).decode() == text.encode("utf-8", "replace").decode()
    assert not special_ids(tokenizer) & set(ids)


def test_they_are_those_of_a_longer_text() -> None:
    tokenizer = toy_tokenizer()
    whole = tuple(tokenizer("the quick brown fox", add_special_tokens=False)["input_ids"])
    inside = TokenizerWords(tokenizer).ids(" brown")
    assert len(inside) == 1
    assert inside[0] in whole


def test_nothing_is_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = TokenizerWords(toy_tokenizer())
    first = asked.ids("quick"), asked.bytes_of(300)

    def refuse(*_: object) -> None:
        raise AssertionError("asked again")

    monkeypatch.setattr(words, "plain_ids", refuse)
    monkeypatch.setattr(words.Pieces, "raw", refuse)
    assert (asked.ids("quick"), asked.bytes_of(300)) == first
