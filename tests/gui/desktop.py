"""The real window on a temporary folder, with a client whose tickets the test speaks through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from playground.core.conversation import Conversation, Turn
from playground.core.events import LAST, Cancelled, Done, Event, Failed, Memory, Started
from playground.core.facts import LoadedInfo, ModelInfo, PromptInfo, PromptToken, ReplyInfo
from playground.core.paths import Paths
from playground.core.settings import read_settings
from playground.core.store import Store
from playground.gui.commands import Commands
from playground.gui.desk import ModelDesk
from playground.gui.main_window import MainWindow
from playground.gui.panel import Panel, Parts
from playground.gui.panels.chat import ChatPanel
from playground.gui.panels.models import ModelsPanel
from playground.gui.panels.settings import SettingsPanel
from playground.gui.records import Records
from playground.gui.session import Session
from playground.gui.theme import Theme
from playground.gui.ticket import Ticket
from playground.jobs.job import Job
from playground.jobs.list_models import ListModels
from playground.jobs.load import Load
from playground.jobs.reply import Reply
from playground.jobs.xray import Xray
from tests.gui.fakes import FakeJobs
from tests.jobs.helpers import token

J = TypeVar("J", bound=Job)
P = TypeVar("P", bound=Panel)

GB = 1_000_000_000
SIZE = (1280, 720)


class FakeClient(FakeJobs):
    """Like the real client in all that the window asks of it; `polite` says whether a job obeys Stop."""

    def __init__(self) -> None:
        super().__init__()
        self.starts = 0
        self.insisted: list[Ticket] = []

    def start(self) -> None:
        self.starts += 1

    def insist(self, ticket: Ticket) -> None:
        self.insisted.append(ticket)

    def stop(self, ticket: Ticket) -> None:
        ticket.stopping = True
        self.stopped.append(ticket)
        if self.polite:
            self.say(ticket, Cancelled())

    def say(self, ticket: Ticket, *events: Event) -> None:
        """Let a job tell something."""
        for event in events:
            ticket.tell(event)
            if isinstance(event, LAST):
                self.ended.emit(ticket, event)

    def die(self) -> None:
        """Let the engine stop unexpectedly."""
        lost = self.tickets
        self.engine_died.emit("The engine stopped unexpectedly.")
        for ticket in lost:
            self.say(
                ticket,
                Failed("The engine stopped unexpectedly.", "A fresh one is there.", "E-ENGINE-DIED", "Killed by 9"),
            )


def model(name: str = "Toy", path: str = "", **facts: Any) -> ModelInfo:
    """Return a description like that of a small real model."""
    usual: dict[str, Any] = {
        "architecture": "LlamaForCausalLM",
        "parameters": 134_515_008,
        "layers": 30,
        "heads": 9,
        "kv_heads": 3,
        "head_size": 64,
        "width": 576,
        "vocabulary": 49152,
        "context": 8192,
        "dtype": "bfloat16",
        "bytes": 269_060_552,
        "licence": "apache-2.0",
        "origin": "safetensors",
        "has_template": True,
    }
    return ModelInfo(path or f"models/{name}", name, "safetensors", **{**usual, **facts})


def loaded(info: ModelInfo | None = None, dtype: str = "bfloat16", **facts: Any) -> LoadedInfo:
    """Return what loading this model tells."""
    usual: dict[str, Any] = {
        "device": "cpu",
        "resident_bytes": 270_000_000,
        "seconds": 0.2,
        "template": "{% for message in messages %}{{ message.content }}{% endfor %}",
        "special_tokens": (("bos", "<|im_start|>", 1), ("eos", "<|im_end|>", 2)),
        "config": '{"model_type": "llama"}',
    }
    return LoadedInfo(info or model(), dtype, **{**usual, **facts})


def prompt_info(*parts: tuple[str, str], **facts: Any) -> PromptInfo:
    """Return a prompt of one token per (section, text)."""
    tokens = tuple(PromptToken(number, text, section, "user") for number, (section, text) in enumerate(parts, 100))
    return PromptInfo(tokens, **{"decisions": (), "context_length": 8192, **facts})


class Desktop:
    """One run of the application on a folder: everything real but the engine."""

    def __init__(self, qtbot: QtBot, paths: Paths | None = None, size: tuple[int, int] | None = SIZE) -> None:
        """Build the parts; without a size the window keeps the one it gives itself."""
        self.qtbot = qtbot
        self.paths = paths or Paths.standard()
        settings, self.trouble = read_settings(self.paths.settings)
        sweep()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.theme = Theme()
        self.theme.prepare(app, "light" if settings.theme == "system" else settings.theme, settings.zoom / 100)
        self.jobs = FakeClient()
        self.records = Records(self.paths.store)
        self.session = Session(settings)
        jobs: Any = self.jobs
        self.desk = ModelDesk(jobs, self.session)
        self.commands = Commands()
        self.parts = Parts(self.paths, self.session, jobs, self.records, self.commands, self.desk, self.theme)
        self.window = MainWindow(self.parts, self.trouble)
        self.theme.dress()
        if size is not None:
            self.window.resize(*size)
        self.is_open = True
        self.runs = [self]  # this one and its restarts

    # -- coming and going --------------------------------------------------------------------------------------

    def show(self, *shelf: ModelInfo) -> Desktop:
        """Show the window and let it wake up; `shelf` is what lies on this computer."""
        self.window.show()
        self.window.activateWindow()
        self.qtbot.waitUntil(lambda: bool(self.of(ListModels)))
        self.say(self.of(ListModels)[-1], Done(tuple(shelf)))
        self.settle()
        return self

    def close(self) -> None:
        """End as the application does."""
        if not self.is_open:
            return
        self.is_open = False
        for ticket in self.jobs.tickets:
            ticket.ended = True
        self.window.close()
        self.window.save()
        self.records.close()
        QApplication.processEvents()  # what was read at the last moment
        self.window.deleteLater()
        sweep()

    def restart(self, *shelf: ModelInfo) -> Desktop:
        """Close, and start again on the same folder."""
        self.close()
        after = Desktop(self.qtbot, self.paths)
        self.runs.append(after)
        after.runs = self.runs
        return after.show(*shelf)

    # -- the parts ---------------------------------------------------------------------------------------------

    def panel(self, kind: type[P]) -> P:
        return next(panel for panel in self.window.panels.values() if isinstance(panel, kind))

    @property
    def chat(self) -> ChatPanel:
        return self.panel(ChatPanel)

    @property
    def models(self) -> ModelsPanel:
        return self.panel(ModelsPanel)

    @property
    def preferences(self) -> SettingsPanel:
        return self.panel(SettingsPanel)

    @property
    def box(self) -> QWidget:
        return self.chat.view.composer.box

    # -- jobs --------------------------------------------------------------------------------------------------

    def of(self, kind: type[Job]) -> list[Ticket]:
        """Return the tickets of one kind that have not ended, oldest first."""
        return [ticket for ticket in self.jobs.tickets if isinstance(ticket.job, kind)]

    def ticket(self, kind: type[Job]) -> Ticket:
        """Return the newest open ticket of a kind."""
        return self.of(kind)[-1]

    def job(self, kind: type[J]) -> J:
        """Return the newest open job of a kind."""
        job = self.ticket(kind).job
        assert isinstance(job, kind)
        return job

    def say(self, ticket: Ticket, *events: Event) -> None:
        self.jobs.say(ticket, *events)

    def tell(self, kind: type[Job], *events: Event) -> None:
        """Let the newest job of a kind tell something."""
        self.say(self.ticket(kind), *events)

    def load(self, info: LoadedInfo | None = None) -> LoadedInfo:
        """Load a model, as from the models panel."""
        info = info or loaded()
        self.desk.load(info.model.path)
        self.tell(Load, Started(), Done(info))
        return info

    def free(self, used: float, free: float, total: float = 16 * GB) -> None:
        """Let the engine say what memory there is."""
        self.jobs.memory_changed.emit(Memory(int(used), int(free), int(total)))

    def look(self, info: PromptInfo | Failed | None = None) -> Xray:
        """Wait until the prompt is looked at, and answer."""
        self.qtbot.waitUntil(lambda: bool(self.of(Xray)))
        self.settle()
        job = self.job(Xray)
        answer = info or prompt_info(("message", "Hi"))
        for ticket in self.of(Xray)[:-1]:
            ticket.ended = True
        self.tell(Xray, answer if isinstance(answer, Failed) else Done(answer))
        return job

    # -- the talk ----------------------------------------------------------------------------------------------

    def send(self, text: str) -> Reply:
        """Type a message and press Enter; return the job."""
        self.chat.view.composer.set_text(text)
        QTest.keyClick(self.box, Qt.Key.Key_Return)
        return self.job(Reply)

    def write(self, *pieces: str) -> None:
        """Let the answer stream."""
        self.tell(Reply, Started(), *(token(step, piece) for step, piece in enumerate(pieces)))

    def end(self, text: str, seed: int = 7, reason: str = "end of turn") -> None:
        """Let the answer end well."""
        self.tell(Reply, Done(ReplyInfo(text, reason, 310, 3, 2.0, 1.5, seed)))

    def exchange(self, question: str, answer: str) -> str:
        """Send a message and have it answered; return the answer's turn."""
        self.send(question)
        self.write(answer)
        self.end(answer)
        return self.last.id

    @property
    def talk(self) -> Conversation:
        return self.chat.talk.conversation

    @property
    def last(self) -> Turn:
        return self.talk.path()[-1]

    @property
    def shown(self) -> list[str]:
        """The words of the messages as they are drawn."""
        transcript = self.chat.view.transcript
        return [transcript.view(id).body.toPlainText() for id in transcript.ids()]

    def stored(self, id: str = "") -> Conversation:
        """Return what the next start would find."""
        assert self.records.flush()
        store = Store(self.paths.store)
        found = store.conversation(id or self.talk.id)
        store.close()
        assert found is not None
        return found

    # -- hands and eyes ----------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let everything happen that is due, reading from the record included."""
        self.records.flush()
        for _ in range(3):
            QApplication.processEvents()

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition)

    def press(self, keys: str, widget: QWidget | None = None) -> None:
        """Press keys where the focus is."""
        QTest.keySequence(widget or QApplication.focusWidget() or self.window, QKeySequence(keys))
        self.settle()

    def click(self, widget: QWidget) -> None:
        assert widget.isVisible(), f"{widget} is not on screen"
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        self.settle()

    def toasts(self) -> list[str]:
        """The words of the toasts on screen."""
        return [toast.message.text() for toast in self.window.toasts.shown()]

    def run(self, command: str, *arguments: object) -> bool:
        done = self.commands.run(command, *arguments)
        self.settle()
        return done


def sweep() -> None:
    """Really delete what is to be deleted later: without an event loop it would stay, and be dressed, for ever."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@contextmanager
def running(qtbot: QtBot, *shelf: ModelInfo) -> Iterator[Desktop]:
    """Show a window on the test's own folder; it is closed in the end, and so are its restarts."""
    desktop = Desktop(qtbot)
    try:
        yield desktop.show(*shelf)
    finally:
        for run in desktop.runs:
            run.close()
