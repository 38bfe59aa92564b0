"""The context limit made visible: one thin bar of what fills it, with the numbers below."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.core.facts import PromptInfo
from playground.gui.icons import pixmap
from playground.gui.theme import Theme
from playground.gui.widgets.context_parts import Part, Parts, parts_of
from playground.gui.widgets.patterns import draw_stretch

BAR, THIN_BAR = 10, 4  # heights in pixels at 100 %
CELL = 136  # narrowest column of the legend
GAP = 14  # between two columns


class ContextBar(QWidget):
    """Draws the parts of a prompt in the colours and patterns of their sections."""

    def __init__(self, theme: Theme, compact: bool = False) -> None:
        super().__init__()
        self._theme, self._compact = theme, compact
        self._parts: Parts | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Context")
        theme.changed.connect(self._on_theme)
        self._on_theme()

    def set_prompt(self, info: PromptInfo | None, room: int) -> None:
        """Show how a prompt fills the context, with `room` tokens for the answer (0: all that is left).

        None shows nothing; the height stays.
        """
        self._parts = None if info is None else parts_of(info, room)
        self.setToolTip("" if self._parts is None else _tip(self._parts))
        self.setAccessibleDescription("" if self._parts is None else self._parts.sentence())
        self.update()

    # --- size

    def height_at(self, width: int) -> int:
        """Return the height at a width; what is shown does not change it."""
        px = self._theme.px
        if self._compact:
            return px(THIN_BAR) + px(5) + self._line()
        return self._line() + px(7) + px(BAR) + px(9) + self._legend_rows(width) * self._legend_line()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(2 * CELL), self.height_at(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(120), self.height_at(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFixedHeight(self.height_at(self.width()))

    def _line(self) -> int:
        return round(QFontMetricsF(self._theme.font(12)).height())

    def _legend_line(self) -> int:
        return self._line() + self._theme.px(5)

    def _columns(self, width: int) -> int:
        px = self._theme.px
        return next(n for n in (6, 3, 2, 1) if n == 1 or (width + px(GAP)) / n >= px(CELL) + px(GAP))

    def _legend_rows(self, width: int) -> int:
        return -(-6 // self._columns(width))

    # --- paint

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._parts is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        px, width = self._theme.px, float(self.width())
        if self._compact:
            self._draw_bar(painter, QRectF(0, 0, width, px(THIN_BAR)), self._parts)
            self._draw_line(painter, QRectF(0, px(THIN_BAR) + px(5), width, self._line()), self._parts)
            return
        self._draw_head(painter, QRectF(0, 0, width, self._line()), self._parts)
        bar = QRectF(0, self._line() + px(7), width, px(BAR))
        self._draw_bar(painter, bar, self._parts)
        self._draw_legend(painter, bar.bottom() + px(9), self._parts)

    def _draw_bar(self, painter: QPainter, box: QRectF, parts: Parts) -> None:
        left, gap = box.left(), 1.0
        radius = min(box.height() / 2, self._theme.px(3))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("pressed"))
        painter.drawRoundedRect(box, radius, radius)
        shown = [part for part in parts.parts if part.tokens]
        widths = _widths([part.tokens for part in shown], parts.scale, box.width(), self._theme.px(3))
        for part, width in zip(shown, widths, strict=True):
            stretch = QRectF(left, box.top(), max(1.0, width - gap), box.height())
            draw_stretch(painter, self._theme, stretch, part.role, box, radius, is_room=part.is_room)
            left += width

    def _draw_head(self, painter: QPainter, box: QRectF, parts: Parts) -> None:
        theme = self._theme
        total = parts.total_words()
        font = theme.font(12, QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, total)
        used = QFontMetricsF(font).horizontalAdvance(total)
        rest = box.adjusted(used + theme.px(10), 0, 0, 0)
        if parts.left_out:
            self._draw_warning(painter, rest, parts.warnings())
        elif parts.length:
            painter.setFont(theme.font(12))
            painter.setPen(theme.colour("quiet"))
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, _percent(parts))

    def _draw_warning(self, painter: QPainter, box: QRectF, words: Sequence[str]) -> float:
        """Draw the warning at the right end of the box; return where it starts."""
        theme, side = self._theme, self._theme.px(14)
        font = theme.font(12, QFont.Weight.Medium)
        metrics = QFontMetricsF(font)
        shown = _that_fits(metrics, words, box.width() - side - theme.px(5))
        left = box.right() - metrics.horizontalAdvance(shown)
        painter.setFont(font)
        painter.setPen(theme.colour("warning"))
        right_part = QRectF(left, box.top(), box.right() - left + 1, box.height())
        painter.drawText(right_part, Qt.AlignmentFlag.AlignVCenter, shown)
        start = left - side - theme.px(5)
        picture = pixmap("triangle-alert", theme, side, "warning", self.devicePixelRatioF())
        painter.drawPixmap(QPointF(start, round(box.center().y() - side / 2)), picture)
        return start

    def _draw_line(self, painter: QPainter, box: QRectF, parts: Parts) -> None:
        theme = self._theme
        font = theme.font(12)
        metrics = QFontMetricsF(font)
        if parts.left_out:
            least = metrics.horizontalAdvance(parts.line_words()[-1]) + theme.px(12)
            box.setRight(self._draw_warning(painter, box.adjusted(least, 0, 0, 0), parts.warnings()) - theme.px(12))
        painter.setFont(font)
        painter.setPen(theme.colour("quiet"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, _that_fits(metrics, parts.line_words(), box.width()))

    def _draw_legend(self, painter: QPainter, top: float, parts: Parts) -> None:
        columns = self._columns(self.width())
        gap = self._theme.px(GAP)
        cell = (self.width() - gap * (columns - 1)) / columns
        for at, part in enumerate(_legend(parts)):
            left = (at % columns) * (cell + gap)
            box = QRectF(left, top + (at // columns) * self._legend_line(), cell, self._line())
            self._draw_entry(painter, box, part)

    def _draw_entry(self, painter: QPainter, box: QRectF, part: Part) -> None:
        theme, side = self._theme, self._theme.px(10)
        swatch = QRectF(box.left(), round(box.center().y() - side / 2), side, side)
        painter.setOpacity(1.0 if part.tokens else 0.35)
        draw_stretch(painter, theme, swatch, part.role, swatch, theme.px(2), is_room=part.is_room)
        painter.setOpacity(1.0)
        count, font = f"{part.tokens:,}", theme.font(12)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(theme.colour("quiet"))
        words = box.adjusted(side + theme.px(7), 0, 0, 0)
        room = words.width() - metrics.horizontalAdvance(count) - theme.px(4)
        name = _that_fits(metrics, (part.name, part.short.capitalize()), room)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(theme.colour("text" if part.tokens else "quiet"))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, count)

    def _on_theme(self) -> None:
        self.setFixedHeight(self.height_at(self.width()))
        self.update()


def _that_fits(metrics: QFontMetricsF, texts: Sequence[str], width: float) -> str:
    """Return the first text that has room, else the last one shortened."""
    fitting = (text for text in texts if metrics.horizontalAdvance(text) <= width)
    return next(fitting, metrics.elidedText(texts[-1], Qt.TextElideMode.ElideRight, width))


def _legend(parts: Parts) -> list[Part]:
    """Return the six entries of the legend; what the answer begins with stands in the tooltip only."""
    return [part for part in parts.parts if part.role != "reply" or part.is_room]


def _percent(parts: Parts) -> str:
    share = 100 * parts.used / max(1, parts.length)
    return f"{share:.1f} %" if share < 10 else f"{share:.0f} %"


def _widths(counts: list[int], scale: int, width: float, least: float) -> list[float]:
    """Return how wide each part is drawn: never less than `least`, never more than `width` together."""
    wanted = [max(least, count / scale * width) for count in counts]
    over = sum(wanted) - width
    spare = sum(max(0.0, w - least) for w in wanted)
    if over <= 0 or spare <= 0:
        return wanted
    return [w - over * max(0.0, w - least) / spare for w in wanted]


def _tip(parts: Parts) -> str:
    """Return all numbers as a small table."""
    free = max(0, parts.length - parts.used - sum(part.tokens for part in parts.parts if part.is_room))
    rows = [(part.name, part.tokens) for part in parts.parts if part.tokens]
    rows += [("Free", free)] if parts.length else []
    cells = "".join(
        f"<tr><td>{escape(name)}</td><td align='right' style='padding-left: 16px'>{tokens:,}</td>"
        f"<td align='right' style='padding-left: 12px'>{100 * parts.share(tokens):.1f} %</td></tr>"
        for name, tokens in rows
    )
    warning = f"<br>{escape(parts.warnings()[0])}" if parts.left_out else ""
    return f"<b>{escape(parts.total_words())}</b><table>{cells}</table>{warning}"
