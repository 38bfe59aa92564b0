"""What is read once need not be read again."""

from __future__ import annotations

from typing import ClassVar

from playground.demo.stage import Stage
from playground.demo.tour import Tour
from playground.gui.panels.chat import ChatPanel

TALE = (
    "Maren keeps the lighthouse on the island of Sund. Each evening at six she climbs its 204 steps and lights the "
    "lamp. On a clear night it is seen for 22 miles. In the winter of the great storm the lamp went out twice, and "
    "twice she lit it again, with the last matches of the house. The fishermen brought her a new box every Sunday "
    "from then on. Her brother Ole mends the nets in the harbour and sends her letters with the mail boat, which "
    "comes on Tuesday. She answers every one of them on the back of the old tide tables."
)


class PrefixCache(Tour):
    """A prompt's beginning that was read before is not read again: what is kept, what is read, what that saves."""

    title: ClassVar[str] = "The prompt cache"
    place: ClassVar[int] = 45

    def play(self, stage: Stage) -> None:
        chat = stage.panel(ChatPanel)
        stage.get_starter()
        stage.answer_length(8 if stage.short else 40)
        stage.run("chat.prompt")
        chat.side.prompt.context.setPlainText(TALE)
        self._draft(stage, chat, "How many steps has the lighthouse?")
        stage.shoot("before", "Below the prompt: how many of its tokens are kept from before. Still next to none.")
        self._send(stage, chat)
        stage.shoot("first", "The first answer: the whole prompt had to be read.")
        self._draft(stage, chat, "And who mends the nets?")
        stage.shoot("kept", "The next question: the talk so far is kept, only the new words will be read.")
        self._send(stage, chat)
        stage.shoot("saved", "Reused, read and written tokens, and the seconds that were saved.")
        self._draft(stage, chat, "When does the mail come?")
        stage.type(chat.side.prompt.system, "Answer like a pirate.", clear=True)
        stage.wait(lambda: chat.prompt is not None and "pirate" in stage.prompt_text(), what="the new prompt")
        stage.settle()
        stage.shoot("emptied", "A new system prompt: it stands first, so everything behind it has to be read again.")
        answers = chat.side.run.output.answers
        stage.run("chat.run_settings")
        answers.set_value(4, "you")
        answers.value_changed.emit(4)
        chat.side.run.ensureWidgetVisible(answers)
        self._send(stage, chat)
        stage.shoot("answers", "Four answers to one message: the prompt was read once, and they were written together.")

    def _draft(self, stage: Stage, chat: ChatPanel, question: str) -> None:
        stage.type(chat.view.composer.box, question)
        stage.wait(lambda: question in stage.prompt_text(), what="the prompt")
        stage.settle()

    def _send(self, stage: Stage, chat: ChatPanel) -> None:
        stage.wait(lambda: chat.view.composer.send.isEnabled(), what="Send")
        stage.press("Return", chat.view.composer.box)
        stage.wait_for_answer()
