"""Shortcuts drawn as small key caps."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from playground.gui.theme import Theme

_SHORT = {"Return": "Enter", "Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "PgUp": "Page ↑", "PgDown": "Page ↓"}


def caps_of(shortcut: str) -> tuple[str, ...]:
    """Return the words on the caps: "Ctrl+Shift++" gives Ctrl, Shift and +."""
    if not shortcut:
        return ()
    head, plus, last = (shortcut[:-1], True, "+") if shortcut.endswith("+") else (shortcut, False, "")
    keys = [key for key in head.split("+") if key]
    return tuple(_SHORT.get(key, key) for key in [*keys, *([last] if plus else [])])


def caps_width(theme: Theme, shortcut: str) -> float:
    """Return how wide the caps of a shortcut are drawn."""
    widths = [_cap_width(theme, cap) for cap in caps_of(shortcut)]
    return sum(widths) + theme.px(3) * max(0, len(widths) - 1)


def draw_caps(painter: QPainter, theme: Theme, right: float, middle: float, shortcut: str) -> None:
    """Draw the caps of a shortcut so that they end at `right`, around the height `middle`."""
    height, left = theme.px(19), right - caps_width(theme, shortcut)
    painter.setFont(theme.font(11, theme.font().weight().Medium))
    for cap in caps_of(shortcut):
        box = QRectF(left, round(middle - height / 2), _cap_width(theme, cap), height)
        _draw_cap(painter, theme, box, cap)
        left = box.right() + theme.px(3)


def _draw_cap(painter: QPainter, theme: Theme, box: QRectF, word: str) -> None:
    radius = theme.px(4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("line_strong"))  # the lower edge of the key
    painter.drawRoundedRect(box, radius, radius)
    face = box.adjusted(0.5, 0.5, -0.5, -1.5)
    painter.setPen(QPen(theme.colour("line_strong"), 1))
    painter.setBrush(theme.colour("sunken"))
    painter.drawRoundedRect(face, radius - 0.5, radius - 0.5)
    painter.setPen(theme.colour("quiet"))
    painter.drawText(face.translated(QPointF(0, 0.5)), Qt.AlignmentFlag.AlignCenter, word)


def _cap_width(theme: Theme, word: str) -> float:
    metrics = QFontMetricsF(theme.font(11, theme.font().weight().Medium))
    return float(max(theme.px(19), round(metrics.horizontalAdvance(word)) + theme.px(10)))
