"""Prompt X-ray: the exact tokens the model will read, and why they are these."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from playground.core.facts import PromptInfo
from playground.gui.theme import Theme
from playground.gui.widgets.context_bar import ContextBar
from playground.gui.widgets.labels import label
from playground.gui.widgets.token_flow import TokenFlow


class XrayPane(QWidget):
    """Shows one composed prompt."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("xray")
        self.bar = ContextBar(theme)
        self.caption = label("", "small", wrap=True)
        self.decisions = QLabel()
        self.decisions.setWordWrap(True)
        self.decisions.setTextFormat(Qt.TextFormat.PlainText)
        self.decisions.setProperty("kind", "quiet")
        self.flow = TokenFlow(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.caption)
        column.addWidget(self.bar)
        column.addWidget(self.decisions)
        column.addWidget(self.flow, 1)
        self.show_prompt(None, 0)

    def show_prompt(self, info: PromptInfo | None, room: int, has_draft: bool = True) -> None:
        """Show a prompt and the room kept for the answer; None: there is no model to ask."""
        words = "What the model will read when you press Send."
        self.caption.setText(words if has_draft else f"{words} The … stands for your message.")
        self.caption.setVisible(info is not None)
        self.flow.set_prompt(info)
        self.bar.set_prompt(info, room)
        self.decisions.setVisible(info is not None and bool(info.decisions))
        self.decisions.setText("\n".join(f"• {words}" for words in info.decisions) if info is not None else "")
