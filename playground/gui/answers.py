"""The answers under way in all conversations: what is asked of the engine, and what comes back.

Knows neither the trees of the conversations nor the record: what is told here is put there by the talk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from playground.core.conversation import Turn
from playground.core.errors import UserError
from playground.core.events import Cancelled, Done, Failed, Progress, Started, Token
from playground.core.facts import PromptInput, ReplyInfo
from playground.gui.client import JobClient
from playground.gui.stats import Watch
from playground.gui.ticket import Ticket
from playground.gui.writing import Answer, Writing
from playground.jobs.job import RecordedJob
from playground.jobs.replies import Replies, seeds_from
from playground.jobs.reply import Reply
from playground.recipes.run_settings import RunSettings


@dataclass(frozen=True)
class Asked:
    """What is to be answered. `reply_ids` are the tokens of an answer that is continued."""

    model: str
    prompt: PromptInput
    settings: RunSettings
    reply_ids: tuple[int, ...] = ()
    cache_mb: int = 0


@dataclass(frozen=True)
class Ending:
    """How one answer ended."""

    turn: str
    text: str
    state: str
    stats: str


class Answers(QObject):
    """Starts answers and follows them to their end; one writing for each conversation at a time."""

    grown = Signal(object, str, str)  # Writing, turn, piece
    moved = Signal(object)  # Writing: its status or its counts are new
    ended = Signal(object, object, object)  # Writing, tuple[Ending, ...], CacheUse | None
    failed = Signal(object)  # UserError

    def __init__(self, jobs: JobClient) -> None:
        super().__init__()
        self._jobs = jobs
        self._writings: dict[str, Writing] = {}  # by conversation

    @property
    def any(self) -> bool:
        """Say whether anything is being written."""
        return bool(self._writings)

    def of(self, talk: str) -> Writing | None:
        """Return what is being written in a conversation."""
        return self._writings.get(talk)

    def begin(self, talk: str, turns: Sequence[Turn], asked: Asked) -> Writing:
        """Have an answer written for each of these turns, which hold what stands before the first new token."""
        settings = asked.settings.seeded()
        seeds = seeds_from(settings.seed or 0, len(turns))
        ticket = self._jobs.submit(_job(talk, turns, replace(asked, settings=settings), seeds))
        answers = tuple(Answer(turn.id, turn.text, Watch(seed)) for turn, seed in zip(turns, seeds, strict=True))
        writing = self._writings[talk] = Writing(talk, ticket, answers)
        self._listen(writing, ticket)
        return writing

    def stop(self, talk: str) -> None:
        """Stop what is being written in a conversation; what there is is kept."""
        if writing := self._writings.get(talk):
            self._jobs.stop(writing.ticket)

    def _listen(self, writing: Writing, ticket: Ticket) -> None:
        ticket.on(Started, lambda _: self._on_started(writing))
        ticket.on(Progress, lambda event: self._on_progress(writing, event))
        ticket.on(Token, lambda event: self._on_token(writing, event))
        ticket.on(Done, lambda event: self._on_done(writing, event.result))
        ticket.on(Cancelled, lambda _: self._break_off(writing, "stopped", "stopped by you"))
        ticket.on(Failed, lambda event: self._on_failed(writing, event))

    def _on_started(self, writing: Writing) -> None:
        for answer in writing.answers:
            answer.status = "Reading prompt"
        self.moved.emit(writing)

    def _on_progress(self, writing: Writing, event: Progress) -> None:
        for answer in writing.answers:
            answer.status = answer.watch.reading(event)
        self.moved.emit(writing)

    def _on_token(self, writing: Writing, event: Token) -> None:
        answer = writing.answers[event.row]
        answer.pieces.append(event.text)
        answer.watch.token(event)
        answer.status = answer.watch.writing()
        if event.text:
            self.grown.emit(writing, answer.turn, event.text)
        self.moved.emit(writing)

    def _on_done(self, writing: Writing, result: object) -> None:
        parts: tuple[ReplyInfo, ...] = result if isinstance(result, tuple) else (result,)
        endings = [
            Ending(answer.turn, answer.prefix + part.text, "done", answer.watch.words(part.stop_reason, part))
            for answer, part in zip(writing.answers, parts, strict=True)
        ]
        self._end(writing, endings, parts[0].saved_seconds)

    def _on_failed(self, writing: Writing, event: Failed) -> None:
        state = "interrupted" if event.code in ("E-ENGINE-DIED", "E-STOPPED-BY-FORCE") else "failed"
        self._break_off(writing, state, event.message)
        error = UserError(event.message, event.hint, event.code)
        error.__notes__ = [event.details]
        self.failed.emit(error)

    def _break_off(self, writing: Writing, state: str, reason: str) -> None:
        """End with what has been written so far."""
        endings = [Ending(a.turn, a.text, state, a.watch.words(reason)) for a in writing.answers]
        self._end(writing, endings)

    def _end(self, writing: Writing, endings: Sequence[Ending], saved_seconds: float = 0.0) -> None:
        del self._writings[writing.talk]
        self.ended.emit(writing, tuple(endings), writing.use("ended", saved_seconds))


def _job(talk: str, turns: Sequence[Turn], asked: Asked, seeds: tuple[int, ...]) -> RecordedJob:
    runs = tuple(turn.run_id for turn in turns)
    about = (runs[0], asked.model, asked.prompt, asked.settings)
    if len(runs) == 1:
        return Reply(*about, asked.reply_ids, talk, asked.cache_mb)
    return Replies(*about, seeds, runs[1:], talk, asked.cache_mb)
