"""Cutting a growing answer into blocks."""

from __future__ import annotations

import pytest

from playground.gui.widgets.markdown import Piece, Splitter, Thinking, visible

ANSWER = """# Title
A paragraph
of two lines.

- one
- two
  - nested

1. first
1. second

```python
print("hi")

x = 1
```
| a | b |
|---|---|
| 1 | 2 |

End"""


def pieces_of(text: str, step: int) -> list[Piece]:
    splitter = Splitter()
    found = [piece for at in range(0, len(text), step) for piece in splitter.feed(text[at : at + step])]
    return found + splitter.close()


def test_blocks_are_the_same_however_the_text_arrives() -> None:
    whole = pieces_of(ANSWER, len(ANSWER))
    assert all(pieces_of(ANSWER, step) == whole for step in (1, 2, 3, 7, 50))
    assert whole == [
        Piece("markdown", "# Title"),
        Piece("markdown", "A paragraph\u2028of two lines."),
        Piece("markdown", "- one"),
        Piece("markdown", "- two\n  - nested"),
        Piece("markdown", "1. first"),
        Piece("markdown", "2. second"),
        Piece("code_open", "python"),
        Piece("code", 'print("hi")'),
        Piece("code", ""),
        Piece("code", "x = 1"),
        Piece("code_close"),
        Piece("markdown", "| a | b |\n|---|---|\n| 1 | 2 |"),
        Piece("markdown", "End"),
    ]


def test_the_tail_is_what_no_piece_holds() -> None:
    splitter = Splitter()
    splitter.feed("done\n\nhalf a para")
    assert splitter.tail == "half a para"
    splitter.feed("graph\nmore")
    assert splitter.tail == "half a paragraph\nmore"


def test_code_lines_come_at_once_and_an_open_fence_is_closed_at_the_end() -> None:
    splitter = Splitter()
    assert splitter.feed("~~~\na\n``") == [Piece("code_open"), Piece("code", "a")]
    assert splitter.in_code
    assert splitter.tail == "``"
    assert splitter.close() == [Piece("code", "``"), Piece("code_close")]


def test_code_inside_a_list_item_loses_the_indent_and_numbering_goes_on() -> None:
    found = pieces_of("1. a\n   ```sh\n   ls\n     x\n   ```\n1. b\n", 5)
    assert [p for p in found if p.kind == "code"] == [Piece("code", "ls"), Piece("code", "  x")]
    assert found[-1] == Piece("markdown", "2. b")


def test_a_list_ends_at_unindented_text_after_a_blank_line() -> None:
    assert [p.text for p in pieces_of("- a\n\n  more\n\nText\n", 4)] == ["- a\n\n  more", "Text"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "a␀b"),
        ("\x1b[31m", "␛[31m"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("\ufffc\ufdd0", "⟨U+FFFC⟩⟨U+FDD0⟩"),
        ("\ud800", "\ufffd"),
        ("one\r\ntwo\tthree", "one\ntwo\tthree"),
        ("👩‍👩‍👧 שלום", "👩‍👩‍👧 שלום"),
    ],
)
def test_control_characters_show_themselves(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("step", [1, 2, 5, 100])
def test_a_thought_is_told_from_the_answer(step: int) -> None:
    text = "<think>\nhm < that\n</think>\n\nYes </think>"
    splitter, thought, answer = Thinking(), "", ""
    for part in [splitter.feed(text[at : at + step]) for at in range(0, len(text), step)] + [splitter.close()]:
        thought, answer = thought + part[0], answer + part[1]
    assert thought == "hm < that\n"
    assert answer.strip() == "Yes </think>"


def test_an_answer_that_only_looks_like_a_thought_is_not_swallowed() -> None:
    splitter = Thinking()
    assert splitter.feed("<thi") == ("", "")
    assert splitter.close() == ("", "<thi")
