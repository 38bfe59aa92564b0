"""A button that offers a whole sentence, on as many lines as it needs."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QStylePainter

from playground.gui.theme import Theme

_FLAGS = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)


class PromptCard(QPushButton):
    """Has the size it is given; `height_for` says what its words need."""

    def __init__(self, text: str, theme: Theme) -> None:
        super().__init__(text)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)

    def height_for(self, width: int) -> int:
        """Return how high the words need it to be, in pixels."""
        self.ensurePolished()
        room = QRect(0, 0, width - 2 * self._theme.px(12), 10_000)
        return self.fontMetrics().boundingRect(room, _FLAGS, self.text()).height() + 2 * self._theme.px(9)

    def sizeHint(self) -> QSize:
        return self.size()

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.setPen(self._theme.colour("text" if self.isEnabled() else "faint"))
        side = self._theme.px(12)
        painter.drawText(self.rect().adjusted(side, 0, -side, 0), _FLAGS, self.text())
