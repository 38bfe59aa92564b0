from __future__ import annotations

import pytest

from playground.engine.stopping import StopText


def shown(stops: tuple[str, ...], *pieces: str) -> tuple[str, bool]:
    """Return all the text that was shown, and whether it stopped."""
    watch, text = StopText(stops), ""
    for piece in pieces:
        text += watch.add(piece)
        if watch.hit:
            return text, True
    return text + watch.flush(), False


@pytest.mark.parametrize(
    ("stops", "pieces", "expected"),
    [
        (("END",), ("one EN", "D two"), ("one ", True)),
        (("END",), ("one E", "N", "D"), ("one ", True)),
        (("END",), ("one EN", "X"), ("one ENX", False)),
        (("END",), ("one EN",), ("one EN", False)),
        (("aab",), ("aa", "ab"), ("a", True)),
        (("\n\n", "###"), ("a\n", "b##", "#"), ("a\nb", True)),
        (("b", "ab"), ("a", "b"), ("", True)),
        (("",), ("text",), ("text", False)),
        ((), ("text",), ("text", False)),
    ],
)
def test_stop_sequences(stops: tuple[str, ...], pieces: tuple[str, ...], expected: tuple[str, bool]) -> None:
    assert shown(stops, *pieces) == expected


def test_what_may_become_a_stop_sequence_is_held_back() -> None:
    watch = StopText(("<stop>",))
    assert [watch.add(piece) for piece in ("a <", "st", "x")] == ["a ", "", "<stx"]
