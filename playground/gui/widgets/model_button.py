"""The model picker of the top bar: which model answers, or how far it is loaded."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from playground.gui.icons import pixmap
from playground.gui.theme import Theme

WIDEST, NARROWEST = 420, 200
_DOTS = {"ready": "success", "loading": "accent", "failed": "danger", "none": "faint"}
_WORDS = {"ready": "loaded", "loading": "loading", "failed": "could not be loaded", "none": ""}


class ModelButton(QAbstractButton):
    """Looks like a drop-down. `set_state` says which model and in which state."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._state = "none"
        self._share: float | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self.updateGeometry)
        self.set_state("none", "Choose a model")

    def set_state(self, state: str, text: str, share: float | None = None) -> None:
        """`state`: none, loading, ready or failed; `share` is the loaded part while loading, if known."""
        self._state, self._share = state, share
        self.setText(text)
        self.setToolTip(f"{text}\nCtrl+M chooses another model")
        self.setAccessibleName(f"Model: {text}")
        self.setAccessibleDescription(_WORDS[state])
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        px = self._theme.px
        text = QFontMetrics(self._theme.font(13, QFont.Weight.Medium)).horizontalAdvance(self.text())
        return QSize(min(px(WIDEST), max(px(NARROWEST), text + px(70))), px(34))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(120), self._theme.px(34))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, px = self._theme, self._theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(theme.colour("focus" if self.hasFocus() else "line_strong"), 2 if self.hasFocus() else 1))
        painter.setBrush(theme.colour("hover" if self.underMouse() or self.isDown() else "raised"))
        painter.drawRoundedRect(box, px(9), px(9))
        if self._state == "loading":
            self._paint_progress(painter, box)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(_DOTS[self._state]))
        dot, middle = px(8), self.height() / 2
        painter.drawEllipse(QRectF(px(14), middle - dot / 2, dot, dot))
        painter.setFont(theme.font(13, QFont.Weight.Medium))
        painter.setPen(theme.colour("text" if self._state != "none" else "quiet"))
        words = QRectF(px(32), 0, self.width() - px(64), self.height())
        shown = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, int(words.width()))
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        side = px(14)
        arrow = pixmap("chevrons-up-down", theme, side, "quiet", self.devicePixelRatioF())
        painter.drawPixmap(self.width() - side - px(12), int(middle - side / 2), arrow)

    def _paint_progress(self, painter: QPainter, box: QRectF) -> None:
        """Fill the lower edge as far as the model is loaded."""
        theme = self._theme
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(box.left() + theme.px(9), box.bottom() - 3, box.width() - theme.px(18), 2)
        painter.fillRect(track, theme.colour("line"))
        track.setWidth(track.width() * (self._share if self._share is not None else 0.15))
        painter.fillRect(track, theme.colour("accent"))
        painter.restore()
