"""What an empty panel says: what it is for, and the button to begin."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from playground.gui.icons import pixmap
from playground.gui.theme import Theme
from playground.gui.widgets.buttons import Button
from playground.gui.widgets.labels import label

TEXT_WIDTH = 420


class EmptyState(QWidget):
    """An icon, a title, a sentence and buttons, in the middle."""

    def __init__(self, icon: str, title: str, text: str, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(title)
        self._sign = _Sign(icon, theme)
        self.title = label(title, "empty")
        self.text = label(text, "quiet", wrap=True)
        self.title.setWordWrap(True)
        for words in (self.title, self.text):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        theme.changed.connect(self._fit)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(theme.px(8))
        column = QVBoxLayout(self)
        column.setSpacing(theme.px(8))
        column.addStretch(2)
        column.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(theme.px(8))
        column.addWidget(self.title, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.text, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(theme.px(12))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(self._buttons)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(3)

    def set_words(self, title: str, text: str) -> None:
        """Say something else."""
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleName(title)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give wrapped words the height they need: a centred label does not ask for it by itself."""
        for words in (self.title, self.text):
            words.ensurePolished()
            words.setFixedWidth(self._theme.px(TEXT_WIDTH))
            words.setMinimumHeight(0)  # else the height so far would count as needed
            words.setMinimumHeight(words.heightForWidth(words.width()))

    def add_button(self, text: str, slot: Callable[[], object], kind: str = "primary", icon: str = "") -> Button:
        """Add a button; the first one should be the obvious thing to do."""
        button = Button(text, self._theme, kind, icon, slot=slot)
        self._buttons.addWidget(button)
        return button


class _Sign(QWidget):
    """The icon on a soft round ground."""

    def __init__(self, icon: str, theme: Theme) -> None:
        super().__init__()
        self._icon, self._theme = icon, theme
        self.setFixedSize(theme.px(64), theme.px(64))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("accent_soft"))
        painter.drawRoundedRect(self.rect(), self.width() * 0.3, self.width() * 0.3)
        side = self._theme.px(28)
        at = (self.width() - side) // 2
        painter.drawPixmap(at, at, pixmap(self._icon, self._theme, side, "accent_ink", self.devicePixelRatioF()))
