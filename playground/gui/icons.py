"""Icons drawn from the SVG files in the colours of the theme, sharp at every scale."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from playground.core.paths import resources
from playground.gui.theme import Theme

_STROKE = "1.75"  # a little lighter than the files, to match the weight of the text


def icon(name: str, theme: Theme, size: int = 16, role: str = "text", on: str = "accent_ink") -> QIcon:
    """Return the icon `name` in the colour `role` (`on` while checked). It follows the theme by itself."""
    return QIcon(_Engine(name, theme, size, role, on))


def pixmap(name: str, theme: Theme, size: int, role: str, ratio: float = 1.0, gap: int = 0) -> QPixmap:
    """Return the icon as a square picture of `size` pixels, for a screen with `ratio` dots per pixel.

    `gap` adds empty pixels at the right: room before the words of a button.
    """
    key = (name, role, size, ratio, gap)
    if key not in theme.pixmaps:
        theme.pixmaps[key] = _draw(name, theme.colour(role), size, ratio, gap)
    return theme.pixmaps[key]


def _draw(name: str, colour: QColor, size: int, ratio: float, gap: int) -> QPixmap:
    picture = QPixmap(round((size + gap) * ratio), round(size * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    source = (resources() / "icons" / f"{name}.svg").read_text("utf-8")
    source = source.replace("currentColor", colour.name()).replace('stroke-width="2"', f'stroke-width="{_STROKE}"')
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture


class _Engine(QIconEngine):
    """Looks the colour up when it paints, so that a theme switch needs no new icons."""

    def __init__(self, name: str, theme: Theme, size: int, role: str, on: str) -> None:
        super().__init__()
        self._spec = (name, theme, size, role, on)

    def clone(self) -> QIconEngine:
        return _Engine(*self._spec)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        ratio = painter.device().devicePixelRatioF()
        corner = rect.topLeft() + QPoint((rect.width() - side) // 2, (rect.height() - side) // 2)
        painter.drawPixmap(corner, self._picture(side, ratio, mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        side = min(size.width(), size.height())
        return self._picture(side, 1.0, mode, state, size.width() - side)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        # Older Qt hands over device pixels here, newer Qt logical ones: our own size tells which.
        side, own, gap = min(size.width(), size.height()), self._own(), max(0, size.width() - size.height())
        if side == round(own * scale):
            side, gap = own, round(gap / scale)
        return self._picture(side, scale, mode, state, gap)

    def _own(self) -> int:
        return self._spec[1].px(self._spec[2])

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        return size

    def availableSizes(self, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off) -> list[QSize]:
        return [QSize(self._own(), self._own())]

    def isNull(self) -> bool:
        return False

    def _picture(self, side: int, ratio: float, mode: QIcon.Mode, state: QIcon.State, gap: int = 0) -> QPixmap:
        name, theme, _, role, on = self._spec
        if mode == QIcon.Mode.Disabled:
            role = "faint"
        elif state == QIcon.State.On:
            role = on
        return pixmap(name, theme, max(1, side), role, ratio, gap)
