"""The tokens that could have been written at a step, as rows with bars."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.gui.theme import Theme
from playground.gui.tokens.answer import Alternative
from playground.gui.tokens.words import percent

ROW = 24
NUMBER, SHARE = 26, 62  # widths of the columns at both ends
TIP = "Click a token, or press Enter on it: the answer goes on from it as another version."
SPOKEN = 10  # rows that a screen reader is told


class Alternatives(QWidget):
    """Paints the rows that can be seen; ↑ and ↓ walk through them."""

    reached = Signal(float, float)  # top and bottom of the row the keyboard stands on
    wanted = Signal(int)  # the token to go on with: a row was clicked, or Enter pressed on it

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: Sequence[Alternative] = ()
        self.current = -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(TIP)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._fit)
        self.show_rows(())

    def show_rows(self, rows: Sequence[Alternative]) -> None:
        """Show the alternatives of another token."""
        self._rows, self.current = rows, -1
        self._describe()
        self._fit()

    def rows(self) -> Sequence[Alternative]:
        return self._rows

    def _fit(self) -> None:
        high = self._theme.px(ROW) * max(1, len(self._rows))
        if high != self.height():
            self.setFixedHeight(high)
        self.update()

    def _describe(self) -> None:
        self.setAccessibleName("Alternatives")
        if self.current >= 0:
            self.setAccessibleName(f"Alternative {_spoken(self._rows[self.current])}")
        self.setAccessibleDescription("; ".join(_spoken(row) for row in self._rows[:SPOKEN]) or "None are recorded")

    # --- the keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._rows) - 1
        at = max(0, self.current)
        targets = {
            Qt.Key.Key_Down: min(last, self.current + 1),
            Qt.Key.Key_Up: max(0, at - 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
            Qt.Key.Key_PageDown: min(last, at + 10),
            Qt.Key.Key_PageUp: max(0, at - 10),
        }
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= self.current <= last:
            self.wanted.emit(self._rows[self.current].id)
            return
        target = targets.get(Qt.Key(event.key()))
        if target is None or last < 0:
            super().keyPressEvent(event)
            return
        self._go(target)

    def _go(self, row: int) -> None:
        self.current = row
        self._describe()
        high = self._theme.px(ROW)
        self.reached.emit(row * high, (row + 1) * high)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = int(event.position().y()) // self._theme.px(ROW)
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and inside and 0 <= at < len(self._rows):
            self.wanted.emit(self._rows[at].id)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._rows and self.current < 0:
            self._go(0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.current = -1
        self._describe()
        self.update()

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        high, area = theme.px(ROW), event.rect()
        if not self._rows:
            painter.setPen(theme.colour("quiet"))
            painter.setFont(theme.font(12))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter), "None are recorded.")
            return
        for at in range(max(0, area.top() // high), min(len(self._rows), area.bottom() // high + 1)):
            self._draw_row(painter, QRectF(0, at * high, self.width(), high), self._rows[at])
        if self.current >= 0 and self.hasFocus():
            painter.setPen(QPen(theme.colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            box = QRectF(0, self.current * high, self.width(), high).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(box, theme.px(4), theme.px(4))

    def _draw_row(self, painter: QPainter, box: QRectF, row: Alternative) -> None:
        theme, px = self._theme, self._theme.px
        inside = box.adjusted(px(NUMBER), px(2), -px(SHARE), -px(2))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent_soft" if row.chosen else "hover"))
        bar = QRectF(inside.left(), inside.top(), max(2.0, inside.width() * min(1.0, row.share)), inside.height())
        if row.share == row.share:  # a number
            painter.drawRoundedRect(bar, px(3), px(3))
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(theme.font(11))
        painter.setPen(theme.colour("quiet"))
        number = QRectF(box.left(), box.top(), px(NUMBER) - px(6), box.height())
        painter.drawText(number, middle | int(Qt.AlignmentFlag.AlignRight), f"{row.rank:,}" if row.rank < 1000 else "…")
        painter.setFont(theme.font(12, QFont.Weight.DemiBold if row.chosen else QFont.Weight.Normal))
        painter.setPen(theme.colour("accent_ink" if row.chosen else "text"))
        share = QRectF(inside.right(), box.top(), px(SHARE) - px(2), box.height())
        painter.drawText(share, middle | int(Qt.AlignmentFlag.AlignRight), percent(row.share))
        words = inside.adjusted(px(7), 0, -px(4), 0)
        if row.chosen:
            painter.setBrush(theme.colour("accent_ink"))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QRectF(words.left(), box.center().y() - px(3), px(6), px(6)))
            words.setLeft(words.left() + px(12))
        quiet = row.text is None and not row.chosen
        painter.setPen(theme.colour("accent_ink" if row.chosen else "quiet" if quiet else "text"))
        painter.setFont(theme.font(13, QFont.Weight.DemiBold if row.chosen else QFont.Weight.Normal))
        cut = painter.fontMetrics().elidedText(row.words(), Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, middle, cut)


def _spoken(row: Alternative) -> str:
    return f"{row.rank}, {row.words()}, {percent(row.share)} raw{', chosen' if row.chosen else ''}"
