"""From nothing to the first answer."""

from __future__ import annotations

from typing import ClassVar

from playground.demo.stage import Stage
from playground.demo.tour import Tour
from playground.gui.panels.chat import ChatPanel


class FirstReply(Tour):
    """Open the window, fetch the starter model with one click, and have a first question answered."""

    title: ClassVar[str] = "The first reply"
    place: ClassVar[int] = 10

    def play(self, stage: Stage) -> None:
        chat, session = stage.panel(ChatPanel), stage.app.parts.session
        stage.shoot("welcome", "A fresh start: one button leads to a model that runs on this computer.")
        stage.get_starter(shoot=True)
        stage.shoot("ready", "The model is ready. It offers something to ask it.")
        assert session.model is not None
        stage.answer_length(24 if stage.short else 160)
        stage.click("prompt2")
        stage.wait(lambda: len(stage.last_text()) > 40, what="the first words")
        stage.shoot("writing", "The answer appears as it is written. Stop stands where Send stood.")
        stage.wait_for_answer()
        stage.shoot("answer", "The finished answer, with how fast it was read and written, and why it ended.")
        stage.type(chat.view.composer.box, "And in one short sentence, for a child?")
        stage.wait(lambda: chat.view.composer.send.isEnabled(), what="Send")
        stage.press("Return", chat.view.composer.box)
        stage.wait_for_answer()
        stage.shoot("talk", "A talk goes on. The bar shows what of the context it takes.")
