"""What the model thought of each token."""

from __future__ import annotations

from typing import ClassVar

from playground.demo.stage import Stage
from playground.demo.tour import Tour
from playground.gui.panels.chat import ChatPanel
from playground.gui.panels.tokens import TokensPanel


class TokenStrip(Tour):
    """One answer as its tokens, with their probabilities, the words that could have stood there, and its end."""

    title: ClassVar[str] = "Token probabilities"
    place: ClassVar[int] = 45

    def play(self, stage: Stage) -> None:
        panel = stage.panel(TokensPanel)
        stage.open("tokens")
        stage.shoot("empty", "No answer yet: the panel says what it is for.")
        stage.open("chat")
        stage.get_starter()
        stage.answer_length(16 if stage.short else 120)
        stage.ask("What is a lighthouse for?")
        self._open(stage, panel)
        view, strip = panel.view, panel.view.strip
        stage.shoot("strip", "The answer as tokens: the paler, the more probable; a dot where luck chose another one.")
        view.set_measure("surprise")
        stage.shoot("surprise", "Coloured by surprise in bits. The underlines tell the same without colour.")
        for _ in range(6):
            stage.press("J", strip)
        stage.press("K", strip)
        stage.shoot("token", "J and K step through the tokens; beside them all that could have been written instead.")
        view.set_view("table")
        view.focus_tokens()
        view.table.sort_by(2)
        stage.press("Home", view.table)
        stage.shoot("table", "The same as a table, the least probable token first.")

    def _open(self, stage: Stage, panel: TokensPanel) -> None:
        """Click the button under the answer."""
        transcript = stage.panel(ChatPanel).view.transcript
        stage.click(transcript.view(transcript.ids()[-1]).button("tokens"))
        stage.wait(lambda: panel.view.isVisible(), what="the tokens")
        stage.wait(lambda: bool(panel.vocabulary.texts and panel.vocabulary.ends), what="the words")
        stage.settle()
