"""One hue from pale to strong: lightness alone tells the scale, and the text colour can be read on all of it."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from playground.gui.theme import Theme

STEPS = 48
_STOPS = ("heat_low", "heat_mid", "heat_high")
_DASHES = {1: (1.0, 1.6), 2: (3.0, 1.8)}  # in widths of the line: dotted, dashed


class Heat:
    """The colours of the scale in the present theme; made anew when the theme changes."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._shades = [_mixed(theme, step / STEPS) for step in range(STEPS + 1)]
        self.unknown = theme.colour("hover")

    def colour(self, position: float) -> QColor:
        """Return the colour of a place on the scale; NaN has one of its own."""
        return self.unknown if math.isnan(position) else self._shades[round(position * STEPS)]

    def pen(self, level: int) -> QPen | None:
        """Return what underlines a class: nothing, dots, dashes or a line."""
        if level <= 0:
            return None
        pen = QPen(self._theme.colour("text", 0.8), max(1.5, 1.8 * self._theme.zoom))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if level in _DASHES:
            pen.setDashPattern(list(_DASHES[level]))
        return pen


def underline(painter: QPainter, box: QRectF, theme: Theme) -> None:
    """Draw the line of the painter's pen below a chip."""
    y = box.bottom() + theme.px(2.5)
    painter.drawLine(QLineF(box.left() + 1, y, box.right() - 1, y))


def draw_dot(painter: QPainter, box: QRectF, theme: Theme, ground: QColor) -> None:
    """Mark a chip: another token was more probable."""
    radius = 2.6 * theme.zoom
    painter.setPen(QPen(ground, max(1.0, theme.zoom)))
    painter.setBrush(theme.colour("text"))
    painter.drawEllipse(QPointF(box.right() - theme.px(3), box.top() + 0.5), radius, radius)


def _mixed(theme: Theme, position: float) -> QColor:
    """Return the colour between the stops, straight from one to the next."""
    at = position * (len(_STOPS) - 1)
    first = min(int(at), len(_STOPS) - 2)
    one, other, share = theme.colour(_STOPS[first]), theme.colour(_STOPS[first + 1]), at - first
    parts = zip(one.getRgbF()[:3], other.getRgbF()[:3], strict=True)  # type: ignore[index]
    return QColor.fromRgbF(*(a + (b - a) * share for a, b in parts))
