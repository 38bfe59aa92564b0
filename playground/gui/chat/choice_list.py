"""The choices as bars: how the probability divides among them, and what each has by itself."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.core.choices import ChoicesInfo
from playground.core.visible import visible
from playground.gui.theme import Theme
from playground.gui.tokens.words import percent

ROW, BAR = 40, 8  # pixels at 100 %
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class ChoiceList(QWidget):
    """Paints one measurement; the most probable choice stands out."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._info: ChoicesInfo | None = None
        self._stale = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Choices")
        theme.changed.connect(self._fit)

    @property
    def info(self) -> ChoicesInfo | None:
        """What is shown."""
        return self._info

    def show_info(self, info: ChoicesInfo | None) -> None:
        """Show a measurement, or nothing."""
        self._info, self._stale = info, False
        rows = zip(info.choices, info.shares(), strict=True) if info is not None else ()
        self.setAccessibleDescription("; ".join(f"{choice.text}: {percent(share)}" for choice, share in rows))
        self._fit()

    def fade(self) -> None:
        """Draw it pale: the prompt has changed, and the new numbers are on their way."""
        self._stale = True
        self.update()

    def sizeHint(self) -> QSize:
        count = len(self._info.choices) if self._info is not None else 0
        return QSize(self._theme.px(200), self._theme.px(ROW) * count)

    def _fit(self) -> None:
        self.setFixedHeight(max(1, self.sizeHint().height()))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._info is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(0.45 if self._stale else 1.0)
        shares = self._info.shares()
        high = self._theme.px(ROW)
        for at, (choice, share) in enumerate(zip(self._info.choices, shares, strict=True)):
            box = QRectF(0, at * high, self.width(), high)
            raw = f"{percent(choice.probability)} raw"
            self._draw_row(painter, box, visible(choice.text), share, raw, share == max(shares))

    def _draw_row(self, painter: QPainter, box: QRectF, text: str, share: float, raw: str, best: bool) -> None:
        theme, px = self._theme, self._theme.px
        line = QRectF(box.left(), box.top() + px(4), box.width(), px(18))
        font = theme.font(13)
        font.setBold(best)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        shown = percent(share)
        room = line.width() - px(140)
        painter.drawText(line, _LEFT, QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room))
        painter.drawText(line, _RIGHT, shown)
        painter.setFont(theme.font(11))
        painter.setPen(theme.colour("quiet"))
        painter.drawText(line.adjusted(0, 0, -px(62), 0), _RIGHT, raw)
        bar = QRectF(box.left(), line.bottom() + px(3), box.width(), px(BAR))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("pressed"))
        painter.drawRoundedRect(bar, px(BAR) / 2, px(BAR) / 2)
        if share > 0:
            bar.setWidth(max(px(BAR), bar.width() * share))
            painter.setBrush(theme.colour("accent" if best else "info"))
            painter.drawRoundedRect(bar, px(BAR) / 2, px(BAR) / 2)
