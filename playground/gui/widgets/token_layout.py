"""Where each token of a prompt stands: computed once per width, asked while painting."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QGlyphRun, QTextLayout

from playground.core.facts import PromptToken
from playground.gui.theme import Theme
from playground.gui.widgets.token_text import Block, blocks_of, shown_text

RAIL = 14  # pixels left of the chips, for the coloured line of the turn
CHIP, ROW, HEAD, BETWEEN = 22, 26, 26, 12  # heights: a chip, a row of chips, a heading, the space between two turns
PAD, GAP = 5, 2  # beside the text of a chip, between two chips
LEAST = 18  # width of a chip
NUMBER, ID = 42, 64  # widths of the table's first two columns


@dataclass(frozen=True)
class Row:
    """A line of chips, tokens `first` up to `end`, or with `block` set the heading above a turn."""

    top: float
    first: int
    end: int
    block: int = -1  # the turn this heading belongs to


class Measure:
    """Knows the fonts of the chips and how wide each text is; forgets nothing until the theme changes."""

    def __init__(self, theme: Theme, shown: Callable[[str], str] = shown_text) -> None:
        self.theme, self._shown = theme, shown
        self.plain = theme.font(13)
        self.special = theme.mono(12)
        self.special.setWeight(QFont.Weight.Bold)
        self._metrics = (QFontMetricsF(self.plain), QFontMetricsF(self.special))
        self._known: dict[tuple[str, bool], tuple[str, float]] = {}
        self._shaped: dict[tuple[str, bool], tuple[list[QGlyphRun], float]] = {}

    def chip(self, text: str, special: bool) -> tuple[str, float]:
        """Return what is written on the chip of this token, and how much room it takes."""
        key = (text, special)
        if key not in self._known:
            shown = self._shown(text)
            width = self._metrics[special].horizontalAdvance(shown) + 2 * self.theme.px(PAD)
            self._known[key] = (shown, width)
        return self._known[key]

    def shaped(self, shown: str, special: bool) -> tuple[list[QGlyphRun], float]:
        """Return the glyphs of a text on a chip, and how far above them their origin lies.

        Drawing them costs a quarter of drawing the text.
        """
        key = (shown, special)
        if key not in self._shaped:
            layout = QTextLayout(shown, self.special if special else self.plain)
            layout.beginLayout()
            line = layout.createLine()
            layout.endLayout()
            self._shaped[key] = (line.glyphRuns(), line.ascent())
        return self._shaped[key]

    def elided(self, text: str, special: bool, width: float) -> str:
        return self._metrics[special].elidedText(text, Qt.TextElideMode.ElideMiddle, width - 2 * self.theme.px(PAD))

    def baseline(self, special: bool) -> float:
        """Return how far below the top of a chip its text stands."""
        metrics = self._metrics[special]
        return round((self.theme.px(CHIP) + metrics.ascent() - metrics.descent()) / 2)


class TokenLayout:
    """The chips of a prompt at one width, as rows from top to bottom; `table` puts one token in each row."""

    rail: ClassVar[float] = RAIL
    row: ClassVar[float] = ROW

    def __init__(self, tokens: Sequence[PromptToken], measure: Measure, width: float, table: bool = False) -> None:
        self.tokens, self.measure, self.table = tokens, measure, table
        self.blocks: list[Block] = blocks_of(tokens)
        self.texts: list[str] = []
        self.lefts: list[float] = []
        self.widths: list[float] = []
        self.indents: list[float] = []  # from the left edge of a chip to its text
        self.rows: list[Row] = []
        px = measure.theme.px
        self.start = px(self.rail) + (px(NUMBER) + px(ID) if table else 0)
        self.limit = max(width - px(4), self.start + px(40))
        self.height = self._place()
        self._tops = [row.top for row in self.rows]

    def rows_between(self, top: float, bottom: float) -> list[Row]:
        """Return the rows that can be seen between two heights."""
        first = max(0, bisect_right(self._tops, top) - 1)
        return self.rows[first : bisect_right(self._tops, bottom)]

    def row_of(self, token: int) -> int:
        """Return the index of the row a token stands in."""
        return bisect_right(self.rows, token, key=lambda row: row.first) - 1

    def rect(self, token: int) -> QRectF:
        """Return the chip of a token."""
        top = self.rows[self.row_of(token)].top
        return QRectF(self.lefts[token], top, self.widths[token], self.measure.theme.px(CHIP))

    def token_at(self, x: float, y: float) -> int:
        """Return the token at a point, or -1."""
        row = bisect_right(self._tops, y) - 1
        if row < 0 or y > self.rows[row].top + self.measure.theme.px(CHIP):
            return -1
        for token in range(self.rows[row].first, self.rows[row].end):
            if self.table or self.lefts[token] <= x < self.lefts[token] + self.widths[token]:
                return token
        return -1

    def above_or_below(self, token: int, rows: int) -> int:
        """Return the token that stands nearest, so many rows of chips further down (or up)."""
        lines = [at for at, row in enumerate(self.rows) if row.block < 0]
        at = lines.index(self.row_of(token)) + rows
        row = self.rows[lines[min(max(at, 0), len(lines) - 1)]]
        middle = self.lefts[token] + self.widths[token] / 2
        return min(range(row.first, row.end), key=lambda t: abs(self.lefts[t] + self.widths[t] / 2 - middle))

    def block_span(self, block: int) -> tuple[float, float]:
        """Return top and bottom of the chips of a turn."""
        last = self.blocks[block].end - 1
        px = self.measure.theme.px
        return self.rows[self.row_of(self.blocks[block].first)].top, self.rows[self.row_of(last)].top + px(CHIP)

    def _place(self) -> float:
        px = self.measure.theme.px
        top = 0.0
        for number, block in enumerate(self.blocks):
            self.rows.append(Row(top, block.first, block.first, number))
            top = self._place_block(block, top + px(HEAD)) + px(BETWEEN)
        return top - px(BETWEEN) if self.blocks else 0.0

    def _place_block(self, block: Block, top: float) -> float:
        """Place the chips of a turn from `top` on; return where they end."""
        px, start, limit, chip = self.measure.theme.px, self.start, self.limit, self.measure.chip
        row_height, gap, pad, least = px(self.row), px(GAP), px(PAD), px(LEAST)
        left, first = float(start), block.first
        for at in range(block.first, block.end):
            token = self.tokens[at]
            text, wanted = chip(token.text, token.special)
            width = max(least, wanted)
            if width > limit - start:
                width = limit - start
                text = self.measure.elided(text, token.special, width)
            if left > start and (self.table or left + width > limit or self._breaks(at)):
                self.rows.append(Row(top, first, at))
                top, left, first = top + row_height, start, at
            self.texts.append(text)
            self.lefts.append(left)
            self.widths.append(width)
            self.indents.append(pad + max(0.0, width - wanted) / 2)
            left += width + gap
        self.rows.append(Row(top, first, block.end))
        return top + row_height

    def _breaks(self, at: int) -> bool:
        """Say whether a line of the prompt ends before this token; several empty lines stand in one row."""
        return "\n" in self.tokens[at - 1].text and self.tokens[at].text.strip("\n") != ""
