"""Chat: conversations on the left, the talk in the middle, run settings, prompt and X-ray on the right."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, cast

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSplitter, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from playground.core.conversation import Conversation, Turn
from playground.core.errors import UserError
from playground.core.facts import LoadedInfo, Message, PromptInfo
from playground.core.settings import Settings
from playground.core.textfile import read_text
from playground.gui.chat.conversation_list import ConversationList
from playground.gui.chat.library import Library
from playground.gui.chat.load_strip import LoadStrip
from playground.gui.chat.look import PromptLook
from playground.gui.chat.prompt_pane import PromptPane
from playground.gui.chat.run_pane import RunPane
from playground.gui.chat.start_page import StartPage
from playground.gui.chat.xray_pane import XrayPane
from playground.gui.commands import Command
from playground.gui.layout import Layout
from playground.gui.panel import Panel, Parts
from playground.gui.setup import Setup, new_setup, setup_from_json
from playground.gui.talk import Talk
from playground.gui.widgets.composer import Composer
from playground.gui.widgets.context_bar import ContextBar
from playground.gui.widgets.message_data import State
from playground.gui.widgets.transcript import Transcript

DRAFT_MS = 500
_USER_ACTIONS = ("copy", "edit", "branch", "delete")
_ANSWER_ACTIONS = ("copy", "edit", "regenerate", "continue", "branch", "delete")
NO_MODEL = "Load a model first."


class ChatPanel(Panel):
    """Talk with a model, with every setting in reach."""

    title: ClassVar[str] = "Chat"
    icon: ClassVar[str] = "message-square"
    place: ClassVar[int] = 10

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.talk = Talk(parts.jobs, parts.records)
        self.setup = new_setup()
        self.list = ConversationList(parts.theme)
        self.library = Library(self.talk, self.list, parts.records)
        self.transcript = Transcript(parts.theme)
        self.start = StartPage(parts.theme)
        self.strip = LoadStrip(parts.theme)
        self.composer = Composer(parts.theme)
        self.bar = ContextBar(parts.theme, compact=True)
        self.run_pane = RunPane(parts.theme, parts.paths)
        self.prompt_pane = PromptPane(parts.theme, parts.paths)
        self.xray = XrayPane(parts.theme)
        self.tabs = QTabWidget()
        self.middle = QStackedWidget()
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self._look = PromptLook(parts.jobs)
        self._prompt: PromptInfo | None = None
        self._last: tuple[str, str] = ("", "")  # the model used last: its path and name
        self._draft_pause = QTimer(self, singleShot=True, interval=DRAFT_MS)
        self._escape = QShortcut(QKeySequence("Esc"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._escape.activated.connect(self.talk.stop)
        self._escape.setEnabled(False)  # while nothing is written, Esc belongs to what has the focus
        self.composer.box.installEventFilter(self)
        self._arrange()
        self._connect_talk()
        self._connect_widgets()
        self._connect_session()
        self._on_opened(self.talk.conversation)
        self.run_pane.show_model(None)

    # -- commands ----------------------------------------------------------------------------------------------

    def commands(self) -> list[Command]:
        answer, model = self._why_no_answer, self._why_no_model
        return [
            Command("chat.new", "New chat", self._new, "Chat", "Ctrl+N"),
            Command("chat.stop", "Stop", self.talk.stop, "Chat", "Esc", self._why_no_stop, own_key=True),
            Command("chat.regenerate", "Regenerate", self._regenerate_last, "Chat", "Ctrl+R", answer),
            Command("chat.continue", "Continue", self._continue_last, "Chat", "Alt+Return", answer),
            Command("chat.previous", "Previous version", lambda: self._step(-1), "Chat", "Alt+Left", self._why_no_last),
            Command("chat.next", "Next version", lambda: self._step(+1), "Chat", "Alt+Right", self._why_no_last),
            Command("chat.copy", "Copy the last answer", self._copy_last, "Chat", "Ctrl+Shift+C", self._why_no_last),
            Command("chat.branch", "Branch from the last message", self._branch_last, "Chat", "", self._why_no_last),
            Command("chat.find", "Find in the conversation", self.transcript.open_find, "Chat", "Ctrl+F"),
            Command("chat.search", "Search chats", self.list.search.setFocus, "Chat", "Ctrl+Shift+F"),
            Command("chat.rename", "Rename this chat", self.library.rename, "Chat", "F2", self._why_no_last),
            Command("chat.duplicate", "Duplicate this chat", self.library.duplicate, "Chat", "", self._why_no_last),
            Command("chat.trash", "Move this chat to the trash", self.library.trash, "Chat", "", self._why_no_last),
            Command("chat.export", "Export this chat…", self.library.export, "File", "Ctrl+E", self._why_no_last),
            Command("chat.send_draft", "Send", lambda text: self._send(text), "", "", model, in_palette=False),
            Command("chat.left_pane", "Show or hide the chats", lambda: self._toggle(0), "View", "Ctrl+B"),
            Command("chat.right_pane", "Show or hide run settings", lambda: self._toggle(2), "View", "Ctrl+Shift+B"),
            Command("chat.run_settings", "Run settings", lambda: self._tab(0), "View", "Ctrl+1"),
            Command("chat.prompt", "Prompt editor", lambda: self._tab(1), "View", "Ctrl+2"),
            Command("chat.xray", "Prompt X-ray", lambda: self._tab(2), "View", "Ctrl+3"),
            Command("chat.neutralize", "Neutralize samplers", lambda: self.run_pane.neutralize.click(), "Chat"),
        ]

    def _why_no_model(self) -> str:
        return "" if self.parts.session.model is not None else NO_MODEL

    def _why_no_last(self) -> str:
        return "" if self.talk.conversation.path() else "There is no message yet."

    def _why_no_answer(self) -> str:
        return self._why_busy() or self._why_no_model() or self._why_no_last()

    def _why_busy(self) -> str:
        return "An answer is being written." if self.talk.is_writing else ""

    def _why_no_stop(self) -> str:
        return "" if self.talk.is_writing else "Nothing is being written."

    # -- the panel ---------------------------------------------------------------------------------------------

    def take_drop(self, path: Path) -> bool:
        if path.is_dir() or path.suffix.lower() == ".gguf":
            return False
        try:
            self.composer.insert_text(read_text(path))
        except UserError as error:
            self.report(error)
        return True

    def shown(self) -> None:
        self.composer.focus_text()

    def save_layout(self) -> dict[str, object]:
        talk = self.talk.conversation
        shown = talk.id if talk.turns or talk.draft.strip() else ""
        return {"splitter": self.splitter.sizes(), "tab": self.tabs.currentIndex(), "conversation": shown}

    def restore_layout(self, state: dict[str, object]) -> None:
        sizes, tab = state.get("splitter"), state.get("tab")
        if isinstance(sizes, list) and len(sizes) == 3 and all(isinstance(n, int) and n >= 0 for n in sizes):
            self.splitter.setSizes(sizes)
        if isinstance(tab, int) and 0 <= tab < self.tabs.count():
            self.tabs.setCurrentIndex(tab)

    def wake(self, layout: Layout) -> None:
        """Reopen the conversation of the last time and offer its model."""
        self._last = (layout.model, layout.model_name) if Path(layout.model).exists() else ("", "")
        state = layout.panels.get("chat")
        id = state.get("conversation") if isinstance(state, dict) else None
        if isinstance(id, str) and id:
            self.talk.open(id)
        self.library.refresh()
        self._show_start()

    def leave(self) -> None:
        """Keep what has not been sent, on the way out."""
        self.talk.keep_draft(self.composer.text())
        self.talk.keep_setup(self._current_setup())

    def transcript_text(self) -> str:
        """Return the words of the last message on screen."""
        ids = self.transcript.ids()
        return self.transcript.message(ids[-1]).text if ids else ""

    def prompt_info(self) -> PromptInfo | None:
        """Return the prompt as it would be sent now, if it is known."""
        return self._prompt

    def xray_text(self) -> str:
        """Return the text of the prompt's tokens."""
        return "".join(token.text for token in self._prompt.tokens) if self._prompt is not None else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave Ctrl+Z and Ctrl+Y to the chat when there is nothing in the prompt box to take back."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            document = self.composer.box.document()
            undo = event.matches(QKeySequence.StandardKey.Undo) and not document.isUndoAvailable()
            if undo or (event.matches(QKeySequence.StandardKey.Redo) and not document.isRedoAvailable()):
                event.ignore()
                return True
        return super().eventFilter(watched, event)

    # -- sending -----------------------------------------------------------------------------------------------

    def _send(self, text: str) -> None:
        model = self.parts.session.model
        if model is None or self.talk.is_writing or not text.strip():
            return
        self.composer.clear()
        self.composer.box.document().clearUndoRedoStacks()  # Ctrl+Z is for what was done to the chat now
        self.talk.send(text, self._current_setup(), model)

    def _regenerate_last(self) -> None:
        self._act(self.talk.conversation.path()[-1].id, "regenerate")

    def _continue_last(self) -> None:
        if (turn := self.talk.last_answer) is not None:
            self._act(turn.id, "continue")

    def _act(self, id: str, action: str) -> None:
        """Do what a button under a message says."""
        model = self.parts.session.model
        if action in ("regenerate", "continue", "delete") and (busy := self._why_busy()):
            self.notify.emit(busy, "", None)
            return
        match action:
            case "copy":
                QGuiApplication.clipboard().setText(self.talk.conversation.turn(id).text)
                self.notify.emit("Copied.", "", None)
            case "branch":
                self.talk.branch(id)
            case "delete":
                self.done.emit("Message deleted.", self.talk.delete(id), lambda: self.talk.delete(id))
            case "regenerate" | "continue" if model is None:
                self.report(UserError(NO_MODEL, "Pick one in Models.", "E-NO-MODEL"))
            case "regenerate" if model is not None:
                self.talk.regenerate(id, self._current_setup(), model)
            case "continue" if model is not None:
                self.talk.go_on(id, self._current_setup(), model)

    def _on_edited(self, id: str, text: str) -> None:
        if busy := self._why_busy():
            self.notify.emit(busy, "", None)
        elif text.strip() and text != self.talk.conversation.turn(id).text:
            self.talk.edit(id, text, self._current_setup(), self.parts.session.model)

    def _edit_last(self) -> None:
        users = [turn for turn in self.talk.conversation.path() if turn.role == "user"]
        if users:
            self.transcript.edit(users[-1].id)

    def _copy_last(self) -> None:
        self._act(self.talk.conversation.path()[-1].id, "copy")

    def _branch_last(self) -> None:
        self.talk.branch(self.talk.conversation.path()[-1].id)

    def _step(self, step: int) -> None:
        path = self.talk.conversation.path()
        self.talk.show_version(path[-1].id, step)

    def _new(self) -> None:
        self.leave()
        self.talk.new(self.talk.conversation.settings)
        self.composer.focus_text()

    def _open(self, id: str) -> None:
        self.leave()
        self.talk.open(id)

    # -- what the talk tells -----------------------------------------------------------------------------------

    def _on_opened(self, talk: Conversation) -> None:
        self.setup = setup_from_json(talk.settings) if talk.settings != "{}" else self._fresh_setup()
        self.run_pane.set_value(self.setup)
        self.prompt_pane.set_value(self.setup)
        self.composer.set_text(talk.draft)
        self._on_path(talk)
        self.library.refresh()

    def _fresh_setup(self) -> Setup:
        return new_setup()

    def _on_path(self, talk: Conversation) -> None:
        """Draw the turns anew, keeping those that stay."""
        path = talk.path()
        self.transcript.show_turns([self._entry(turn) for turn in path])
        self.middle.setCurrentWidget(self.transcript if path else self.start)
        self._show_start()
        self._look_again()

    def _entry(self, turn: Turn) -> dict[str, object]:
        """Return a turn as the transcript takes it."""
        versions = self.talk.conversation.versions(turn.id)
        at = next((i for i, version in enumerate(versions) if version.id == turn.id), 0)
        return {
            "id": turn.id,
            "role": turn.role,
            "title": "You" if turn.role == "user" else turn.model or "Model",
            "text": turn.text,
            "state": turn.state,
            "stats": turn.stats,
            "versions": (at + 1, max(1, len(versions))),
            "actions": _USER_ACTIONS if turn.role == "user" else _ANSWER_ACTIONS,
        }

    def _on_turn(self, turn: Turn) -> None:
        if turn.id in self.transcript.ids():
            self.transcript.finish(turn.id, turn.text, cast(State, turn.state), turn.stats)
        if "seed " in turn.stats:
            self.run_pane.output.remember_seed(int(turn.stats.rsplit("seed ", 1)[1]))
        self._look_again()

    def _on_status(self, words: str) -> None:
        """Say above the answer, and in the corner of the prompt box, what is going on."""
        self.composer.set_status(words)
        path = self.talk.conversation.path()
        if words and path and path[-1].id in self.transcript.ids():
            message = self.transcript.message(path[-1].id)
            if message.is_live and message.state == "waiting":
                self.transcript.set_state(message.id, message.state, words)

    def _on_writing(self, writing: bool) -> None:
        self.composer.set_busy(writing)
        self._escape.setEnabled(writing)
        self._show_send()

    # -- what the panes and the session tell -------------------------------------------------------------------

    def _current_setup(self) -> Setup:
        self.setup = self.prompt_pane.value(self.run_pane.value(self.setup))
        return self.setup

    def _on_setup(self) -> None:
        self.talk.keep_setup(self._current_setup())
        self._look_again()

    def _on_draft(self) -> None:
        self.prompt_pane.show_draft(self.composer.text())
        self._draft_pause.start()
        self._look_again()

    def _on_model(self, info: LoadedInfo | None) -> None:
        if info is not None:
            self._last = (info.model.path, info.model.name)
        self.run_pane.show_model(info)
        self.prompt_pane.show_model(info)
        self._show_start()
        self._look_again()
        self._show_send()

    def _on_settings(self, settings: Settings) -> None:
        self.composer.set_ctrl_enter(settings.send_with_ctrl)

    def _show_start(self) -> None:
        session = self.parts.session
        self.start.show_state(session.model, session.bringing, session.shelf, self._last)
        if session.bringing is not None:
            self.strip.show_bringing(session.bringing)
        else:
            self.strip.show_offer(*self._last)
        self.strip.setVisible(session.model is None and bool(self.talk.conversation.path()))

    # -- looking at the prompt ---------------------------------------------------------------------------------

    def _look_again(self) -> None:
        """Compose the prompt as it would be sent now, in the glance lane."""
        model = self.parts.session.model
        if model is None or self.talk.is_writing:
            if model is None:
                self._show_prompt(None)
            return
        setup = self._current_setup()
        draft = self.composer.text()
        messages = tuple(turn.message() for turn in self.talk.conversation.path())
        if draft.strip() or not messages or messages[-1].role == "assistant":
            messages = (*messages, Message("user", draft if draft.strip() else "…"))
        self._look.ask(model, setup.prompt(messages), setup.run)

    def _show_prompt(self, info: PromptInfo | None) -> None:
        self._prompt = info
        room = self._current_setup().run.max_tokens
        self.xray.show_prompt(info, room)
        self.bar.set_prompt(info, room)
        self.prompt_pane.show_prompt(info)
        path = self.talk.conversation.path()
        self.transcript.set_out_of_context([turn.id for turn in path[: info.left_out if info else 0]])
        draft = self.composer.text().strip()
        self.composer.set_token_count(info.count("message") if info is not None and draft else None)
        self._show_send()

    def _show_send(self) -> None:
        """Enable Send, or say why not."""
        reason = self._why_no_model() or (self._look.problem.message if self._look.problem is not None else "")
        self.composer.set_disabled_reason("" if self.talk.is_writing else reason)

    # -- putting it together -----------------------------------------------------------------------------------

    def _arrange(self) -> None:
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.middle.addWidget(self.start)
        self.middle.addWidget(self.transcript)
        column.addWidget(self.middle, 1)
        below = QVBoxLayout()
        below.setContentsMargins(14, 4, 14, 12)
        below.setSpacing(6)
        below.addWidget(self.strip)
        below.addWidget(self.bar)
        below.addWidget(self.composer)
        column.addLayout(below)
        for pane, name in ((self.run_pane, "Run settings"), (self.prompt_pane, "Prompt"), (self.xray, "X-ray")):
            self.tabs.addTab(pane, name)
        self.tabs.setDocumentMode(True)
        self.tabs.setObjectName("rightPane")
        for at, (widget, least) in enumerate(((self.list, 160), (centre, 380), (self.tabs, 300))):
            widget.setMinimumWidth(least)
            self.splitter.addWidget(widget)
            self.splitter.setStretchFactor(at, 1 if widget is centre else 0)
        self.splitter.setSizes([230, 800, 360])
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)

    def _toggle(self, at: int) -> None:
        pane = (self.list, self.middle, self.tabs)[at]
        pane.setVisible(not pane.isVisible())

    def _tab(self, at: int) -> None:
        self.tabs.setVisible(True)
        self.tabs.setCurrentIndex(at)

    def _connect_talk(self) -> None:
        talk = self.talk
        talk.opened.connect(self._on_opened)
        talk.path_changed.connect(self._on_path)
        talk.turn_changed.connect(self._on_turn)
        talk.text_added.connect(self.transcript.append)
        talk.status_changed.connect(self._on_status)
        talk.writing_changed.connect(self._on_writing)
        talk.list_changed.connect(self.library.refresh)
        talk.problem.connect(self.problem)
        self._look.answered.connect(self._show_prompt)

    def _connect_widgets(self) -> None:
        self.transcript.action.connect(self._act)
        self.transcript.version_requested.connect(self.talk.show_version)
        self.transcript.edited.connect(self._on_edited)
        self.composer.send_requested.connect(self._send)
        self.composer.stop_requested.connect(self.talk.stop)
        self.composer.edit_last_requested.connect(self._edit_last)
        self.composer.text_changed.connect(lambda _: self._on_draft())
        self.composer.problem.connect(self.problem)
        self._draft_pause.timeout.connect(lambda: self.talk.keep_draft(self.composer.text()))
        for pane in (self.run_pane, self.prompt_pane):
            pane.changed.connect(self._on_setup)
            pane.problem.connect(self.problem)
            pane.notice.connect(lambda words: self.notify.emit(words, "", None))
        self.list.open_requested.connect(self._open)
        self.list.new_requested.connect(self._new)
        self.library.done.connect(self.done)
        self.library.notice.connect(lambda words: self.notify.emit(words, "", None))
        self.library.problem.connect(self.problem)

    def _connect_session(self) -> None:
        session, desk = self.parts.session, self.parts.desk
        session.model_changed.connect(self._on_model)
        session.bringing_changed.connect(lambda _: self._show_start())
        session.shelf_changed.connect(lambda _: self._show_start())
        session.settings_changed.connect(self._on_settings)
        self._on_settings(session.settings)
        self.start.starter_requested.connect(desk.get_starter)
        for offer in (self.start, self.strip):
            offer.load_requested.connect(desk.open)
            offer.stop_requested.connect(desk.stop)
            offer.models_requested.connect(lambda: self.parts.commands.run("models.open"))
        self.start.prompt_chosen.connect(self._send)
