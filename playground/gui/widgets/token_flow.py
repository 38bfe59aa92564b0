"""The exact tokens of a prompt, as a flow of chips."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractScrollArea

from playground.core.facts import PromptInfo
from playground.gui.theme import Theme


class TokenFlow(QAbstractScrollArea):
    """Draws the tokens of a `PromptInfo`."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._info: PromptInfo | None = None

    def set_prompt(self, info: PromptInfo | None) -> None:
        """Show the tokens of this prompt; None says what is missing."""
        self._info = info
        self.viewport().update()
