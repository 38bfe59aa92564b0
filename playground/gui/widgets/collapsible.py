"""A section with a heading that folds away what stands under it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from playground.gui.theme import Theme
from playground.gui.widgets.buttons import Button
from playground.gui.widgets.labels import ElidedLabel


class Collapsible(QWidget):
    """Shows its body while open. A short `note` may stand at the right of the heading."""

    toggled = Signal(bool)

    def __init__(self, title: str, theme: Theme, *, is_open: bool = True) -> None:
        super().__init__()
        self._theme, self._title = theme, title
        self._body: QWidget | None = None
        self.heading = Button(title, theme, "section", "chevron-down")
        self.heading.setCheckable(True)
        self.heading.setChecked(is_open)
        self.heading.toggled.connect(self._on_toggled)
        self._note = ElidedLabel("", "small")
        self._top = QHBoxLayout()
        self._top.addWidget(self.heading)
        self._top.addStretch(1)
        self._top.addWidget(self._note)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._top)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        theme.changed.connect(self._on_theme)
        self._on_theme()
        self._show(is_open)

    def set_body(self, body: QWidget) -> None:
        """Put a widget under the heading; an earlier one goes."""
        if self._body is not None:
            self._column.removeWidget(self._body)
            self._body.deleteLater()
        self._body = body
        self._column.addWidget(body)
        body.setVisible(self.is_open())

    def set_note(self, text: str) -> None:
        """Show a few words at the right of the heading."""
        self._note.setText(text)

    def add_widget(self, widget: QWidget) -> None:
        """Put a small control at the right end of the heading."""
        self._top.addWidget(widget)

    def is_open(self) -> bool:
        return self.heading.isChecked()

    def set_open(self, is_open: bool) -> None:
        self.heading.setChecked(is_open)

    def _on_toggled(self, is_open: bool) -> None:
        self._show(is_open)
        self.toggled.emit(is_open)

    def _show(self, is_open: bool) -> None:
        self.heading.set_icon("chevron-down" if is_open else "chevron-right")
        self.heading.setAccessibleDescription("open" if is_open else "folded")
        if self._body is not None:
            self._body.setVisible(is_open)

    def _on_theme(self) -> None:
        px = self._theme.px
        self._column.setContentsMargins(0, px(2), 0, px(2))
        self._column.setSpacing(px(4))
