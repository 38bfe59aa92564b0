"""The middle of the chat: start page or transcript, the offer to load, the context bar and the prompt box."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from playground.core.conversation import Conversation, Turn
from playground.core.errors import UserError
from playground.core.facts import PromptInfo
from playground.gui.chat.load_strip import LoadStrip
from playground.gui.chat.start_page import StartPage
from playground.gui.session import Session
from playground.gui.theme import Theme
from playground.gui.widgets.cache_bar import CacheBar
from playground.gui.widgets.composer import Composer
from playground.gui.widgets.context_bar import ContextBar
from playground.gui.widgets.message_data import State
from playground.gui.widgets.transcript import Transcript

_USER_ACTIONS = ("copy", "edit", "branch", "delete")
_ANSWER_ACTIONS = ("copy", "edit", "regenerate", "continue", "branch", "tokens", "history", "delete")


class TalkView(QWidget):
    """Draws a conversation and takes what the user types. What is done about it is the panel's."""

    escaped = Signal()  # Esc while an answer is being written

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.start = StartPage(theme)
        self.transcript = Transcript(theme)
        self.strip = LoadStrip(theme)
        self.bar = ContextBar(theme, compact=True)
        self.cache = CacheBar(theme)
        self.composer = Composer(theme)
        self._middle = QStackedWidget()
        self.setProperty("ground", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._escape = QShortcut(QKeySequence("Esc"), self, context=Qt.ShortcutContext.WindowShortcut)
        self._escape.setEnabled(False)  # while nothing is written, Esc belongs to what has the focus
        self._escape.activated.connect(self.escaped)
        self.composer.box.installEventFilter(self)
        self._arrange()

    def show_path(self, talk: Conversation) -> None:
        """Draw the turns on the path, keeping those that stay."""
        path = talk.path()
        self.transcript.show_turns([_entry(talk, turn) for turn in path])
        self._middle.setCurrentWidget(self.transcript if path else self.start)

    def show_turn(self, turn: Turn) -> None:
        """Show a turn that has ended."""
        if turn.id in self.transcript.ids():
            self.transcript.finish(turn.id, turn.text, cast(State, turn.state), turn.stats)

    def show_status(self, talk: Conversation, words: str) -> None:
        """Say above the answer, and in the corner of the prompt box, what is going on."""
        self.composer.set_status(words)
        path = talk.path()
        if words and path and path[-1].id in self.transcript.ids():
            message = self.transcript.message(path[-1].id)
            if message.state == "waiting":
                self.transcript.set_state(message.id, message.state, words)

    def show_writing(self, writing: bool) -> None:
        """Put Stop in the place of Send, or the other way round."""
        self.composer.set_busy(writing)
        self._escape.setEnabled(writing)

    def show_models(self, session: Session, last: tuple[str, str], has_turns: bool) -> None:
        """Offer what leads to a model; `last` is the path and name of the one used last."""
        self.start.show_state(session.model, session.bringing, session.shelf, last)
        if session.bringing is not None:
            self.strip.show_bringing(session.bringing)
        else:
            self.strip.show_offer(*last)
        self.strip.setVisible(session.model is None and has_turns)

    def show_prompt(self, talk: Conversation, info: PromptInfo | None, room: int) -> None:
        """Show what the next prompt takes of the context, and grey what does not fit."""
        self.bar.set_prompt(info, room)
        self.bar.setVisible(info is not None)
        self.transcript.set_out_of_context([turn.id for turn in talk.path()[: info.left_out if info else 0]])
        has_draft = bool(self.composer.text().strip())
        self.composer.set_token_count(info.count("message") if info is not None and has_draft else None)

    def show_send(self, reason: str, problem: UserError | None) -> None:
        """Enable Send, or say why not; a prompt that cannot be sent says so in plain sight."""
        self.composer.set_disabled_reason(reason or (problem.message if problem is not None else ""))
        self.composer.set_status(f"{problem.message} {problem.hint}" if problem is not None and not reason else "")

    def point_at(self, id: str) -> None:
        """Scroll to a message, once it has its place."""

        def scroll() -> None:
            if id in self.transcript.ids():
                self.transcript.ensureWidgetVisible(self.transcript.view(id), 0, 0)

        QTimer.singleShot(0, self.transcript, scroll)

    def take_text(self) -> None:
        """The text was sent: begin afresh. Ctrl+Z is for what was done to the chat now."""
        self.composer.clear()
        self.composer.box.document().clearUndoRedoStacks()

    def connect_offers(
        self, load: Callable[[str], object], stop: Callable[[], object], models: Callable[[], object]
    ) -> None:
        """Connect the buttons that lead to a model, which stand in two places."""
        for offer in (self.start, self.strip):
            offer.load_requested.connect(load)
            offer.stop_requested.connect(stop)
            offer.models_requested.connect(models)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.composer.set_room(self.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave Ctrl+Z and Ctrl+Y to the chat when there is nothing in the prompt box to take back."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            document = self.composer.box.document()
            undo = event.matches(QKeySequence.StandardKey.Undo) and not document.isUndoAvailable()
            if undo or (event.matches(QKeySequence.StandardKey.Redo) and not document.isRedoAvailable()):
                event.ignore()
                return True
        return super().eventFilter(watched, event)

    def _arrange(self) -> None:
        self._middle.addWidget(self.start)
        self._middle.addWidget(self.transcript)
        # On a low screen what can be scrolled gives way, not the box and its Send.
        self._middle.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        below = QVBoxLayout()
        below.setContentsMargins(14, 4, 14, 12)
        below.setSpacing(6)
        for widget in (self.strip, self.bar, self.cache, self.composer):
            below.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._middle, 1)
        column.addLayout(below)


def _entry(talk: Conversation, turn: Turn) -> dict[str, object]:
    """Return a turn as the transcript takes it."""
    versions = talk.versions(turn.id)
    at = next((i for i, version in enumerate(versions) if version.id == turn.id), 0)
    return {
        "id": turn.id,
        "role": turn.role,
        "title": "You" if turn.role == "user" else turn.model or "Model",
        "text": turn.text,
        "state": "waiting" if turn.state == "writing" and not turn.text else turn.state,
        "stats": turn.stats,
        "versions": (at + 1, max(1, len(versions))),
        "actions": _actions(turn),
    }


def _actions(turn: Turn) -> tuple[str, ...]:
    """Return what can be done with a turn; only what a model wrote has tokens."""
    actions = _USER_ACTIONS if turn.role == "user" else _ANSWER_ACTIONS
    return actions if turn.run_id else tuple(name for name in actions if name != "tokens")
