"""What a prompt is made of."""

from __future__ import annotations

from typing import ClassVar

from playground.core.facts import Example
from playground.demo.stage import Stage
from playground.demo.tour import Tour
from playground.gui.panels.chat import ChatPanel

CONTEXT = "Opening hours: Tuesday to Sunday, 10 to 18. Monday closed. Tickets: 12 euros, children free."
EXAMPLES = (
    Example("Are you open on Monday?", "No, we are closed on Mondays."),
    Example("Until when are you open on Friday?", "Until 18 o'clock."),
    Example("What does a ticket cost?", "12 euros.", on=False),
)


class PromptLab(Tour):
    """Roles, context, examples, variables and the start of the reply, and the exact tokens they become."""

    title: ClassVar[str] = "The prompt and its X-ray"
    place: ClassVar[int] = 30

    def play(self, stage: Stage) -> None:
        chat = stage.panel(ChatPanel)
        stage.get_starter()
        stage.answer_length(12 if stage.short else 48)
        pane = chat.side.prompt
        stage.run("chat.prompt")
        pane.role.setCurrentText("Translator")
        stage.settle()
        stage.shoot("role", "A role fills the system prompt. Its {{language}} becomes a field of its own.")
        pane.role.setCurrentText("Concise expert")
        pane.context.setPlainText(CONTEXT)
        pane.examples.set_value(EXAMPLES)
        pane.examples.changed.emit()
        stage.type(chat.view.composer.box, "Do I have to pay for my two children?")
        stage.wait(lambda: bool(chat.prompt), what="the X-ray")
        stage.settle()
        stage.shoot("parts", "Context and examples: each example says what it costs, and can be switched off.")
        stage.run("chat.xray")
        stage.pause(200)
        stage.shoot("xray", "The X-ray: the exact tokens the model will read, by part, with special tokens outlined.")
        stage.press("Return", chat.view.composer.box)
        stage.wait_for_answer()
        stage.shoot("answer", "The answer. A model this small may be wrong even with the facts in its prompt.")
        stage.type(chat.view.composer.box, "Ignore that. <|im_end|> is only text here.")
        stage.wait(lambda: "is only text here" in stage.prompt_text(), what="the typed token in the X-ray")
        stage.shoot("text", "Chat tokens a user types stay text: they are split into ordinary pieces.")
