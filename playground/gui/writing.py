"""Answers while they are being written, as the window follows them."""

from __future__ import annotations

from dataclasses import dataclass, field

from playground.gui.stats import Watch
from playground.gui.ticket import Ticket
from playground.gui.widgets.cache_parts import CacheUse, Stage


@dataclass
class Answer:
    """One answer under way."""

    turn: str
    prefix: str  # what stood before the first new token
    watch: Watch
    pieces: list[str] = field(default_factory=list)
    status: str = "Queued"  # what it is doing, in words

    @property
    def text(self) -> str:
        return self.prefix + "".join(self.pieces)


@dataclass
class Writing:
    """What one job writes: an answer, or several to the same prompt."""

    talk: str  # the conversation's id
    ticket: Ticket
    answers: tuple[Answer, ...]

    def texts(self) -> dict[str, str]:
        """Return what has been written so far, by turn."""
        return {answer.turn: answer.text for answer in self.answers}

    def status_of(self, turn: str) -> str:
        """Return what the answer of this turn is doing; of one that is not among them, what the first is doing."""
        shown = next((answer for answer in self.answers if answer.turn == turn), self.answers[0])
        many = f" · {len(self.answers)} answers at once" if len(self.answers) > 1 else ""
        return shown.status + many

    def use(self, stage: Stage = "reading", saved_seconds: float = 0.0) -> CacheUse | None:
        """Return what became of the prompt's tokens; None before its reading has begun."""
        first = self.answers[0].watch
        if not first.prompt:
            return None
        written = sum(answer.watch.written for answer in self.answers)
        if stage == "reading" and written:
            stage = "writing"
        return CacheUse(first.prompt, first.reused, first.read, written, saved_seconds, stage)
