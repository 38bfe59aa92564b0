"""Cut a growing answer into finished Markdown blocks and an unfinished tail. Knows nothing of Qt.

Every line is looked at once, however often text arrives; the tail is what cannot be rendered yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from playground.core.visible import visible

__all__ = ["Piece", "Splitter", "visible"]

Kind = Literal["markdown", "plain", "code_open", "code", "code_close"]

_FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})\s*([^`]*)$")
_HEADING = re.compile(r"^ {0,3}#{1,6}(\s|$)")
_ITEM = re.compile(r"^(\s*)([-*+]|(\d{1,9})([.)]))(\s+|$)")
_MARKED = re.compile(r"^\s*([-*+>|#]|\d{1,9}[.)]\s|=+\s*$|\[[^\]]+\]:)|^ {4}|\t")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")


@dataclass(frozen=True)
class Piece:
    """A finished part: a Markdown block, a plain line, or a step of a code block (its language, or one line)."""

    kind: Kind
    text: str = ""


class Splitter:
    """Feed it text; it returns finished pieces and keeps the rest as `tail`.

    Without `markdown` only code blocks are special.
    """

    def __init__(self, markdown: bool = True) -> None:
        self._markdown = markdown
        self._lines: list[str] = []  # of the block that is not finished
        self._rest = ""  # of the line that is not finished
        self._fence = ""
        self._fence_indent = 0
        self._gap = False  # a blank line after a list: the next line decides whether it goes on
        self._item: tuple[str, int, int] | None = None  # marker kind, indent and number of the present list item

    @property
    def tail(self) -> str:
        """Return what no piece holds yet."""
        return "\n".join([*self._lines, self._rest])

    @property
    def in_code(self) -> bool:
        """Say whether the tail lies inside a code block."""
        return bool(self._fence)

    def feed(self, text: str) -> list[Piece]:
        """Take more text and return the pieces it finishes."""
        pieces: list[Piece] = []
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._take(line, pieces)
        return pieces

    def close(self) -> list[Piece]:
        """Return the last pieces: there is no more text."""
        pieces: list[Piece] = []
        if self._rest:
            self._take(self._rest, pieces)
        self._rest = ""
        self._flush(pieces)
        if self._fence:
            self._fence = ""
            pieces.append(Piece("code_close"))
        return pieces

    def _take(self, line: str, pieces: list[Piece]) -> None:
        if self._fence:
            self._take_code(line, pieces)
        elif fence := _FENCE.match(line):
            self._flush(pieces, keep_item=self._item is not None and bool(fence[1]))
            self._fence, self._fence_indent = fence[2], len(fence[1])
            pieces.append(Piece("code_open", fence[3].strip().split(" ")[0]))
        elif not self._markdown:
            pieces.append(Piece("plain", line))
        elif not line.strip():
            if self._lines and self._item:
                self._gap = True
            else:
                self._flush(pieces)
        elif _HEADING.match(line):
            self._flush(pieces)
            pieces.append(Piece("markdown", line))
        else:
            self._take_text(line, pieces)

    def _take_code(self, line: str, pieces: list[Piece]) -> None:
        mark = line.strip()
        if len(mark) >= len(self._fence) and set(mark) == {self._fence[0]}:
            self._fence = ""
            pieces.append(Piece("code_close"))
            return
        indent = len(line) - len(line.lstrip(" "))
        pieces.append(Piece("code", line[min(indent, self._fence_indent) :]))

    def _take_text(self, line: str, pieces: list[Piece]) -> None:
        item = _ITEM.match(line) if not _TABLE_RULE.match(line) else None
        if item and (self._item is None or len(item[1]) <= self._item[1]):
            self._start_item(line, item, pieces)
            return
        goes_on = self._item and (item or line.startswith((" ", "\t")) or not self._gap)
        if self._item and not goes_on:
            self._flush(pieces)
        if self._gap:
            self._lines.append("")
        self._gap = False
        self._lines.append(line)

    def _start_item(self, line: str, item: re.Match[str], pieces: list[Piece]) -> None:
        """Finish the item before and begin the next; numbers go on counting, whatever was typed."""
        kind, indent = item[4] or item[2], len(item[1])
        before = self._item
        self._flush(pieces)
        number = int(item[3] or 0)
        if item[3] and before and before[0] == kind and before[1] == indent:
            number = before[2] + 1
        self._item = (kind, indent, number)
        self._lines.append(f"{item[1]}{number}{item[4]} {line[item.end() :]}" if item[3] else line)

    def _flush(self, pieces: list[Piece], keep_item: bool = False) -> None:
        if self._lines:
            pieces.append(Piece("markdown", _keep_breaks(self._lines)))
        self._lines, self._gap = [], False
        if not keep_item:
            self._item = None


def _keep_breaks(lines: list[str]) -> str:
    """Join the lines of a plain paragraph so that its line breaks stay: models write verses and addresses."""
    if any(_MARKED.match(line) for line in lines) or (len(lines) > 1 and _TABLE_RULE.match(lines[1])):
        return "\n".join(lines)
    return "\u2028".join(line.strip() for line in lines)


class Thinking:
    """Separates a leading `<think>…</think>` from the answer, while both arrive in small parts."""

    OPEN, CLOSE = "<think>", "</think>"

    def __init__(self) -> None:
        self._held = ""
        self._fresh = False  # just behind a tag: line breaks there say nothing
        self.state: Literal["start", "thinking", "answer"] = "start"

    def feed(self, text: str) -> tuple[str, str]:
        """Return (more thought, more answer)."""
        self._held += text
        if self.state == "start":
            self._begin()
        if self._fresh:
            self._held = self._held.lstrip("\n")
            self._fresh = not self._held
        if self.state == "thinking":
            return self._think()
        if self.state == "answer":
            answer, self._held = self._held, ""
            return "", answer
        return "", ""

    def close(self) -> tuple[str, str]:
        """Return what was held back."""
        held, self._held = self._held, ""
        return (held, "") if self.state == "thinking" else ("", held)

    def _begin(self) -> None:
        start = self._held.lstrip()
        if start.startswith(self.OPEN):
            self.state, self._held = "thinking", start[len(self.OPEN) :]
            self._fresh = True
        elif not self.OPEN.startswith(start):
            self.state = "answer"

    def _think(self) -> tuple[str, str]:
        thought, end, answer = self._held.partition(self.CLOSE)
        if end:
            self.state, self._held = "answer", ""
            answer = answer.lstrip("\n")
            self._fresh = not answer
            return thought, answer
        keep = next((n for n in range(len(self.CLOSE) - 1, 0, -1) if thought.endswith(self.CLOSE[:n])), 0)
        cut = len(thought) - keep
        self._held = thought[cut:]
        return thought[:cut], ""
