"""Asks the engine what tokens are called, and which of them end an answer, while their model is loaded."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from playground.core.events import Done, Failed
from playground.gui.client import JobClient
from playground.gui.session import Session
from playground.gui.ticket import Ticket
from playground.jobs.end_tokens import EndTokens
from playground.jobs.token_texts import TokenTexts

AT_ONCE = 2_000  # ids: answered between two frames


class Vocabulary(QObject):
    """The texts of one model's tokens, as far as they are known; `changed` tells that more of them are.

    One question at a time: in the glance lane a newer one of the same kind would replace it.
    """

    changed = Signal()

    def __init__(self, jobs: JobClient, session: Session) -> None:
        super().__init__()
        self._jobs, self._session = jobs, session
        self.path = ""
        self.texts: dict[int, str] = {}
        self.ends: frozenset[int] = frozenset()
        self._waiting: dict[int, None] = {}  # ids in the order in which they are wanted
        self._ticket: Ticket | None = None
        session.models_changed.connect(lambda _: self._on_models())

    @property
    def is_loaded(self) -> bool:
        """Say whether the model can be asked."""
        return any(info.model.path == self.path for info in self._session.models)

    def open(self, path: str) -> None:
        """Speak of this model from now on."""
        if path != self.path:
            self.path = path
            self._forget()
        self._ask_for_ends()

    def want(self, ids: Iterable[int]) -> None:
        """Ask for the texts of these before all others."""
        new = dict.fromkeys(id for id in ids if id not in self.texts)
        self._waiting = {**new, **self._waiting}
        self._ask()

    def _on_models(self) -> None:
        if not self.is_loaded:
            self._ticket = None
        self._ask_for_ends()
        self._ask()
        self.changed.emit()

    def _forget(self) -> None:
        self.texts, self.ends, self._waiting, self._ticket = {}, frozenset(), {}, None

    def _ask_for_ends(self) -> None:
        if not self.ends and self.is_loaded:
            path = self.path
            ticket = self._jobs.submit(EndTokens(path))
            ticket.on(Done, lambda event: self._take_ends(path, event.result))
            ticket.on(Failed, lambda _: None)  # then nothing is said of the end

    def _take_ends(self, path: str, ids: object) -> None:
        if path == self.path and isinstance(ids, tuple):
            self.ends = frozenset(ids)
            self.changed.emit()

    def _ask(self) -> None:
        if self._ticket is not None or not self._waiting or not self.is_loaded:
            return
        ids = tuple(self._waiting)[:AT_ONCE]
        self._ticket = ticket = self._jobs.submit(TokenTexts(self.path, ids))
        ticket.on(Done, lambda event: self._take(ticket, ids, event.result))
        ticket.on(Failed, lambda _: None)  # the model went: they are asked for again when it is back
        ticket.on_end(lambda: self._on_end(ticket))

    def _take(self, ticket: Ticket, ids: tuple[int, ...], texts: object) -> None:
        if ticket is not self._ticket or not isinstance(texts, tuple):
            return
        self.texts.update(zip(ids, texts, strict=False))
        self._waiting = {id: None for id in self._waiting if id not in self.texts}
        self._ticket = None
        self._ask()
        self.changed.emit()

    def _on_end(self, ticket: Ticket) -> None:
        if ticket is self._ticket:
            self._ticket = None
