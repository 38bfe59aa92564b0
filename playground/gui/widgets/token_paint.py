"""Draws the rows of a token layout."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from playground.gui.icons import pixmap
from playground.gui.theme import Theme
from playground.gui.widgets.token_layout import CHIP, NUMBER, RAIL, Row, TokenLayout

TINTS = {False: (0.14, 0.23), True: (0.20, 0.29)}  # of two neighbouring chips, in light and in dark
HOVER = 0.12  # more while the mouse is over it


class TokenPainter:
    """One painting of the visible part; made anew each time, so it is never out of date."""

    def __init__(self, painter: QPainter, theme: Theme) -> None:
        self._painter, self._theme = painter, theme
        self._brushes: dict[tuple[str, int], QColor] = {}

    def draw_empty(self, box: QRectF, text: str, ratio: float) -> None:
        """Say in the middle what is missing."""
        theme, painter, side = self._theme, self._painter, self._theme.px(28)
        words = QRectF(box.left(), 0, min(box.width(), theme.px(220)), theme.px(60))
        words.moveCenter(box.center() + QPointF(0, theme.px(24)))
        painter.drawPixmap(
            QPointF(round(box.center().x() - side / 2), round(words.top() - side - theme.px(10))),
            pixmap("scan-text", theme, side, "faint", ratio),
        )
        painter.setFont(theme.font(13))
        painter.setPen(theme.colour("quiet"))
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, text)

    def draw(self, layout: TokenLayout, top: float, bottom: float, hovered: int, current: int, width: float) -> None:
        """Draw everything between two heights; `current` gets the focus ring."""
        rows = layout.rows_between(top, bottom)
        self._draw_rails(layout, rows)
        for row in rows:
            if row.block >= 0:
                self._draw_heading(layout, row, width)
        chips = [row for row in rows if row.block < 0]
        self._draw_chips(layout, chips, hovered)
        self._draw_texts(layout, chips)
        if layout.table:
            self._draw_columns(layout, chips)
        if current >= 0:
            self._draw_ring(layout.rect(current))

    def _draw_rails(self, layout: TokenLayout, rows: list[Row]) -> None:
        """Draw the line that holds a turn together, in the colour of its section."""
        first, last = rows[0].first, max(row.end for row in rows)
        painter, theme = self._painter, self._theme
        painter.setPen(Qt.PenStyle.NoPen)
        for number, block in enumerate(layout.blocks):
            if block.end >= first and block.first <= last:
                head, end = layout.block_span(number)
                painter.setBrush(theme.colour(block.section, 0.55))
                painter.drawRoundedRect(QRectF(theme.px(2), head, theme.px(3), end - head), 1.5, 1.5)

    def _draw_heading(self, layout: TokenLayout, row: Row, width: float) -> None:
        theme, painter, block = self._theme, self._painter, layout.blocks[row.block]
        box = QRectF(theme.px(2), row.top, width, theme.px(20))
        font = theme.font(12, QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, block.title())
        box.setLeft(box.left() + QFontMetricsF(font).horizontalAdvance(block.title()) + theme.px(8))
        count = block.end - block.first
        painter.setFont(theme.font(12))
        painter.setPen(theme.colour("quiet"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, f"{count:,} token{'s' if count != 1 else ''}")

    def _draw_chips(self, layout: TokenLayout, rows: list[Row], hovered: int) -> None:
        painter, theme = self._painter, self._theme
        height, radius = theme.px(CHIP), theme.px(5)
        painter.setPen(Qt.PenStyle.NoPen)
        outlined = []
        for row in rows:
            for at in range(row.first, row.end):
                token = layout.tokens[at]
                box = QRectF(layout.lefts[at], row.top, layout.widths[at], height)
                if token.special:
                    outlined.append((box, token.section))
                    continue
                painter.setBrush(self._tint(token.section, 2 if at == hovered else at % 2))
                painter.drawRoundedRect(box, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for box, section in outlined:
            painter.setPen(QPen(theme.colour(section), 1))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    def _tint(self, section: str, shade: int) -> QColor:
        if (section, shade) not in self._brushes:
            tints = TINTS[self._theme.dark]
            alpha = tints[1] + HOVER if shade == 2 else tints[shade]
            self._brushes[section, shade] = self._theme.colour(section, alpha)
        return self._brushes[section, shade]

    def _draw_texts(self, layout: TokenLayout, rows: list[Row]) -> None:
        painter, shaped = self._painter, layout.measure.shaped
        painter.setPen(self._theme.colour("text"))
        baselines = [layout.measure.baseline(special) for special in (False, True)]
        for row in rows:
            for at in range(row.first, row.end):
                special = layout.tokens[at].special
                runs, ascent = shaped(layout.texts[at], special)
                origin = QPointF(layout.lefts[at] + layout.indents[at], row.top + baselines[special] - ascent)
                for run in runs:
                    painter.drawGlyphRun(origin, run)

    def _draw_columns(self, layout: TokenLayout, rows: list[Row]) -> None:
        """Draw number and id beside each chip of the table."""
        painter, theme, px = self._painter, self._theme, self._theme.px
        right_middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.setFont(theme.mono(12))
        painter.setPen(theme.colour("quiet"))
        for row in rows:
            id = str(layout.tokens[row.first].id)
            for right, text in ((px(RAIL) + px(NUMBER) - px(8), str(row.first + 1)), (layout.start - px(10), id)):
                painter.drawText(QRectF(0, row.top, right, px(CHIP)), right_middle, text)

    def _draw_ring(self, box: QRectF) -> None:
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.setPen(QPen(self._theme.colour("focus"), 2))
        radius = self._theme.px(6)
        self._painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), radius, radius)
