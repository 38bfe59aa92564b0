"""The real window in this process, painted into memory, driven by its own commands, with its engine beside it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from playground.app import App, build
from playground.core.errors import UserError
from playground.core.events import Failed, Progress, Token
from playground.core.facts import LoadedInfo
from playground.core.paths import Paths
from playground.gui.panels.chat import ChatPanel
from playground.gui.ticket import Ticket
from playground.jobs.load import Load
from playground.jobs.reply import Reply

WAIT_SECONDS = 180.0


class Driver(QObject):
    """Does what a user does, and tells what the answer is at."""

    reading = Signal()  # the engine reports its first piece of the prompt
    token = Signal()  # a token reached the window
    ended = Signal()  # Send is possible again

    def __init__(self, made: App) -> None:
        super().__init__()
        self.made, self.parts = made, made.parts
        self._is_reading = False
        self.tokens = 0  # of the present answer, as far as they reached the window
        self.trouble = ""
        panel = made.window.findChild(ChatPanel)
        assert panel is not None
        self._panel = panel
        self._panel.talk.writing_changed.connect(lambda writing: None if writing else self.ended.emit())
        self.parts.jobs.submitted.connect(self._on_submitted)

    def load(self, folder: str) -> LoadedInfo:
        """Load a model and return its description."""
        self.parts.desk.load(folder)
        self.wait(lambda: self.parts.session.model is not None, "the model")
        assert self.parts.session.model is not None
        return self.parts.session.model

    def send(self, text: str) -> None:
        """Send a message in a fresh conversation."""
        self.parts.commands.run("chat.new")
        self.tokens, self._is_reading = 0, False
        self._panel.send(text)

    def answer(self, text: str) -> None:
        """Send a message and wait for the end of the answer."""
        self.send(text)
        self.wait(lambda: not self.is_writing, "the answer")

    def stop(self) -> float:
        """Press Stop; return the seconds until Send is possible again."""
        ends: list[float] = []
        listening = self.ended.connect(lambda: ends.append(time.perf_counter()))
        begin = time.perf_counter()
        self.parts.commands.run("chat.stop")
        self.wait(lambda: bool(ends), "the stop")
        self.ended.disconnect(listening)
        return ends[0] - begin

    @property
    def is_reading(self) -> bool:
        """Say whether the engine has told how far it has read and no token has come yet."""
        return self._is_reading

    @property
    def is_writing(self) -> bool:
        return self._panel.talk.is_writing

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Let the window live until the condition holds; raise a UserError when it does not, or a job fails."""
        loop, look = QEventLoop(), QTimer(interval=10)
        look.timeout.connect(lambda: loop.quit() if condition() or self.trouble else None)
        QTimer.singleShot(int(WAIT_SECONDS * 1000), loop, loop.quit)
        look.start()
        if not condition():
            loop.exec()
        if self.trouble or not condition():
            raise UserError(self.trouble or f"Waited {WAIT_SECONDS:.0f} s for {what}.")

    def pause(self, seconds: float) -> None:
        """Let the window live for a while."""
        loop = QEventLoop()
        QTimer.singleShot(int(seconds * 1000), loop.quit)
        loop.exec()

    def _on_submitted(self, ticket: Ticket) -> None:
        if isinstance(ticket.job, Reply):
            ticket.on(Progress, self._on_progress)
            ticket.on(Token, self._on_token)
        if isinstance(ticket.job, Reply | Load):
            ticket.on(Failed, self._on_failed)

    def _on_progress(self, _: Progress) -> None:
        self._is_reading = True
        self.reading.emit()

    def _on_token(self, _: Token) -> None:
        self.tokens += 1
        self._is_reading = False
        self.token.emit()

    def _on_failed(self, event: Failed) -> None:
        self.trouble = event.message


@contextmanager
def open_window(paths: Paths) -> Iterator[Driver]:
    """Show the window, painted; end its engine at the end."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = QApplication([])
    made = build(app, paths)
    made.window.show()
    driver = Driver(made)
    driver.pause(0.2)
    try:
        yield driver
    finally:
        made.close(patient=False)


def long_prompt(number: int, lines: int = 60) -> str:
    """Return about 25 tokens a line; another `number` shares no beginning, so that nothing of it is cached."""
    line = "{0}.{1} The keeper counts {1} ships, writes their names into the book and lights the lamp again."
    return "\n".join(line.format(number, at) for at in range(1, lines + 1)) + "\nHow many ships were there?"
