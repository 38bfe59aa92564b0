"""Section colours with a pattern each, so that colour is never the only sign."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from playground.gui.theme import Theme

STEP = 5.0  # pixels between two lines of a pattern at 100 %
_SLANT = {"context": (1,), "history": (-1,), "example": (1, -1), "template": (1,)}  # which way the lines lean
_DOTS = frozenset({"message"})


def draw_stretch(
    painter: QPainter, theme: Theme, box: QRectF, role: str, ground: QRectF, radius: float, *, is_room: bool = False
) -> None:
    """Fill `box` in the colour and pattern of a section, clipped to the rounded `ground`.

    What is only kept free (`is_room`) is drawn pale with upright lines.
    """
    clip = QPainterPath()
    clip.addRoundedRect(ground, radius, radius)
    painter.save()
    painter.setClipPath(clip)
    painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
    colour = theme.colour(role)
    painter.fillRect(box, theme.colour(role, 0.22) if is_room else colour)
    if box.width() < theme.px(STEP):  # too narrow for a pattern
        painter.restore()
        return
    marks = theme.colour(role, 0.75) if is_room else _marks_on(theme, colour)
    if is_room:
        _draw_lines(painter, theme, box, 0, marks)
    elif role in _DOTS:
        _draw_dots(painter, theme, box, marks)
    for lean in _SLANT.get(role, ()):
        _draw_lines(painter, theme, box, lean, marks)
    painter.restore()


def _marks_on(theme: Theme, colour: QColor) -> QColor:
    marks = QColor(theme.colour("surface"))
    marks.setAlphaF(0.55)
    return marks


def _draw_lines(painter: QPainter, theme: Theme, box: QRectF, lean: int, colour: QColor) -> None:
    step = theme.px(STEP)
    painter.setPen(QPen(colour, max(1.0, theme.zoom)))
    left = box.left() - (box.height() if lean else 0) + step / 2
    while left < box.right() + box.height():
        tops = (left + box.height(), left) if lean > 0 else (left, left + box.height()) if lean else (left, left)
        painter.drawLine(QPointF(tops[0], box.top()), QPointF(tops[1], box.bottom()))
        left += step


def _draw_dots(painter: QPainter, theme: Theme, box: QRectF, colour: QColor) -> None:
    step, radius = theme.px(STEP), max(0.9, theme.zoom)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    left = box.left() + step / 2
    while left < box.right():
        painter.drawEllipse(QPointF(left, box.center().y()), radius, radius)
        left += step
