"""The chat's three panes beside each other: which are shown, how wide, and what gives way in a small window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QWidget

from playground.gui.layout import widths_in
from playground.gui.theme import Theme

MOST_ZOOM = 1.5  # up to which the panes grow
LEAST_RIGHT = 200  # pixels of the right pane, however narrow the window is


class Panes(QSplitter):
    """The left pane hides by itself where there is too little room for all three, and comes back."""

    def __init__(self, theme: Theme, left: QWidget, middle: QWidget, right: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._theme = theme
        self._left, self._middle, self._right = left, middle, right
        self._narrow = self._gave_way = False  # too little room for all; the left pane was hidden for that
        for at, pane in enumerate((left, middle, right)):
            self.addWidget(pane)
            self.setStretchFactor(at, 1 if pane is middle else 0)
        self.setSizes([230, 800, 366])
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        theme.changed.connect(self._fit)
        self._fit()

    def toggle(self, pane: QWidget, show: bool) -> None:
        """Show the left or right pane, or hide it; where there is room for one of them only, the other goes."""
        pane.setVisible(show)
        if self._narrow and show:
            (self._right if pane is self._left else self._left).hide()
        self._fit()

    def state(self) -> dict[str, object]:
        """Return what a restart should restore: widths, and which of the panes the user has hidden."""
        gone = self._left.isHidden() and not self._gave_way, self._right.isHidden()
        return {"splitter": self.sizes(), "hidden": [number for number, is_gone in enumerate(gone) if is_gone]}

    def restore(self, state: dict[str, object]) -> None:
        """Undo `state`, as far as it fits."""
        hidden = state.get("hidden")
        if widths := widths_in(state.get("splitter"), 3):
            self.setSizes(widths)
        for number, pane in enumerate((self._left, self._right)):
            pane.setHidden(isinstance(hidden, list) and number in hidden)

    def _fit(self) -> None:
        """Give each pane the least it needs at this zoom; the largest zoom must not outgrow a small screen."""
        zoom, more = min(self._theme.zoom, MOST_ZOOM), max(0.0, self._theme.zoom - MOST_ZOOM)
        least = (round(170 * zoom), round(82 + 298 * zoom + 142 * more), round(68 + 278 * zoom))
        for pane, width in zip((self._left, self._middle, self._right), least, strict=True):
            pane.setMinimumWidth(width)
        if not self.isVisible():
            return
        # The right pane is content with what the middle leaves: its forms can be scrolled, messages are to be read.
        room, wanted = self.width() - least[1] - self.handleWidth(), round(46 + 298 * self._theme.zoom)
        self._right.setMinimumWidth(max(LEAST_RIGHT, min(room, wanted if more else least[2])))
        narrow = self.width() < sum(least) + 2 * self.handleWidth() and not self._right.isHidden()
        if narrow and not self._narrow:
            self._gave_way = not self._left.isHidden()
            self._left.hide()
        elif self._narrow and not narrow and self._gave_way:
            self._gave_way = False
            self._left.show()
        self._narrow = narrow

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()
