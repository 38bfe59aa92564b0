"""Draws the rows of the token strip."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from playground.gui.theme import Theme
from playground.gui.tokens.heat import Heat, draw_dot, underline
from playground.gui.widgets.token_layout import CHIP, Row, TokenLayout


class StripPainter:
    """One painting of the visible part."""

    def __init__(self, painter: QPainter, theme: Theme, heat: Heat, ground: QColor) -> None:
        self._painter, self._theme, self._heat, self._ground = painter, theme, heat, ground

    def draw(
        self,
        layout: TokenLayout,
        rows: Sequence[Row],
        places: Sequence[float],
        levels: Sequence[int],
        marks: Sequence[bool],
    ) -> None:
        """Draw rows of chips; `marks` are those of the tokens in these rows."""
        height = self._theme.px(CHIP)
        first = rows[0].first
        chips = [
            (at, QRectF(layout.lefts[at], row.top, layout.widths[at], height))
            for row in rows
            for at in range(row.first, row.end)
        ]
        self._draw_grounds(chips, places)
        self._draw_underlines(chips, levels)
        self._draw_texts(layout, chips)
        for at, box in chips:
            if marks[at - first]:
                draw_dot(self._painter, box, self._theme, self._ground)

    def _draw_grounds(self, chips: Sequence[tuple[int, QRectF]], places: Sequence[float]) -> None:
        painter, radius = self._painter, self._theme.px(4)
        painter.setPen(Qt.PenStyle.NoPen)
        for at, box in chips:
            painter.setBrush(self._heat.colour(places[at]))
            painter.drawRoundedRect(box, radius, radius)

    def _draw_underlines(self, chips: Sequence[tuple[int, QRectF]], levels: Sequence[int]) -> None:
        for level in (1, 2, 3):
            pen = self._heat.pen(level)
            assert pen is not None
            self._painter.setPen(pen)
            for at, box in chips:
                if levels[at] == level:
                    underline(self._painter, box, self._theme)

    def _draw_texts(self, layout: TokenLayout, chips: Sequence[tuple[int, QRectF]]) -> None:
        painter, measure = self._painter, layout.measure
        painter.setPen(self._theme.colour("text"))
        baselines = [measure.baseline(special) for special in (False, True)]
        for at, box in chips:
            special = layout.tokens[at].special
            runs, ascent = measure.shaped(layout.texts[at], special)
            origin = QPointF(box.left() + layout.indents[at], box.top() + baselines[special] - ascent)
            for run in runs:
                painter.drawGlyphRun(origin, run)

    def strike(self, box: QRectF) -> None:
        """Strike a token out."""
        self._painter.setPen(QPen(self._theme.colour("danger"), self._theme.px(2)))
        middle = box.center().y()
        self._painter.drawLine(QPointF(box.left() - 1, middle), QPointF(box.right() + 1, middle))

    def draw_parted(self, box: QRectF) -> None:
        """Draw the dashed frame of the first token that would have been another."""
        self._frame(box, QPen(self._theme.colour("danger"), self._theme.px(2), Qt.PenStyle.DashLine), 2)

    def draw_hovered(self, box: QRectF) -> None:
        """Draw the thin frame of the token under the mouse."""
        self._frame(box, QPen(self._theme.colour("quiet"), 1), 0.5)

    def draw_ring(self, box: QRectF, focused: bool, marked: bool) -> None:
        """Draw the ring of the chosen token: in the colour of the focus while the keyboard is here."""
        ink = self._theme.colour("focus" if focused else "quiet")
        self._frame(box, QPen(ink, self._theme.px(2)), 1)
        if marked:
            draw_dot(self._painter, box, self._theme, self._ground)

    def _frame(self, box: QRectF, pen: QPen, out: float) -> None:
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.setPen(pen)
        radius = self._theme.px(4) + out
        self._painter.drawRoundedRect(box.adjusted(-out, -out, out, out), radius, radius)
