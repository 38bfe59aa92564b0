from __future__ import annotations

import pytest

from playground.core.lines import lines_of, quoted, texts_of


def test_one_text_a_line_with_signs_for_what_a_line_cannot_hold() -> None:
    assert texts_of("###\n\n\\n\\nUser:\n\\\\n\n\\t ") == ("###", "\n\nUser:", "\\n", "\\t ")
    assert texts_of("") == ()


@pytest.mark.parametrize("texts", [(), ("a", " b "), ("\n", "\\n", "\\\n", "a\\"), ("ä\u2028b",)])
def test_texts_come_back_the_same(texts: tuple[str, ...]) -> None:
    assert texts_of(lines_of(texts)) == texts


def test_in_a_sentence_a_text_is_short_and_on_one_line() -> None:
    assert quoted("a\nb") == "“a\\nb”"
    assert quoted("x" * 20) == f"“{'x' * 20}”"
    assert quoted("x" * 21) == f"“{'x' * 19}…”"
