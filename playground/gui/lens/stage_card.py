"""A card for one stage of the chain: the tokens before it, what it left of them, and the line where it cut."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.core.lens import StageLook
from playground.gui.lens.rows import ROWS, Line, counted, entropy, lines_of, mass
from playground.gui.theme import Theme
from playground.gui.tokens.words import percent

WIDTH, ROW, PAD, NAME, SHARE = 192, 19, 10, 74, 52  # pixels at 100 %
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight

Names = Callable[[int], str]
"""What a token is called, by its id."""


class Card(QWidget):
    """A frame with a title; what is inside is drawn by its kind."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self.theme, self.title = theme, title
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        px = self.theme.px
        return QSize(px(WIDTH), px(2 * PAD + (ROWS + 4) * ROW + 6))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(self.theme.colour("line"), 1))
        painter.setBrush(self.theme.colour("surface"))
        painter.drawRoundedRect(box, self.theme.px(8), self.theme.px(8))
        pad = self.theme.px(PAD)
        inner = box.adjusted(pad, pad, -pad, -pad)
        self.words(painter, self.row(inner, 0), self.title, "text", bold=True)
        self.draw(painter, inner)

    def draw(self, painter: QPainter, inner: QRectF) -> None:
        raise NotImplementedError

    def row(self, inner: QRectF, number: float) -> QRectF:
        height = self.theme.px(ROW)
        return QRectF(inner.left(), inner.top() + number * height, inner.width(), height)

    def words(self, painter: QPainter, box: QRectF, text: str, colour: str, *, bold: bool = False) -> None:
        font = self.theme.font(13 if bold else 12, QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(self.theme.colour(colour))
        painter.drawText(box, _LEFT, QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width()))


class StageCard(Card):
    """What one stage did."""

    def __init__(self, theme: Theme, look: StageLook, names: Names) -> None:
        super().__init__(theme, look.words[:1].upper() + look.words[1:])
        self._look, self._names = look, names
        self._lines = lines_of(look)
        self.setAccessibleName(self.title)
        self.setAccessibleDescription(". ".join((counted(look), mass(look), entropy(look))))
        self.setToolTip(f"{self.title}: {counted(look)}; {mass(look)}; {entropy(look)}")

    def draw(self, painter: QPainter, inner: QRectF) -> None:
        look = self._look
        self.words(painter, self.row(inner, 1), counted(look), "quiet")
        self.words(painter, self.row(inner, 2), mass(look), "quiet")
        most = max((max(seen.before, seen.after) for seen in look.tokens), default=1.0)
        for number, line in enumerate(self._lines):
            self._draw_line(painter, self.row(inner, number + 3.2), line, most)
        self.words(painter, self.row(inner, ROWS + 3.4), entropy(look), "quiet")

    def _draw_line(self, painter: QPainter, box: QRectF, line: Line, most: float) -> None:
        if line.seen is not None:
            self._draw_token(painter, box, line, most)
        elif line.gap:
            self.words(painter, box, f"… {line.gap:,} more", "faint")
        else:
            self._draw_limit(painter, box, line.limit)

    def _draw_token(self, painter: QPainter, box: QRectF, line: Line, most: float) -> None:
        seen, px = line.seen, self.theme.px
        assert seen is not None
        font = self.theme.mono(12)
        font.setStrikeOut(seen.after <= 0)
        painter.setFont(font)
        painter.setPen(self.theme.colour("text" if seen.after > 0 else "faint"))
        name = QRectF(box.left(), box.top(), px(NAME), box.height())
        shown = QFontMetricsF(font).elidedText(self._names(seen.id), Qt.TextElideMode.ElideRight, name.width())
        painter.drawText(name, _LEFT, shown)
        room = QRectF(name.right() + px(6), box.top(), box.right() - name.right() - px(6 + SHARE), box.height())
        thick = px(7)
        top = round(box.center().y() - thick / 2)
        before = QRectF(room.left(), top, max(1.0, room.width() * seen.before / most), thick)
        after = QRectF(room.left(), top, room.width() * seen.after / most, thick)
        painter.setPen(QPen(self.theme.colour("faint"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(before)
        if seen.after > 0:
            painter.fillRect(after.adjusted(-0.5, -0.5, 0.5, 0.5), self.theme.colour("info"))
        painter.setFont(self.theme.font(11))
        painter.setPen(self.theme.colour("quiet" if seen.after > 0 else "faint"))
        value = QRectF(box.right() - px(SHARE), box.top(), px(SHARE), box.height())
        painter.drawText(value, _RIGHT, percent(seen.after if seen.after > 0 else seen.before))

    def _draw_limit(self, painter: QPainter, box: QRectF, limit: float) -> None:
        words = f"limit {percent(limit)}"
        font = self.theme.font(11)
        width = QFontMetricsF(font).horizontalAdvance(words) + self.theme.px(6)
        painter.setPen(QPen(self.theme.colour("danger"), 1.5, Qt.PenStyle.DashLine))
        middle = round(box.center().y())
        painter.drawLine(QPointF(box.left(), middle), QPointF(box.right() - width, middle))
        painter.setFont(font)
        painter.setPen(self.theme.colour("danger"))
        painter.drawText(box, _RIGHT, words)
