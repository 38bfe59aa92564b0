"""Chat: conversations on the left, the talk in the middle, run settings, prompt and X-ray on the right."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.core.conversation import Conversation, Turn
from playground.core.errors import UserError
from playground.core.facts import LoadedInfo, Message, PromptInfo
from playground.core.settings import Settings
from playground.core.textfile import read_text
from playground.gui.chat.chat_commands import chat_commands
from playground.gui.chat.conversation_list import ConversationList
from playground.gui.chat.library import Library
from playground.gui.chat.look import PromptLook
from playground.gui.chat.meter import Meter
from playground.gui.chat.panes import Panes
from playground.gui.chat.side_pane import SidePane
from playground.gui.chat.talk_view import TalkView
from playground.gui.commands import Command
from playground.gui.going_on import GoingOn
from playground.gui.layout import Layout
from playground.gui.panel import Panel, Parts
from playground.gui.setup import new_setup, setup_from_json
from playground.gui.talk import Talk
from playground.gui.widgets.cache_parts import CacheUse, next_use
from playground.jobs.choice_meter import ChoiceMeter

DRAFT_MS = 500
NO_MODEL = "Load a model first."


class ChatPanel(Panel):
    """Talk with a model, with every setting in reach."""

    title: ClassVar[str] = "Chat"
    icon: ClassVar[str] = "message-square"
    place: ClassVar[int] = 10

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.talk = Talk(parts.jobs, parts.records)
        self.list = ConversationList(parts.theme)
        self.library = Library(self.talk, self.list, parts.records)
        self.view = TalkView(parts.theme)
        self.side = SidePane(parts.theme, parts.paths)
        self.splitter = Panes(parts.theme, self.list, self.view, self.side)
        self.prompt: PromptInfo | None = None  # as it would be sent now
        self.meter = Meter(parts.jobs)
        self._look = PromptLook(parts.jobs)
        self._last: tuple[str, str] = ("", "")  # the model used last: its path and name
        self._wish: GoingOn | None = None  # to be granted when its chat is on screen
        self._use_told = False  # the cache bar tells what an answer took, not what the next one would
        self._draft_pause = QTimer(self, singleShot=True, interval=DRAFT_MS)
        self._arrange()
        self._connect_talk()
        self._connect_widgets()
        self._connect_session()
        self._on_opened(self.talk.conversation)
        self.side.show_model(None)

    # -- the panel ---------------------------------------------------------------------------------------------

    def commands(self) -> list[Command]:
        return chat_commands(self)

    def take_drop(self, path: Path) -> bool:
        if path.is_dir() or path.suffix.lower() == ".gguf":
            return False
        try:
            self.view.composer.insert_text(read_text(path))
        except UserError as error:
            self.report(error)
        return True

    def shown(self) -> None:
        self.view.composer.focus_text()

    def save_layout(self) -> dict[str, object]:
        talk = self.talk.conversation
        shown = talk.id if talk.turns or talk.draft.strip() else ""
        return {**self.splitter.state(), "tab": self.side.currentIndex(), "conversation": shown}

    def restore_layout(self, state: dict[str, object]) -> None:
        self.splitter.restore(state)
        tab = state.get("tab")
        if isinstance(tab, int) and 0 <= tab < self.side.count():
            self.side.setCurrentIndex(tab)

    def wake(self, layout: Layout) -> None:
        """Reopen the conversation of the last time and offer its model."""
        self._last = (layout.model, layout.model_name) if os.path.exists(layout.model) else ("", "")
        state = layout.panels.get("chat")
        id = state.get("conversation") if isinstance(state, dict) else None
        if isinstance(id, str) and id:  # one that is gone is no news: the record may have begun anew, which is
            self.parts.records.read(
                lambda store: store.conversation(id) is not None, lambda there: self.talk.open(id) if there else None
            )
        self.library.refresh()
        self._show_models()

    def leave(self) -> None:
        """Keep what has not been sent, on the way out."""
        self.talk.keep_draft(self.view.composer.text())
        self.talk.keep_setup(self.side.setup())

    # -- why something cannot be done now ----------------------------------------------------------------------

    def why_no_message(self) -> str:
        return "" if self.talk.conversation.path() else "There is no message yet."

    def why_no_answer(self) -> str:
        return self._why_busy() or self._why_no_model() or self.why_no_message()

    def why_no_stop(self) -> str:
        return "" if self.talk.is_writing else "Nothing is being written."

    def _why_no_model(self) -> str:
        return "" if self.parts.session.model is not None else NO_MODEL

    def _why_busy(self) -> str:
        return "An answer is being written." if self.talk.is_writing else ""

    # -- what the user does ------------------------------------------------------------------------------------

    def send(self, text: str) -> None:
        """Send a message, if a model is there to answer and none is answering."""
        model = self.parts.session.model
        if model is None or self.talk.is_writing or not text.strip():
            return
        setup = self.side.setup()
        self.view.take_text()
        self.talk.send(text, setup, model)
        self.talk.keep_setup(setup)

    def act(self, id: str, action: str) -> None:
        """Do what a button under a message says."""
        model, setup = self.parts.session.model, self.side.setup()
        changes = action in ("regenerate", "continue", "delete")
        if changes and (busy := self._why_busy()):
            self._tell(busy)
        elif action == "copy":
            QGuiApplication.clipboard().setText(self.talk.conversation.turn(id).text)
            self._tell("Copied.")
        elif action == "branch":
            self.talk.branch(id)
        elif action == "tokens":
            self.parts.commands.run("tokens.show", self.talk.conversation.turn(id).run_id)
        elif action == "history":
            self.parts.commands.run("history.show", self.talk.conversation.turn(id).run_id)
        elif action == "delete":
            self.done.emit("Message deleted.", self.talk.delete(id), partial(self._delete_again, id))
        elif action == "edit":
            pass  # the message has turned into an editor by itself
        elif model is None:
            self.report(UserError(NO_MODEL, "Pick one in Models.", "E-NO-MODEL"))
        elif action == "regenerate":
            self.talk.regenerate(id, setup, model)
        elif action == "continue":
            self.talk.go_on(id, setup, model)

    def _delete_again(self, id: str) -> None:
        if id in self.talk.conversation:
            self.talk.delete(id)
        else:
            self._tell("That message is in another chat.")

    def act_on_last(self, action: str) -> None:
        """Do something with the last message; what is copied is the last answer."""
        path = self.talk.conversation.path()
        turn = path[-1]
        if action == "copy":
            turn = next((turn for turn in reversed(path) if turn.role == "assistant"), turn)
        if action == "continue" and turn.role == "user":
            action = "regenerate"  # there is nothing to go on from: answer it
        self.act(turn.id, action)

    def edit_last(self) -> None:
        """Turn the user's last message into an editor."""
        users = [turn for turn in self.talk.conversation.path() if turn.role == "user"]
        if users:
            self.view.transcript.edit(users[-1].id)

    def step(self, step: int) -> None:
        """Show another version of the last message."""
        self.talk.show_version(self.talk.conversation.path()[-1].id, step)

    def show_turn(self, conversation: str, turn: str) -> None:
        """Bring one message of a conversation to the front."""
        self.parts.commands.run("chat.open")
        self.leave()
        self.talk.open_at(conversation, turn)

    def go_on_from(self, wish: GoingOn) -> None:
        """Write on from the middle of an answer, in the chat it belongs to."""
        self._wish = wish
        if self.talk.conversation.id == wish.conversation:
            self.parts.commands.run("chat.open")
            self._grant(wish.turn)
        else:
            self.show_turn(wish.conversation, wish.turn)  # which is told when it is there

    def _grant(self, turn: str) -> None:
        wish, model, self._wish = self._wish, self.parts.session.model, None
        if wish is None or wish.turn != turn or turn not in self.talk.conversation:
            return
        if busy := self._why_busy():
            self._tell(busy)
        elif model is None:
            self.report(UserError(NO_MODEL, "Pick one in Models.", "E-NO-MODEL"))
        else:
            text = self.talk.conversation.turn(turn).text
            begun = text[: len(text) - wish.dropped] + wish.piece
            self.talk.go_on_with(turn, begun, wish.ids, replace(self.side.setup(), run=wish.settings), model)

    def new(self) -> None:
        """Begin an empty chat with the settings of this one."""
        self.leave()
        self.talk.new(self.talk.conversation.settings)
        self.view.composer.focus_text()

    def toggle(self, pane: QWidget) -> None:
        """Show a side pane, or hide it; from another panel it is always shown."""
        front = self.isVisible()
        self.parts.commands.run("chat.open")
        self.splitter.toggle(pane, pane.isHidden() or not front)

    def search(self) -> None:
        """Go to the field that searches the chats."""
        self.list.show()
        self.list.search.setFocus()

    def rename(self) -> None:
        """Let the user type another name for this chat."""
        self.list.show()
        self.library.rename()

    def _open(self, id: str) -> None:
        self.leave()
        self.talk.open(id)

    def _on_edited(self, id: str, text: str) -> None:
        if busy := self._why_busy():
            self._tell(busy)
        elif text.strip() and text != self.talk.conversation.turn(id).text:
            self.talk.edit(id, text, self.side.setup(), self.parts.session.model)

    def _tell(self, words: str) -> None:
        self.notify.emit(words, "", None)

    # -- what the talk tells -----------------------------------------------------------------------------------

    def _on_opened(self, talk: Conversation) -> None:
        setup, lost = setup_from_json(talk.settings) if talk.settings != "{}" else (new_setup(), ())
        self.side.set_setup(setup)
        if lost:
            self._tell(f"Not taken over from this chat's settings: {', '.join(lost)}.")
        self.view.composer.set_text(talk.draft)
        self._on_path(talk)
        self.library.refresh()

    def _on_path(self, talk: Conversation) -> None:
        self.view.show_path(talk)
        self._show_variables()
        self._show_models()
        self._look_again()

    def _on_turn(self, turn: Turn) -> None:
        self.view.show_turn(turn)
        if "seed " in turn.stats and turn.id == self.talk.conversation.leaf:
            self.side.run.output.remember_seed(int(turn.stats.rsplit("seed ", 1)[1]))
        self._look_again()

    def _on_use(self, use: CacheUse) -> None:
        """Show what an answer takes of prompt and cache; it stays until something is changed."""
        if self.parts.session.model is not None:
            self._use_told = True
            self.view.cache.show_use(use)

    def _on_writing(self, writing: bool) -> None:
        self.view.show_writing(writing)
        if writing:
            self.meter.forget()  # the answer comes first
        self._show_send()

    # -- what the panes and the session tell -------------------------------------------------------------------

    def _on_setup(self) -> None:
        self.talk.keep_setup(self.side.setup())
        self._look_again()

    def _on_draft(self) -> None:
        self._show_variables()
        self._draft_pause.start()
        self._look_again()

    def _show_variables(self) -> None:
        """Offer a field for each {{variable}} the user has written anywhere."""
        said = [turn.text for turn in self.talk.conversation.path() if turn.role == "user"]
        self.side.prompt.show_talk("\n".join((*said, self.view.composer.text())))

    def _on_model(self, info: LoadedInfo | None) -> None:
        if info is not None:
            self._last = (info.model.path, info.model.name)
        self.side.show_model(info)
        self._show_models()
        self._look_again()
        self._show_send()

    def _on_settings(self, settings: Settings) -> None:
        self.view.composer.set_ctrl_enter(settings.send_with_ctrl)
        self.talk.cache_mb = settings.cache_mb

    def _show_models(self) -> None:
        self.view.show_models(self.parts.session, self._last, bool(self.talk.conversation.path()))

    # -- looking at the prompt ---------------------------------------------------------------------------------

    def _look_again(self) -> None:
        """Compose the prompt as it would be sent now, in the glance lane."""
        model = self.parts.session.model
        if model is None:
            self._show_prompt(None)
        elif not self.talk.is_writing:
            self._use_told = False
            setup = self.side.setup()
            self._look.ask(model, setup.prompt(self._messages()), setup.run)

    def _messages(self) -> tuple[Message, ...]:
        """Return the conversation with the draft; an ellipsis stands for a message that is not written yet."""
        draft = self.view.composer.text()
        messages = tuple(turn.message() for turn in self.talk.conversation.path())
        if draft.strip() or not messages or messages[-1].role == "assistant":
            return (*messages, Message("user", draft if draft.strip() else "…"))
        return messages

    def _measure(self) -> None:
        """Have the choices measured behind the prompt as it stands."""
        choices, model = self.side.choices, self.parts.session.model
        reason = self._why_no_model() or self._why_busy() or (self._look.problem and self._look.problem.message)
        if model is None or reason:
            choices.say(reason or NO_MODEL)
        elif not self.view.composer.text().strip():
            choices.say("Write a message: the bars show how it would be answered.")
        elif not choices.choices():
            choices.say("Write down a choice.")
        else:
            setup = self.side.setup()
            prompt = setup.prompt(self._messages())
            self.meter.ask(ChoiceMeter(model.model.path, prompt, choices.choices(), setup.run.context_length))

    def _show_prompt(self, info: PromptInfo | None) -> None:
        self.prompt = info
        room = self.side.setup().run.max_tokens
        self.side.show_prompt(info, room, bool(self.view.composer.text().strip()))
        self.view.show_prompt(self.talk.conversation, info, room)
        if info is None or not self._use_told:
            self.view.cache.show_use(None if info is None else next_use(info))
        self._show_send()
        self.side.choices.ask_soon()

    def _show_send(self) -> None:
        if not self.talk.is_writing:
            self.view.show_send(self._why_no_model(), self._look.problem)

    # -- putting it together -----------------------------------------------------------------------------------

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)

    def _connect_talk(self) -> None:
        talk = self.talk
        talk.opened.connect(self._on_opened)
        talk.path_changed.connect(self._on_path)
        talk.turn_changed.connect(self._on_turn)
        talk.text_added.connect(self.view.transcript.append)
        talk.status_changed.connect(lambda words: self.view.show_status(talk.conversation, words))
        talk.writing_changed.connect(self._on_writing)
        talk.use_changed.connect(self._on_use)
        talk.list_changed.connect(self.library.refresh)
        talk.pointed.connect(self.view.point_at)
        talk.pointed.connect(self._grant)
        talk.problem.connect(self.problem)
        self._look.answered.connect(self._show_prompt)

    def _connect_widgets(self) -> None:
        view, composer = self.view, self.view.composer
        view.transcript.action.connect(self.act)
        view.transcript.version_requested.connect(self.talk.show_version)
        view.transcript.edited.connect(self._on_edited)
        view.escaped.connect(self.talk.stop)
        composer.send_requested.connect(self.send)
        composer.stop_requested.connect(self.talk.stop)
        composer.edit_last_requested.connect(self.edit_last)
        composer.text_changed.connect(lambda _: self._on_draft())
        composer.problem.connect(self.problem)
        composer.model_dropped.connect(lambda path: self.parts.commands.run("models.look_at", path))
        self._draft_pause.timeout.connect(lambda: self.talk.keep_draft(composer.text()))
        self.side.changed.connect(self._on_setup)
        self.side.choices.wanted.connect(self._measure)
        self.meter.measured.connect(self.side.choices.show_info)
        self.meter.failed.connect(self.side.choices.say)
        self.list.open_requested.connect(self._open)
        self.list.new_requested.connect(self.new)
        self.library.done.connect(self.done)
        for teller in (self.side, self.library):
            teller.notice.connect(self._tell)
            teller.problem.connect(self.problem)

    def _connect_session(self) -> None:
        session, desk = self.parts.session, self.parts.desk
        session.model_changed.connect(self._on_model)
        session.bringing_changed.connect(lambda _: self._show_models())
        session.shelf_changed.connect(lambda _: self._show_models())
        session.settings_changed.connect(self._on_settings)
        self._on_settings(session.settings)
        self.view.start.starter_requested.connect(desk.get_starter)
        self.view.start.prompt_chosen.connect(self.send)
        self.view.connect_offers(desk.open, desk.stop, lambda: self.parts.commands.run("models.open"))
