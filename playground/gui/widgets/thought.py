"""The thought before an answer, folded away behind one line."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from playground.gui.theme import Theme
from playground.gui.widgets.body import Body
from playground.gui.widgets.buttons import Button
from playground.gui.widgets.highlight import Highlighter


class Thought(QWidget):
    """“Thought for 120 tokens ▸”: a click unfolds it."""

    toggled = Signal(bool)

    def __init__(self, theme: Theme, highlighter: Highlighter | None) -> None:
        super().__init__()
        self._theme = theme
        self._tokens = 0
        self._live = False
        self.body = Body(theme, highlighter, dim=True)
        self.button = Button("Thought", theme, "disclosure", "chevron-right")
        self.button.setCheckable(True)
        self.button.toggled.connect(self._on_toggled)
        column = QVBoxLayout(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column.setContentsMargins(0, 0, 0, theme.px(6))
        column.setSpacing(theme.px(4))
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.body)
        self.body.hide()
        self.say()

    def append(self, text: str, tokens: int) -> None:
        """Add to a thought that is still going on."""
        self._live = True
        self._tokens += tokens
        self.body.append(text)
        self.say()

    def finish(self) -> None:
        """The thought is complete."""
        self._live = False
        self.body.finish()
        self.say()

    def set_text(self, text: str) -> None:
        """Show a finished thought whose tokens nobody counted."""
        self._live, self._tokens = False, 0
        self.body.set_text(text)
        self.say()

    def say(self) -> None:
        """Put into words how long the thought is."""
        words = len(self.body.raw_text().split())
        if self._live:
            text = f"Thinking, {self._tokens} tokens so far"
        elif self._tokens:
            text = f"Thought for {self._tokens} tokens"
        else:
            text = f"Thought, {words} words"
        self.button.setText(text)
        self.button.setAccessibleName(text)

    def _on_toggled(self, opened: bool) -> None:
        self.button.set_icon("chevron-down" if opened else "chevron-right")
        self.button.setToolTip("Hide the thought" if opened else "Show the thought")
        self.body.setVisible(opened)
        if opened:
            self.body.fit()
        self.toggled.emit(opened)
