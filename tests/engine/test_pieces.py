from __future__ import annotations

import random
from typing import Any

import pytest

from playground.engine.pieces import Pieces, TextStream, byte_letters
from tests.engine.metaspace import metaspace_tokenizer
from tests.toys import toy_tokenizer

TOKENIZERS = {"bytes": toy_tokenizer, "metaspace": metaspace_tokenizer}


@pytest.fixture(params=sorted(TOKENIZERS))
def tokenizer(request: pytest.FixtureRequest) -> Any:
    return TOKENIZERS[request.param]()


def ids_of(tokenizer: Any, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def test_labels_keep_spaces_and_show_split_characters_as_bytes(tokenizer: Any) -> None:
    labels = Pieces(tokenizer).labels(ids_of(tokenizer, "the quick ✜ fox"))
    assert "".join(labels).strip() == "the quick ⟨E2⟩⟨9C⟩⟨9C⟩ fox"
    assert not any("�" in label for label in labels)


def test_special_tokens_show_their_own_text(tokenizer: Any) -> None:
    assert Pieces(tokenizer).label(tokenizer.eos_token_id) == tokenizer.eos_token


def test_byte_letters_are_those_of_the_library() -> None:
    from tokenizers.pre_tokenizers import ByteLevel

    assert sorted(byte_letters()) == sorted(ByteLevel.alphabet())
    assert sorted(byte_letters().values()) == list(range(256))


def test_streamed_text_is_what_the_tokenizer_decodes(tokenizer: Any) -> None:
    ids = ids_of(tokenizer, "the quick ✜ fox, 你好 <|im_end|> naïve")
    stream = TextStream(tokenizer)
    assert "".join(map(stream.push, ids)) == tokenizer.backend_tokenizer.decode(ids, skip_special_tokens=False)


def test_random_bytes_are_streamed_as_they_are_decoded() -> None:
    tokenizer = toy_tokenizer()
    for seed in range(60):
        ids = random.Random(seed).choices(range(len(tokenizer)), k=50)
        stream = TextStream(tokenizer)
        streamed = "".join(map(stream.push, ids))
        whole = tokenizer.backend_tokenizer.decode(ids, skip_special_tokens=False)
        assert whole.startswith(streamed)
        assert "�" not in streamed or "�" in whole
        left = whole[len(streamed) :]
        assert not left or "�" in left  # only bytes of unfinished characters are held back


def test_an_emoji_over_several_tokens_appears_whole(tokenizer: Any) -> None:
    stream = TextStream(tokenizer)
    shown = [stream.push(id) for id in ids_of(tokenizer, "a 🚀 b")]
    assert "".join(shown).strip() == "a 🚀 b"
    assert all("�" not in piece for piece in shown)
    assert "" in shown


def test_text_goes_on_where_it_was_left(tokenizer: Any) -> None:
    ids = ids_of(tokenizer, "the quick 🚀 fox")
    whole = TextStream(tokenizer)
    expected = [whole.push(id) for id in ids]
    for cut in range(1, len(ids)):
        rest = TextStream(tokenizer, ids[:cut])
        assert [rest.push(id) for id in ids[cut:]] == expected[cut:]
