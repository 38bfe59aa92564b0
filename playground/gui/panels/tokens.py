"""Tokens: one recorded answer, token by token, with what the model thought of each."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from playground.core.history import Entry, Record
from playground.core.plain import load
from playground.gui.commands import Command
from playground.gui.going_on import GoingOn
from playground.gui.history.entry_painter import facts_line, plain_line
from playground.gui.history.words import moment
from playground.gui.lens.lens import Lens
from playground.gui.panel import Panel, Parts
from playground.gui.tokens.answer_view import SIDE_WIDTH, AnswerView
from playground.gui.tokens.measures import MEASURES
from playground.gui.tokens.reading import Reading
from playground.gui.tokens.tokens_commands import tokens_commands
from playground.gui.tokens.vocabulary import Vocabulary
from playground.gui.widgets.empty_state import EmptyState
from playground.recipes.run_settings import RunSettings

NO_ANSWER = "Choose an answer first."
ABOUT = "Every token of an answer stands here with its probability, and with those that could have stood in its place."


class TokensPanel(Panel):
    """An answer as tokens in the colours of a measure, the chosen one in full beside them."""

    title: ClassVar[str] = "Tokens"
    icon: ClassVar[str] = "scan-search"
    place: ClassVar[int] = 25

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.vocabulary = Vocabulary(parts.jobs, parts.session)
        self.view = AnswerView(parts.theme, self.vocabulary)
        self.lens = Lens(parts.theme, parts.jobs, self.vocabulary)
        self.reading = Reading(parts.records)
        self._record: Record | None = None
        self._newest: Entry | None = None
        self._sized = False
        self._arrange()
        self._connect()

    # -- the panel -----------------------------------------------------------------------------------------------

    def commands(self) -> list[Command]:
        return tokens_commands(self)

    def shown(self) -> None:
        if self._record is None:
            self.reading.look_for_newest()
        elif self._pages.currentWidget() is self.view:
            self.view.focus_tokens()

    def save_layout(self) -> dict[str, object]:
        view = self.view
        return {"colour": view.colour_by.value(), "view": view.as_what.value(), "splitter": view.splitter.sizes()}

    def restore_layout(self, state: dict[str, object]) -> None:
        if state.get("colour") in [measure.name for measure in MEASURES]:
            self.view.set_measure(str(state["colour"]))
        if state.get("view") in ("strip", "table"):
            self.view.set_view(str(state["view"]))
        sizes = state.get("splitter")
        if isinstance(sizes, list) and len(sizes) == 2 and all(isinstance(n, int) and n > 0 for n in sizes):
            self.view.splitter.setSizes(sizes)
            self._sized = True

    @property
    def record(self) -> Record | None:
        """The record on screen."""
        return self._record

    def why_nothing(self) -> str:
        return "" if self._record is not None and self._record.tokens else NO_ANSWER

    # -- what the user does --------------------------------------------------------------------------------------

    def show_run(self, id: str) -> None:
        """Show the tokens of a run."""
        self.reading.want(id)
        self.parts.commands.run("tokens.open")

    def show_newest(self) -> None:
        """Show the tokens of the newest answer, or say that there is none."""
        self._record, self._newest = None, None
        self.reading.look_for_newest()
        self._show_at_once = True

    def go_on(self, at: int, id: int, settings: RunSettings) -> None:
        """Have the answer written on with this token in the place of its own, as another version in its chat."""
        record = self._record
        if record is None:
            return
        if reason := self._why_not_go_on(record, id):
            self.notify.emit(reason, "", None)
            return
        job = load(record.job)
        before = (*job.reply_ids, *(token.id for token in record.tokens[:at]))
        dropped = sum(len(token.text) for token in record.tokens[at:])
        piece = self.vocabulary.texts.get(id, "")
        wish = GoingOn(record.conversation, record.turn, (*before, id), dropped, piece, settings)
        self.parts.commands.run("chat.go_on_from", wish)

    def _why_not_go_on(self, record: Record, id: int) -> str:
        model = self.parts.session.model
        if not record.conversation:
            return "This answer is in no chat. Open it in the chat from the history first."
        if record.info is None or model is None or model.model.path != record.info.model:
            return "Load the model this answer was written with first."
        return "That token ends the answer: there is nothing to go on with." if id in self.vocabulary.ends else ""

    def _load(self) -> None:
        self.parts.desk.open(self.vocabulary.path)

    def _on_token(self, at: int) -> None:
        if self._record is not None and 0 <= at < len(self._record.tokens):
            self.lens.show_step(self._record.tokens[at].step)

    def _on_go_on(self, at: int, id: int) -> None:
        if self.lens.settings is not None:
            self.go_on(at, id, self.lens.settings)

    def _on_struck(self, steps: frozenset[int], first: int) -> None:
        tokens = self._record.tokens if self._record is not None else ()
        struck = frozenset(at for at, token in enumerate(tokens) if token.step in steps)
        self.view.strip.set_struck(struck, self._place_of(first))

    def _place_of(self, step: int) -> int:
        """Return where the token of a step stands in the answer, -1 for none."""
        tokens = self._record.tokens if self._record is not None else ()
        return next((at for at, token in enumerate(tokens) if token.step == step), -1)

    # -- what was read -------------------------------------------------------------------------------------------

    def _on_read(self, record: Record) -> None:
        if record == self._record:
            return
        self._record = record
        if record.entry.state == "running":
            self._say("This answer is still being written", "Its tokens will stand here when it has ended.")
        elif not record.tokens:
            self._say("No token was written", record.error or "The run ended before its first token.")
        else:
            self._show_answer(record)

    def _show_answer(self, record: Record) -> None:
        self.vocabulary.open(record.info.model if record.info is not None else "")
        self.lens.show_record(record)
        self.view.show_record(record)
        self._show_offer()
        ids = dict.fromkeys(id for token in record.tokens for id, _ in token.alternatives)
        self.vocabulary.want({**dict.fromkeys(token.id for token in record.tokens), **ids})
        self._pages.setCurrentWidget(self.view)
        if self.isVisible():
            self.view.focus_tokens()

    def _on_lost(self) -> None:
        self.notify.emit("This record is no longer there.", "", None)
        if self._record is None:
            self.reading.look_for_newest()

    def _on_newest(self, entry: Entry | None) -> None:
        self._newest = entry
        if entry is not None and self._show_at_once:
            self.show_run(entry.id)
        elif self._record is None:
            self._offer(entry)
        self._show_at_once = False

    def _offer(self, entry: Entry | None) -> None:
        """Offer the newest answer, or say what to do first."""
        if entry is None:
            self._say("Nothing has been answered yet", f"{ABOUT} Ask something in the chat first.")
        else:
            asked = f"“{plain_line(entry.prompt)[:80]}” · {facts_line(entry)} · {moment(entry.started)}"
            self._say("Choose an answer", f"{ABOUT} The newest one: {asked}")
        self._newest_button.setVisible(entry is not None)
        self._history_button.setVisible(entry is not None)
        self._chat_button.setVisible(entry is None)
        if self.isVisible():
            (self._newest_button if entry is not None else self._chat_button).setFocus()

    def _say(self, title: str, text: str) -> None:
        self.empty.set_words(title, text)
        self._newest_button.setVisible(False)
        self._history_button.setVisible(True)
        self._chat_button.setVisible(True)
        self._pages.setCurrentWidget(self.empty)

    def _show_offer(self) -> None:
        """Offer the model that knows the words, or say why it cannot be loaded."""
        path = self.vocabulary.path
        reason = self.parts.desk.busy()
        if not path or not Path(path).exists():
            reason = "Its model is no longer on this computer."
        self.view.show_offer(reason)

    # -- putting it together -------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        run = self.parts.commands.run
        self._show_at_once = False
        self.empty = EmptyState("scan-search", "Nothing has been answered yet", ABOUT, self.parts.theme)
        self._newest_button = self.empty.add_button("Show its tokens", self._show_offered, icon="scan-search")
        self._chat_button = self.empty.add_button("Go to the chat", lambda: run("chat.open"), icon="message-square")
        self._history_button = self.empty.add_button("Open the history", lambda: run("history.open"), "", "history")
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self.view.add_section(self.lens)
        self._pages.addWidget(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self._offer(None)

    def _show_offered(self) -> None:
        if self._newest is not None:
            self.show_run(self._newest.id)

    def _show_in_history(self) -> None:
        if self._record is not None:
            self.parts.commands.run("history.show", self._record.entry.id)

    def _connect(self) -> None:
        session = self.parts.session
        self.reading.read.connect(self._on_read)
        self.reading.lost.connect(self._on_lost)
        self.reading.newest.connect(self._on_newest)
        self.view.load_requested.connect(self._load)
        self.view.strip.current_changed.connect(self._on_token)
        self.view.side.go_on_requested.connect(self._on_go_on)
        self.lens.struck_changed.connect(self._on_struck)
        self.lens.go_on_requested.connect(lambda step, id, run: self.go_on(self._place_of(step), id, run))
        self.view.head.record_requested.connect(self._show_in_history)
        self.view.head.newest_requested.connect(self.show_newest)
        session.models_changed.connect(lambda _: self._show_offer())
        session.bringing_changed.connect(lambda _: self._show_offer())

    # -- Qt ------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._sized:
            self._sized = True
            side = min(self.parts.theme.px(SIDE_WIDTH), 2 * self.width() // 5)
            self.view.splitter.setSizes([self.width() - side, side])
        if self._record is not None and self._record.entry.state == "running":
            self.reading.want(self._record.entry.id)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.reading.stop()
