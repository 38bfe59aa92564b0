"""Repeats a recorded answer, after loading its model if need be."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from playground.core.events import Cancelled, Done, Failed, Progress, Started, Token, Waiting
from playground.core.facts import DTYPES, LoadedInfo, ReplayInfo, RunInfo
from playground.core.history import Record
from playground.gui.history.replay_card import ReplayCard
from playground.gui.panel import Parts
from playground.gui.ticket import Ticket
from playground.jobs.determinism import Determinism
from playground.jobs.replay import Replay

CHECKING = "Checking determinism"


class Replaying(QObject):
    """One replay at a time; its progress and verdict stand on the card of the record that is shown."""

    changed = Signal()  # whether something can be replayed now

    def __init__(self, parts: Parts, card: ReplayCard) -> None:
        super().__init__()
        self._parts, self._card = parts, card
        self._shown = ""  # the record on screen
        self._waiting: Record | None = None  # for its model
        self._ticket: Ticket | None = None
        self._of = ""
        self._record: Record | None = None  # replayed last
        card.stop_requested.connect(self.stop)
        card.check_requested.connect(lambda: self.check(self._record) if self._record is not None else None)
        parts.desk.loaded.connect(self._on_loaded)
        # The model is taken in right after it is no longer on its way: look a moment later.
        self._look = QTimer(self, singleShot=True, interval=0)
        self._look.timeout.connect(self._on_brought)
        parts.session.bringing_changed.connect(lambda bringing: self._look.start() if bringing is None else None)

    def why_not(self, record: Record) -> str:
        """Return why this record cannot be replayed now, or nothing."""
        info = record.info
        if record.entry.state == "running":
            return "This answer is still being written."
        if info is None or not record.tokens:
            return "There is no answer to compare with."
        if self._ticket is not None or self._waiting is not None:
            return "Another replay is under way."
        if self._loaded(info) is not None:
            return ""
        if not Path(info.model).exists():
            return "Its model is no longer on this computer."
        return self._parts.desk.busy()

    def needs_model(self, record: Record) -> str:
        """Return the name of the model that has to be loaded first, or nothing."""
        info = record.info
        return (info.model_name or record.entry.model) if info is not None and self._loaded(info) is None else ""

    def show_record(self, id: str) -> None:
        """Another record is on screen: what is told of an earlier one is not shown there."""
        self._shown = id
        self._card.clear()
        if id == self._of and self._ticket is not None:
            self._card.show_progress("", 0, 0)

    def start(self, record: Record) -> None:
        """Replay a record; its model is loaded first if it is not there."""
        info = record.info
        if info is None or self.why_not(record):
            return
        if self._loaded(info) is not None:
            self._begin(record)
            return
        self._waiting, self._of = record, record.entry.id
        self._card.show_progress(f"Loading {self.needs_model(record)} first.", 0, 0)
        same = info.reading_dtype in ("", info.dtype) and info.dtype in DTYPES
        self._parts.desk.load(info.model, info.dtype if same else "auto")
        self.changed.emit()

    def why_not_check(self, record: Record) -> str:
        """Return why the determinism of this record cannot be checked now, or nothing."""
        reason = self.why_not(record)
        return reason or (f"Load {name} first." if (name := self.needs_model(record)) else "")

    def check(self, record: Record) -> None:
        """Write a record again in several ways."""
        if self.why_not_check(record):
            return
        self._of = record.entry.id
        ticket = self._ticket = self._parts.jobs.submit(Determinism(record.entry.id))
        self._say("Waiting for the engine", 0, 0, CHECKING)
        ticket.on(Progress, lambda event: self._say(event.text, event.done, event.total, CHECKING))
        ticket.on(Waiting, lambda event: self._say(event.reason, 0, 0, CHECKING))
        ticket.on(Done, lambda event: self._on_checked(event.result))
        ticket.on(Failed, self._on_failed).on(Cancelled, lambda _: self._end())
        self.changed.emit()

    def stop(self) -> None:
        """Stop the replay, or the loading before it."""
        if self._ticket is not None:
            self._parts.jobs.stop(self._ticket)
        elif self._waiting is not None:
            self._parts.desk.stop()

    # -- inside --------------------------------------------------------------------------------------------------

    def _loaded(self, info: RunInfo) -> LoadedInfo | None:
        return next((m for m in self._parts.session.models if m.model.path == info.model), None)

    def _on_loaded(self, loaded: LoadedInfo) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and waiting.info is not None and loaded.model.path == waiting.info.model:
            self._begin(waiting)

    def _on_brought(self) -> None:
        """Nothing is on its way any more; if the model has not come, nothing is replayed."""
        if self._parts.session.bringing is None and self._waiting is not None:
            self._waiting = None
            self._end()

    def _begin(self, record: Record) -> None:
        total = len(record.tokens)
        self._of, self._record = record.entry.id, record
        ticket = self._ticket = self._parts.jobs.submit(Replay(record.entry.id))
        self._say("Waiting for the engine", 0, total)
        ticket.on(Started, lambda _: self._say("Reading the prompt", 0, total))
        ticket.on(Progress, lambda event: self._say(f"Reading {event.done}/{event.total}", 0, total))
        ticket.on(Token, lambda event: self._say(f"{event.step + 1:,} of {total:,} tokens", event.step + 1, total))
        ticket.on(Done, lambda event: self._on_done(event.result))
        ticket.on(Failed, self._on_failed).on(Cancelled, lambda _: self._end())
        self.changed.emit()

    def _say(self, words: str, done: int, total: int, title: str = "Replaying") -> None:
        if self._of == self._shown:
            self._card.show_progress(words, done, total, title)

    def _on_checked(self, result: object) -> None:
        assert isinstance(result, tuple)
        self._end()
        if self._of == self._shown:
            self._card.show_checks(result)

    def _on_done(self, result: object) -> None:
        assert isinstance(result, ReplayInfo)
        self._end()
        if self._of == self._shown:
            self._card.show_verdict(result)

    def _on_failed(self, event: Failed) -> None:
        self._end()
        if self._of == self._shown:
            self._card.show_problem(event.message, event.hint)

    def _end(self) -> None:
        self._ticket = None
        if self._of == self._shown:
            self._card.clear()
        self.changed.emit()
