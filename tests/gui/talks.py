"""A talk with all its surroundings: a fake client and a real record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

from playground.core.conversation import Conversation, Turn
from playground.core.errors import UserError
from playground.core.events import Done, Failed, Started
from playground.core.facts import LoadedInfo, ModelInfo, ReplyInfo
from playground.core.paths import Paths
from playground.core.store import Store
from playground.gui.records import Records
from playground.gui.setup import new_setup
from playground.gui.talk import Talk
from playground.jobs.job import RecordedJob
from playground.jobs.reply import Reply
from tests.gui.fakes import FakeJobs
from tests.jobs.helpers import token

MODEL = LoadedInfo(ModelInfo("models/toy", "Toy", "safetensors"), "float32", "cpu", 1, 0.1)
DIED = Failed("The engine stopped unexpectedly.", code="E-ENGINE-DIED")


class Chat:
    """A talk with all its surroundings."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.jobs = FakeJobs()
        self.records = Records(Paths.standard().store)
        self.talk = Talk(self.jobs, self.records)  # type: ignore[arg-type]
        self.setup = new_setup()
        self.problems: list[UserError] = []
        self.talk.problem.connect(self.problems.append)

    def send(self, text: str = "Why?", *pieces: str) -> str:
        """Send a message and tell pieces of its answer; return the answer's turn."""
        self.talk.send(text, self.setup, MODEL)
        self.write(*pieces)
        return self.turn.id

    def write(self, *pieces: str) -> None:
        self.jobs.tell(Started(), *(token(step, piece) for step, piece in enumerate(pieces)))

    def done(self, text: str = "Because.") -> None:
        self.jobs.tell(Done(ReplyInfo(text, "end of turn", 30, 3, 0.5, 1.5, 7)))

    def exchange(self, text: str, answer: str) -> str:
        """Send a message and have it answered; return the answer's turn."""
        id = self.send(text, answer)
        self.done(answer)
        return id

    @property
    def turn(self) -> Turn:
        """The last turn on screen."""
        return self.talk.conversation.path()[-1]

    @property
    def texts(self) -> list[str]:
        return [turn.text for turn in self.talk.conversation.path()]

    @property
    def begun(self) -> RecordedJob:
        """The job that was begun last, whether it writes one answer or several."""
        job = self.jobs.last.job
        assert isinstance(job, RecordedJob)
        return job

    @property
    def job(self) -> Reply:
        job = self.jobs.last.job
        assert isinstance(job, Reply)
        return job

    def stored(self, id: str = "") -> Conversation:
        """What another process, or the next start, would find."""
        assert self.records.flush()
        store = Store(Paths.standard().store)
        found = store.conversation(id or self.talk.conversation.id)
        store.close()
        assert found is not None
        return found

    def after_reading(self, act: Callable[[], object]) -> None:
        """Do something that reads the record, and wait until it has."""
        count = len(self.jobs.all), self.talk.conversation.id
        act()
        self.qtbot.waitUntil(lambda: (len(self.jobs.all), self.talk.conversation.id) != count)


def heard(signal: Any) -> list[Any]:
    found: list[Any] = []
    signal.connect(lambda *args: found.append(args[0] if len(args) == 1 else args))
    return found
