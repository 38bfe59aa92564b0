"""The narrow bar of panels at the left edge."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from playground.gui.icons import pixmap
from playground.gui.theme import Theme

WIDTH = 76


class SideBar(QWidget):
    """One button for each panel; exactly one is chosen."""

    chosen = Signal(str)  # by the user

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._buttons: dict[str, _PanelButton] = {}
        self._group = QButtonGroup(self)
        self.setProperty("ground", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Panels")
        self._upper, self._lower = QVBoxLayout(), QVBoxLayout()
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._upper)
        self._column.addStretch(1)
        self._column.addLayout(self._lower)
        theme.changed.connect(self._on_theme)
        self._on_theme()

    def add(self, name: str, title: str, icon: str, *, bottom: bool = False, tip: str = "") -> None:
        """Add a panel: `name` is what `chosen` tells, `icon` a file of resources/icons."""
        button = _PanelButton(title, icon, self._theme)
        button.setToolTip(tip or title)
        button.setObjectName(f"panel.{name}")
        button.clicked.connect(lambda: self.chosen.emit(name))
        button.moved.connect(lambda step: self._move(name, step))
        self._buttons[name] = button
        self._group.addButton(button)
        (self._lower if bottom else self._upper).addWidget(button)

    def choose(self, name: str) -> None:
        """Mark a panel as the one in front."""
        self._buttons[name].setChecked(True)

    def button(self, name: str) -> QAbstractButton:
        """Return the button of a panel."""
        return self._buttons[name]

    def set_badge(self, name: str, on: bool) -> None:
        """Put a small dot on a panel's icon, or take it away."""
        self._buttons[name].badge = on
        self._buttons[name].update()

    def _move(self, name: str, step: int) -> None:
        names = list(self._buttons)
        target = names[(names.index(name) + step) % len(names)]
        self._buttons[target].setFocus(Qt.FocusReason.TabFocusReason)

    def _on_theme(self) -> None:
        px = self._theme.px
        self.setFixedWidth(px(WIDTH))
        self._column.setContentsMargins(px(8), px(10), px(8), px(10))
        for part in (self._upper, self._lower):
            part.setSpacing(px(4))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("window"))
        painter.fillRect(self.width() - 1, 0, 1, self.height(), self._theme.colour("line"))


class _PanelButton(QAbstractButton):
    """An icon above its word; the chosen one carries the accent."""

    moved = Signal(int)

    def __init__(self, title: str, icon: str, theme: Theme) -> None:
        super().__init__()
        self._theme, self._icon, self.badge = theme, icon, False
        self.setText(title)
        self.setAccessibleName(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(60), self._theme.px(54))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, on = self._theme, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = "accent_soft" if on else "hover" if self.underMouse() else ""
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(theme.colour("focus"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, theme.px(9), theme.px(9))
        ink = "accent_ink" if on else "quiet"
        side = theme.px(20)
        top = theme.px(9)
        painter.drawPixmap(
            (self.width() - side) // 2, top, pixmap(self._icon, theme, side, ink, self.devicePixelRatioF())
        )
        painter.setPen(theme.colour(ink))
        painter.setFont(theme.font(11, theme.font().Weight.Medium))
        words = QRectF(0, top + side + theme.px(2), self.width(), theme.px(18))
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width() - 2)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignCenter), text)
        painter.setPen(Qt.PenStyle.NoPen)
        if on:
            painter.setBrush(theme.colour("accent"))
            painter.drawRoundedRect(QRectF(-theme.px(2), self.height() * 0.3, theme.px(4), self.height() * 0.4), 2, 2)
        if self.badge:
            painter.setBrush(theme.colour("accent"))
            painter.drawEllipse(QRectF(self.width() / 2 + side / 2 - 2, top - 2, theme.px(7), theme.px(7)))
