from __future__ import annotations

from playground.core.trail import Trail


def test_the_last_tokens_are_those_of_prompt_and_answer() -> None:
    trail = Trail((1, 2, 3), (4, 5))
    assert [trail.last(count) for count in (0, 1, 2, 3, 9)] == [
        (1, 2, 3, 4, 5),
        (5,),
        (4, 5),
        (3, 4, 5),
        (1, 2, 3, 4, 5),
    ]
    assert trail.step == 2
    assert Trail().last(5) == ()


def test_without_a_model_no_text_has_tokens() -> None:
    words = Trail().words
    assert words.ids("sky") == ()
    assert words.bytes_of(7) == b""
