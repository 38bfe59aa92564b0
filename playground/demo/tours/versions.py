"""Nothing is lost: versions, branches, undo."""

from __future__ import annotations

from typing import ClassVar

from playground.demo.stage import Stage
from playground.demo.tour import Tour
from playground.gui.panels.chat import ChatPanel


class Versions(Tour):
    """Stop, continue, regenerate, edit, branch, delete and undo: every version stays."""

    title: ClassVar[str] = "Versions and branches"
    place: ClassVar[int] = 40

    def play(self, stage: Stage) -> None:
        chat = stage.panel(ChatPanel)
        stage.get_starter()
        stage.answer_length(200)
        stage.type(chat.view.composer.box, "Tell me a story about a lighthouse.")
        stage.wait(lambda: chat.view.composer.send.isEnabled(), what="Send")
        stage.press("Return", chat.view.composer.box)
        stage.wait(lambda: len(stage.last_text()) > 120, what="some words")
        stage.run("chat.stop")
        stage.wait_for_answer()
        stage.shoot("stopped", "Stopped within a token. What was written is kept and marked.")
        stage.answer_length(16 if stage.short else 60)
        stage.run("chat.continue")
        stage.wait_for_answer()
        stage.shoot("continued", "Continue writes on from the very same tokens, as a second version.")
        stage.run("chat.previous")
        stage.shoot("version", "‹ 1/2 › goes back to the version that was stopped.")
        first = chat.talk.conversation.path()[0]
        chat.view.transcript.edit(first.id)
        stage.settle()
        stage.shoot("edit", "Any message can be edited. The old one stays as a version.")
        chat.view.transcript.edited.emit(first.id, "Tell me a story about a lighthouse keeper's cat.")
        stage.wait_for_answer()
        chat.view.transcript.action.emit(chat.talk.conversation.path()[-1].id, "delete")
        stage.settle()
        stage.shoot("deleted", "Deleting asks nothing: Undo brings it back.")
        stage.run("app.undo")
        stage.run("chat.branch")
        stage.wait(lambda: "branch" in chat.talk.conversation.title, what="the branch")
        stage.pause(200)
        stage.shoot("branch", "A branch is a conversation of its own, from here on.")
