"""The small sign at the end of a row that says where its value comes from."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from playground.gui.theme import Theme

SOURCES = {
    "default": "The usual value.",
    "model": "From the model's own files.",
    "preset": "From the preset.",
    "you": "Set by you. Click to take the value back.",
}
"""Where a value can come from, in words."""


class SourceDot(QAbstractButton):
    """A sign for each source, told apart by its shape as well as its colour; a click resets."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self.source = theme, "default"
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_source(self, source: str, title: str) -> None:
        self.source = source
        self.setToolTip(SOURCES[source])
        self.setAccessibleName(f"Reset {title}")
        self.setAccessibleDescription(SOURCES[source])
        self.setEnabled(source in ("you", "preset"))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(14), self._theme.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or (self.underMouse() and self.isEnabled()):
            painter.setPen(QPen(theme.colour("focus"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("hover"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 3, -1, -3), 4, 4)
        side = theme.px(7)
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        roles = {"default": "faint", "model": "system", "preset": "history", "you": "accent"}
        colour = theme.colour(roles[self.source])
        painter.setPen(QPen(colour, 1.4) if self.source == "default" else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if self.source == "default" else colour)
        if self.source == "model":
            painter.drawRect(box)
        elif self.source == "preset":
            middle = box.center()
            reach = side * 0.65
            corners = [(0.0, -reach), (reach, 0.0), (0.0, reach), (-reach, 0.0)]
            points = [middle.__class__(middle.x() + dx, middle.y() + dy) for dx, dy in corners]
            painter.drawPolygon(QPolygonF(points))
        else:
            painter.drawEllipse(box)
