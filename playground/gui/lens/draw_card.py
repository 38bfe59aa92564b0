"""The last card: the draw. Each token's probability and luck, and who had the highest sum."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from playground.core.lens import Lot, StepLook
from playground.gui.lens.rows import ROWS
from playground.gui.lens.stage_card import Card, Names
from playground.gui.theme import Theme
from playground.gui.tokens.words import percent

_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
NAME, NUMBER = 84, 44  # pixels at 100 %
TIP = (
    "Each token that is left gets its log-probability and a random number (Gumbel noise of the seed, the step and the "
    "token). The highest sum wins: that draws every token exactly as often as its probability says."
)


class DrawCard(Card):
    """Who won the draw."""

    def __init__(self, theme: Theme, look: StepLook, names: Names) -> None:
        super().__init__(theme, "The draw")
        self._look, self._names = look, names
        self.setToolTip(TIP)
        self.setAccessibleName("The draw")
        if look.lots:
            best = look.lots[0]
            self.setAccessibleDescription(
                f"{names(best.id)} won with {percent(best.probability)} after samplers and a luck of {best.noise:+.1f}"
            )

    def draw(self, painter: QPainter, inner: QRectF) -> None:
        lots = self._look.lots[:ROWS]
        alone = len(self._look.lots) == 1
        words = "only one token is left" if alone else "log-probability + luck = sum"
        self.words(painter, self.row(inner, 1), words, "quiet")
        if not alone:
            self._heads(painter, self.row(inner, 2))
        for number, lot in enumerate(lots):
            self._draw_lot(painter, self.row(inner, number + 3.2), lot, wins=number == 0)

    def _heads(self, painter: QPainter, box: QRectF) -> None:
        painter.setFont(self.theme.font(11))
        painter.setPen(self.theme.colour("faint"))
        for place, word in enumerate(("luck", "sum")):
            painter.drawText(self._cell(box, place), _RIGHT, word)

    def _cell(self, box: QRectF, place: int) -> QRectF:
        px = self.theme.px
        return QRectF(box.right() - (2 - place) * px(NUMBER), box.top(), px(NUMBER), box.height())

    def _draw_lot(self, painter: QPainter, box: QRectF, lot: Lot, wins: bool) -> None:
        px = self.theme.px
        if wins:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.colour("success_soft"))
            painter.drawRoundedRect(box.adjusted(-px(4), 0, px(4), 0), px(4), px(4))
        font = self.theme.mono(12)
        font.setBold(wins)
        painter.setFont(font)
        painter.setPen(self.theme.colour("success" if wins else "text"))
        name = QRectF(box.left(), box.top(), px(NAME), box.height())
        text = ("✓ " if wins else "") + self._names(lot.id)
        painter.drawText(name, _LEFT, QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, name.width()))
        painter.setFont(self.theme.font(11))
        painter.setPen(self.theme.colour("quiet"))
        for place, value in enumerate((lot.noise, lot.total)):
            painter.drawText(self._cell(box, place), _RIGHT, f"{value:+.1f}")
