"""The whole application on the house's folders: the real window, client, host, model and record in one process."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.app import App, build
from playground.core.conversation import Conversation, Turn
from playground.core.paths import Paths
from playground.core.store import Store
from playground.gui.link import Kill, in_thread
from playground.gui.panels.chat import ChatPanel
from playground.jobs.reply import Reply
from tests.faults.house import House

BEAT_MS = 10
STALL = 0.25  # seconds; what a user begins to notice
PATIENCE_MS = 30_000


class Heartbeat(QObject):
    """Measures how long the window's thread is away at most."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=BEAT_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_beat)
        self._last = 0.0
        self.longest = 0.0
        self.beats = 0

    def start(self) -> None:
        self._last, self.longest, self.beats = time.monotonic(), 0.0, 0
        self._timer.start()

    def _on_beat(self) -> None:
        now = time.monotonic()
        self.beats += 1
        self.longest, self._last = max(self.longest, now - self._last), now


class Window:
    """One run of the application. `engine` starts it; in a thread of this process when none is given."""

    def __init__(self, qtbot: QtBot, paths: Paths, engine: Callable[..., Kill]) -> None:
        self.qtbot, self.paths = qtbot, paths
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.app: App = build(app, paths, engine)
        self.window, self.parts = self.app.window, self.app.parts
        self.heart = Heartbeat(self.window)
        self.is_open = True

    def show(self) -> Window:
        self.window.resize(1280, 720)
        self.window.show()
        self.until(lambda: self.parts.session.shelf is not None)
        return self

    def close(self) -> None:
        if self.is_open:
            self.is_open = False
            self.window.close()
            self.app.close()
            QApplication.processEvents()
            self.window.deleteLater()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    # -- what a user does ----------------------------------------------------------------------------------------------

    @property
    def chat(self) -> ChatPanel:
        panel = self.window.panels["chat"]
        assert isinstance(panel, ChatPanel)
        return panel

    def load(self, model: str) -> None:
        self.parts.desk.load(model, "float32")
        self.until(lambda: self.parts.session.model is not None)

    def type(self, text: str) -> None:
        self.chat.view.composer.set_text(text)

    def press_send(self) -> None:
        """Press Send, or Stop, which stands at the same place."""
        QTest.mouseClick(self.chat.view.composer.send, Qt.MouseButton.LeftButton)

    def ask(self, text: str) -> None:
        """Send a message and wait until it is answered."""
        self.type(text)
        self.wait_for_send()
        self.press_send()
        self.until(lambda: not self.chat.talk.is_writing)

    def wait_for_send(self) -> None:
        self.until(lambda: self.chat.view.composer.send.isEnabled())

    # -- what a user sees ----------------------------------------------------------------------------------------------

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

    @property
    def banner(self) -> str:
        """What the banner says, with its details; nothing while there is none."""
        return self.window.banner.text() if self.window.banner.isVisible() else ""

    @property
    def replies(self) -> int:
        """How many answers are under way."""
        return sum(isinstance(ticket.job, Reply) for ticket in self.parts.jobs.tickets)

    def stored(self, id: str = "") -> Conversation:
        """Return what the next start would find."""
        assert self.parts.records.flush()
        store = Store(self.paths.store)
        found = store.conversation(id or self.talk.id)
        store.close()
        assert found is not None
        return found

    def until(self, true: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(true, timeout=PATIENCE_MS)


def let_go(seconds: float = 30) -> None:
    """Wait until the engines of windows that were closed have ended.

    Joined, not looked for by their numbers: whoever else waits for a child takes its end away from its parent.
    """
    for engine in multiprocessing.active_children():
        engine.join(seconds)


@contextmanager
def opened(qtbot: QtBot, house: House) -> Iterator[Window]:
    """Show the window over the house, with its model loaded."""
    window = Window(qtbot, house.paths, in_thread(house.paths, lambda _: house.workspace))
    try:
        window.show()
        window.load(house.model)
        yield window
    finally:
        window.close()
