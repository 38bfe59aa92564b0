"""A small curve along the answer: how probable its end was at each step, on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from playground.gui.theme import Theme
from playground.gui.tokens.end_scale import floor_of, height, levels, ticks
from playground.gui.tokens.ending import EndShare

HEIGHT = 112
LEFT, RIGHT, TOP, BOTTOM = 66, 12, 8, 26  # around the plot
SIGN = 5.0  # width of the sign for "below"


class EndCurve(QWidget):
    """Draws what is known: a line where the end was recorded, signs ▽ where it was below the recorded tokens."""

    chosen = Signal(int)  # a token, by a click
    hovered = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shares: Sequence[EndShare] = ()
        self._steps: Sequence[int] = ()
        self._floor = -3
        self._ended = False
        self._current = self._hover = -1
        self._picture: QPixmap | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Probability of the end, step by step")
        theme.changed.connect(self._fit)
        self._fit()

    def show_shares(self, shares: Sequence[EndShare], steps: Sequence[int], ended: bool) -> None:
        """Show another answer's chances to end; `ended` says that its last token was the end."""
        self._shares, self._steps, self._ended = shares, steps, ended
        self._floor = floor_of(shares)
        self._picture = None
        self.update()

    def set_current(self, token: int) -> None:
        """Mark the token that is chosen."""
        self._current = token
        self.update()

    def words(self, token: int) -> str:
        """Return what is known about one step."""
        return f"Step {self._steps[token] + 1:,}: the end {_had(self._shares[token])}."

    # --- places

    def _fit(self) -> None:
        self.setFixedHeight(self._theme.px(HEIGHT))
        self._picture = None
        self.update()

    def _plot(self) -> QRectF:
        px = self._theme.px
        return QRectF(self.rect()).adjusted(px(LEFT), px(TOP), -px(RIGHT), -px(BOTTOM))

    def place(self, token: int) -> QPointF:
        """Return where a step is drawn."""
        share = self._shares[token]
        value = share.low if share.is_known else share.high
        return QPointF(self._x(token), self._y(height(value, self._floor)))

    def _x(self, token: int) -> float:
        plot, last = self._plot(), len(self._shares) - 1
        return plot.left() + plot.width() * (token / last if last else 0.5)

    def _y(self, place: float) -> float:
        plot = self._plot()
        return plot.bottom() - plot.height() * place

    def token_at(self, x: float) -> int:
        """Return the nearest step, or -1."""
        plot, last = self._plot(), len(self._shares) - 1
        if last < 0 or not plot.left() - self._theme.px(6) <= x <= plot.right() + self._theme.px(6):
            return -1
        return min(last, max(0, round((x - plot.left()) / max(1.0, plot.width()) * last)))

    # --- the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (token := self.token_at(event.position().x())) >= 0:
            self.chosen.emit(token)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._set_hover(self.token_at(event.position().x()))

    def _set_hover(self, token: int) -> None:
        if token != self._hover:
            self._hover = token
            self.hovered.emit(token)
            self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            token = self.token_at(event.pos().x())
            QToolTip.showText(event.globalPos(), self.words(token) if token >= 0 else "", self)
            return True
        if event.type() == QEvent.Type.Leave:
            self._set_hover(-1)
        return super().event(event)

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._picture is None or self._picture.deviceIndependentSize().toSize() != self.size():
            self._picture = self._drawn()
        painter.drawPixmap(0, 0, self._picture)
        for token, role in ((self._hover, "faint"), (self._current, "focus")):
            if 0 <= token < len(self._shares):
                self._draw_mark(painter, token, self._theme.colour(role))

    def _drawn(self) -> QPixmap:
        """Return all that stays when another step is marked."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap((QSizeF(self.size()) * ratio).toSize())
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_frame(painter)
        self._draw_steps(painter)
        self._draw_signs(painter)
        self._draw_line(painter)
        painter.end()
        return picture

    def _draw_frame(self, painter: QPainter) -> None:
        theme, plot = self._theme, self._plot()
        painter.setFont(theme.font(11))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for place, words in levels(self._floor):
            y = round(self._y(place)) + 0.5
            painter.setPen(theme.colour("line"))
            painter.drawLine(QLineF(plot.left(), y, plot.right(), y))
            painter.setPen(theme.colour("quiet"))
            painter.drawText(QRectF(0, y - theme.px(8), plot.left() - theme.px(8), theme.px(16)), right, words)

    def _draw_steps(self, painter: QPainter) -> None:
        theme, plot = self._theme, self._plot()
        painter.setFont(theme.font(11))
        painter.setPen(theme.colour("quiet"))
        for step in ticks(self._steps):
            x = self._x(min(len(self._steps) - 1, step - 1 - self._steps[0]))
            words = f"step {step:,}" if step == self._steps[0] + 1 else f"{step:,}"
            width = painter.fontMetrics().horizontalAdvance(words) + 2
            box = QRectF(x - width / 2, plot.bottom() + theme.px(9), width, theme.px(15))
            box.moveRight(min(box.right(), self.width() - 1))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)

    def _draw_mark(self, painter: QPainter, token: int, colour: QColor) -> None:
        plot, x = self._plot(), self._x(token)
        painter.setPen(QPen(colour, max(1.0, self._theme.zoom)))
        painter.drawLine(QLineF(x, plot.top(), x, plot.bottom()))

    def _draw_signs(self, painter: QPainter) -> None:
        """Draw ▽ where only a limit is known; where steps lie close, a pale line at the limit says the same."""
        theme = self._theme
        side = SIGN * theme.zoom
        narrow = len(self._shares) > 1 and self._plot().width() / (len(self._shares) - 1) < side + 1
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("quiet"), max(1.0, theme.zoom)))
        for token, share in enumerate(self._shares):
            if self._is_drawn(share) or math.isnan(share.high):
                continue
            at = self.place(token)
            if narrow:
                painter.drawLine(QLineF(at.x(), at.y(), at.x(), at.y() + theme.px(2)))
            else:
                tip = QPointF(0, side * 0.9)
                painter.drawPolygon(QPolygonF([at - QPointF(side / 2, 0), at + QPointF(side / 2, 0), at + tip]))

    def _is_drawn(self, share: EndShare) -> bool:
        """Say whether a share is known and not too small for the scale."""
        return share.is_known and share.low >= 10.0**self._floor

    def _draw_line(self, painter: QPainter) -> None:
        theme, before = self._theme, -2
        ink = theme.colour("accent_ink")
        for token, share in enumerate(self._shares):
            if not self._is_drawn(share):
                continue
            at = self.place(token)
            if before == token - 1:
                painter.setPen(QPen(ink, 1.4 * theme.zoom))
                painter.drawLine(QLineF(self.place(before), at))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            is_end = self._ended and token == len(self._shares) - 1
            radius = theme.zoom * (4.0 if is_end else 1.7)
            painter.drawEllipse(at, radius, radius)
            before = token


def _had(share: EndShare) -> str:
    words = share.words()
    return f"was {words}" if words.startswith("below") else f"had {words}" if share.is_known else f"– {words}"
