"""What would it say, if it had to choose?"""

from __future__ import annotations

from typing import ClassVar

from playground.demo.stage import Stage
from playground.demo.tour import Tour
from playground.gui.panels.chat import ChatPanel

ROLE = "Answer with one word: Positive or Negative."


class Choices(Tour):
    """The probability of each of a few answers, live while the prompt is edited; nothing has to be written for it."""

    title: ClassVar[str] = "The choice meter"
    place: ClassVar[int] = 32

    def play(self, stage: Stage) -> None:
        chat = stage.panel(ChatPanel)
        pane = chat.side.choices
        stage.get_starter()
        stage.run("chat.choices")
        stage.wait(lambda: "Write a message" in pane.words.text(), what="the words")
        stage.shoot("empty", "The choice meter waits for a message.")
        stage.type(chat.view.composer.box, "Is the sky blue on a clear day?")
        self._wait(stage, chat, 2)
        stage.shoot("yes", "Yes or no: how probable each is as the beginning of the answer, raw and among themselves.")
        pane.text.setPlainText("Positive\nNegative")
        stage.type(chat.view.composer.box, "The film was a waste of two hours.", clear=True)
        self._wait(stage, chat, 2)
        stage.shoot("own", "Choices of your own: here a judgement about a sentence.")
        chat.side.prompt.system.setPlainText(ROLE)
        stage.wait(lambda: "Positive or Negative" in stage.prompt_text(), what="the new prompt")
        pane.ask_soon()
        self._wait(stage, chat, 2)
        stage.shoot("prompted", "The same with a system prompt that asks for one word: the choices rise together.")

    def _wait(self, stage: Stage, chat: ChatPanel, count: int) -> None:
        """Wait until the meter has measured what stands there now."""
        pane = chat.side.choices
        stage.wait(lambda: not pane.is_waiting and chat.meter.is_idle, what="the meter")
        stage.wait(lambda: pane.bars.info is not None and len(pane.bars.info.choices) == count, what="the bars")
        stage.settle()
