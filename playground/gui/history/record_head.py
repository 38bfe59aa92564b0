"""The top of a record: when and with what, its state, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from playground.core.history import Entry
from playground.gui.history.entry_painter import facts_line
from playground.gui.history.flow import Flow
from playground.gui.history.words import moment, state_pill
from playground.gui.theme import Theme
from playground.gui.widgets.buttons import Button, IconButton
from playground.gui.widgets.labels import ElidedLabel, label, set_property

ACTIONS = {
    "chat": ("Open in chat", "message-square", "primary", "Go on from here in the chat (Enter)"),
    "replay": ("Replay", "refresh-cw", "", "Write the answer again and compare it token by token"),
    "tokens": (
        "Token probabilities",
        "scan-search",
        "",
        "How probable each token was, and what could have stood in its place",
    ),
    "code": ("Show code", "code", "", "The same answer from a Python script"),
    "picture": ("Save as picture…", "camera", "", "Prompt, answer and settings as a PNG file"),
    "html": ("Save as HTML…", "file-text", "", "Prompt, answer and settings as a page"),
}
"""What can be done with one record: words, icon, kind of button, tooltip."""


class RecordHead(QWidget):
    """Shows an entry and says what the user wants done with it."""

    asked = Signal(str)  # one of ACTIONS, "star" or "delete"

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.title, self.words = ElidedLabel("", "heading"), ElidedLabel("", "quiet")
        self.pill = label("", "pill")
        self.star = IconButton("star", "Star (Space)", theme, slot=lambda: self.asked.emit("star"))
        self.hide_record = IconButton("trash-2", "Delete (Del)", theme, slot=lambda: self.asked.emit("delete"))
        self.buttons = {name: self._button(name, theme) for name in ACTIONS}
        self._arrange(theme)

    def show_entry(self, entry: Entry) -> None:
        """Show what is known from the list."""
        words, tone = state_pill(entry.state)
        self.title.setText(moment(entry.started))
        self.words.setText(facts_line(entry))
        self.pill.setText(words or "Done")
        set_property(self.pill, "tone", tone if words else "success")
        self.star.set_icon("star-filled" if entry.starred else "star", "accent_ink" if entry.starred else "quiet")
        self.star.set_tip("Remove the star (Space)" if entry.starred else "Star (Space)")

    def show_reasons(self, reasons: Mapping[str, str]) -> None:
        """Disable what cannot be done now, each with its reason."""
        for name, button in self.buttons.items():
            button.set_available(reasons.get(name, ""), ACTIONS[name][3])

    def _button(self, name: str, theme: Theme) -> Button:
        words, picture, kind, tip = ACTIONS[name]
        button = Button(words, theme, kind, picture, slot=lambda: self.asked.emit(name))
        button.setObjectName(f"history.{name}")
        button.setToolTip(tip)
        return button

    def _arrange(self, theme: Theme) -> None:
        top = QHBoxLayout()
        top.setSpacing(theme.px(8))
        top.addWidget(self.title)
        top.addWidget(self.pill)
        top.addStretch(1)
        top.addWidget(self.star)
        top.addWidget(self.hide_record)
        actions = QWidget()
        flow = Flow(actions, theme.px(8))
        for button in self.buttons.values():
            flow.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addLayout(top)
        column.addWidget(self.words)
        column.addSpacing(theme.px(8))
        column.addWidget(actions)
