"""What the colours and underlines of the strip mean, with their limits."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from playground.gui.history.flow import Flow
from playground.gui.theme import Theme
from playground.gui.tokens.heat import Heat, draw_dot, underline
from playground.gui.tokens.measures import PATTERNS, Measure
from playground.gui.widgets.labels import label

CHANCE = "not the most probable"


class Legend(QWidget):
    """One key for each class of a measure, and one for the dot."""

    def __init__(self, theme: Theme, measure: Measure) -> None:
        super().__init__()
        self._keys = [_Key(theme, level) for level in range(len(PATTERNS))]
        self._dot = _Key(theme, -1)
        self._dot.words.setText(CHANCE)
        flow = Flow(self, theme.px(14))
        for key in (*self._keys, self._dot):
            flow.addWidget(key)
        self.show_measure(measure)

    def show_measure(self, measure: Measure) -> None:
        """Show the limits of another measure."""
        for key, words in zip(self._keys, measure.classes, strict=True):
            key.words.setText(words)
        classes = ", ".join(f"{words}: {pattern}" for words, pattern in zip(measure.classes, PATTERNS, strict=True))
        self.setAccessibleName("Legend")
        self.setAccessibleDescription(f"{measure.title}, {measure.about}. Underlines: {classes}. A dot: {CHANCE}.")
        self.setToolTip(f"{measure.title}: {measure.about}.")

    def texts(self) -> list[str]:
        return [key.words.text() for key in (*self._keys, self._dot)]


class _Key(QWidget):
    def __init__(self, theme: Theme, level: int) -> None:
        super().__init__()
        self.words: QLabel = label("", "small")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(_Swatch(theme, level))
        self._row.addWidget(self.words)
        self._row.setSpacing(theme.px(6))


class _Swatch(QWidget):
    """A piece of the scale with the underline of its class; level -1 shows the dot."""

    def __init__(self, theme: Theme, level: int) -> None:
        super().__init__()
        self._theme, self._level = theme, level
        theme.changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        self.setFixedSize(self._theme.px(26 if self._level >= 0 else 16), self._theme.px(24))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, level, heat = self._theme, self._level, Heat(self._theme)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0, theme.px(4), self.width(), theme.px(14))
        painter.setPen(theme.colour("line") if level <= 0 else Qt.PenStyle.NoPen)
        scale = QLinearGradient(box.topLeft(), box.topRight())
        scale.setColorAt(0, heat.colour(max(0, level) / 4))
        scale.setColorAt(1, heat.colour((level + 1) / 4))
        painter.setBrush(scale)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(3), theme.px(3))
        if level < 0:
            draw_dot(painter, box, theme, theme.colour("surface"))
        elif (pen := heat.pen(level)) is not None:
            painter.setPen(pen)
            underline(painter, box, theme)
