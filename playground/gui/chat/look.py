"""Asks the glance lane what a prompt would be, at most once every few frames."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from playground.core.errors import UserError
from playground.core.events import Done, Failed
from playground.core.facts import LoadedInfo, PromptInput
from playground.gui.client import JobClient
from playground.jobs.xray import Xray
from playground.recipes.run_settings import RunSettings

PAUSE_MS = 80


class PromptLook(QObject):
    """Debounces the question; a newer one replaces what is under way."""

    answered = Signal(object)  # PromptInfo, or None when there is no valid prompt

    def __init__(self, jobs: JobClient) -> None:
        super().__init__()
        self._jobs = jobs
        self._asked: tuple[LoadedInfo, PromptInput, RunSettings] | None = None
        self._number = 0
        self.problem: UserError | None = None  # why the present prompt cannot be sent
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._submit)

    def ask(self, model: LoadedInfo, prompt: PromptInput, run: RunSettings) -> None:
        """Ask soon; the last question within the pause is the one that is asked."""
        self._asked = (model, prompt, run)
        self._pause.start()

    def _submit(self) -> None:
        if self._asked is None:
            return
        model, prompt, run = self._asked
        self._number += 1
        number = self._number
        job = Xray(model.model.path, prompt, run.context_length, max(1, run.max_tokens))
        ticket = self._jobs.submit(job)
        ticket.on(Done, lambda event: self._answer(number, event.result, None))
        ticket.on(Failed, lambda e: self._answer(number, None, UserError(e.message, e.hint, e.code)))

    def _answer(self, number: int, info: object, problem: UserError | None) -> None:
        if number == self._number:
            self.problem = problem
            self.answered.emit(info)
