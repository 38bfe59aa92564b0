"""The prompt cache made visible: one quiet line of what is kept from before, what is read, and what is written."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.gui.theme import Theme
from playground.gui.widgets.cache_parts import CacheUse, Look
from playground.gui.widgets.patterns import draw_stretch

TIP = (
    "The prompt cache keeps what the model worked out while it read a prompt. "
    "When the next prompt begins with the same tokens, that beginning is not read again, and the answer starts sooner."
)
BAR, HEIGHT, SWATCH = 120, 8, 8  # pixels at 100 %
GAP = 10  # between two pieces of text
LEAST = 3.0  # no part is drawn narrower
_ROLES: dict[Look, str] = {"kept": "info", "read": "message", "unread": "message", "written": "template"}
"""Solid, dotted, pale with upright lines, slanted: told apart by their patterns alone."""


class CacheBar(QWidget):
    """Draws a `CacheUse`: a small bar, and the words for each of its parts with a swatch of its look."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._use: CacheUse | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Prompt cache")
        self.setToolTip(TIP)
        theme.changed.connect(self._on_theme)
        self._on_theme()
        self.hide()

    @property
    def use(self) -> CacheUse | None:
        """What is shown."""
        return self._use

    def show_use(self, use: CacheUse | None) -> None:
        """Show other numbers; None hides the line."""
        self._use = use
        self.setAccessibleDescription("" if use is None else use.sentence())
        self.setVisible(use is not None)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(3 * BAR), self._line())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(BAR), self._line())

    def _line(self) -> int:
        return round(QFontMetricsF(self._theme.font(12)).height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._use is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        px, height = self._theme.px, self._theme.px(HEIGHT)
        top = round((self.height() - height) / 2)
        self._draw_bar(painter, QRectF(0, top, px(BAR), height), self._use)
        self._draw_words(painter, QRectF(self.rect()).adjusted(px(BAR) + px(GAP), 0, 0, 0), self._use)

    def _draw_bar(self, painter: QPainter, box: QRectF, use: CacheUse) -> None:
        radius = self._theme.px(3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("pressed"))
        painter.drawRoundedRect(box, radius, radius)
        left = box.left()
        for (look, _), width in zip(use.parts(), widths(use, box.width(), self._theme.px(LEAST)), strict=True):
            self._draw_part(painter, QRectF(left, box.top(), max(1.0, width - 1), box.height()), look, box, radius)
            left += width

    def _draw_part(self, painter: QPainter, box: QRectF, look: Look, ground: QRectF, radius: float) -> None:
        if look in _ROLES:
            draw_stretch(painter, self._theme, box, _ROLES[look], ground, radius, is_room=look == "unread")

    def _draw_words(self, painter: QPainter, box: QRectF, use: CacheUse) -> None:
        theme, font = self._theme, self._theme.font(12)
        metrics, side = QFontMetricsF(font), self._theme.px(SWATCH)
        left = box.left()
        for look, text in use.words():
            if look in _ROLES:
                swatch = QRectF(left, round(box.center().y() - side / 2), side, side)
                self._draw_part(painter, swatch, look, swatch, theme.px(2))
                left += side + theme.px(5)
            painter.setFont(font)
            painter.setPen(theme.colour("quiet"))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, box.right() - left))
            painter.drawText(QRectF(left, box.top(), box.right() - left, box.height()), _LEFT, shown)
            left += metrics.horizontalAdvance(text) + theme.px(GAP)

    def _on_theme(self) -> None:
        self.setFixedHeight(self._line())
        self.update()


_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


def widths(use: CacheUse, width: float, least: float) -> list[float]:
    """Return how wide each part is drawn: by its share, never less than `least`, all together the whole width."""
    counts = [tokens for _, tokens in use.parts()]
    wanted = [max(least, count / sum(counts) * width) for count in counts]
    spare = sum(w - least for w in wanted)
    over = sum(wanted) - width
    return [w - over * (w - least) / spare for w in wanted] if spare > 0 else wanted
