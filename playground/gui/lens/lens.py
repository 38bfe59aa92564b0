"""The lens under an answer's tokens: what would have changed, and the microscope over the chosen token."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.core.errors import UserError
from playground.core.events import Done, Failed
from playground.core.history import Record
from playground.core.lens import StepLook, WhatIf
from playground.core.plain import load
from playground.gui.client import JobClient
from playground.gui.lens.microscope import MicroscopeView
from playground.gui.lens.what_if_bar import WhatIfBar
from playground.gui.theme import Theme
from playground.gui.tokens.vocabulary import Vocabulary
from playground.gui.tokens.words import signs
from playground.gui.widgets.labels import line
from playground.jobs.microscope import Microscope
from playground.jobs.reply import Reply
from playground.jobs.what_if import WhatIf as WhatIfJob
from playground.recipes.run_settings import RunSettings

NO_SETTINGS = "This record does not say with which settings it was written."


class Lens(QWidget):
    """Asks the engine about one answer and shows what it says; the newest question counts."""

    struck_changed = Signal(object, int)  # frozenset of steps whose tokens could not be drawn; the first other step, -1
    go_on_requested = Signal(int, int, object)  # step, token, RunSettings

    def __init__(self, theme: Theme, jobs: JobClient, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._jobs, self._vocabulary = jobs, vocabulary
        self._record: Record | None = None
        self._settings: RunSettings | None = None
        self._step = -1
        self._found: WhatIf | None = None
        self.microscope, self.what_if = MicroscopeView(theme), WhatIfBar(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(10))
        column.addWidget(self.what_if)
        column.addWidget(line())
        column.addWidget(self.microscope)
        self.what_if.changed.connect(self._on_changed)
        self.what_if.go_on_requested.connect(self._on_go_on)
        vocabulary.changed.connect(self._on_names)

    def show_record(self, record: Record) -> None:
        """Look at another answer."""
        self._record, self._step, self._found = record, -1, None
        self._settings = settings_of(record)
        self.struck_changed.emit(frozenset(), -1)
        self.what_if.setEnabled(self._settings is not None)
        if self._settings is None:
            self.what_if.say(NO_SETTINGS)
            self.microscope.say(NO_SETTINGS)
        else:
            self.what_if.set_settings(self._settings)

    def show_step(self, step: int) -> None:
        """Put another step under the microscope."""
        self._step = step
        self._look()

    @property
    def settings(self) -> RunSettings | None:
        """The settings as they stand here; None where the record does not say any."""
        return None if self._settings is None else self.what_if.settings()

    def name(self, id: int) -> str:
        """Return what a token is called."""
        text = self._vocabulary.texts.get(id)
        return f"token {id}" if text is None else signs(text)

    # -- asking --------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        settings, record = self.settings, self._record
        if settings is None or record is None or self._step < 0:
            return
        job = Microscope(record.entry.id, self._step, settings, self._vocabulary.path, self.what_if.is_changed)
        ticket = self._jobs.submit(job)
        ticket.on(Done, lambda event: self._take_look(job, event.result)).on(Failed, self._on_failed)

    def _try(self) -> None:
        settings, record = self.settings, self._record
        if settings is None or record is None:
            return
        if not self.what_if.is_changed:
            self._take_found(None)
            return
        job = WhatIfJob(record.entry.id, settings, self._vocabulary.path)
        ticket = self._jobs.submit(job)
        ticket.on(Done, lambda event: self._take_try(job, event.result))
        ticket.on(Failed, lambda event: self.what_if.say(f"{event.message} {event.hint}"))

    def _take_look(self, job: Microscope, found: object) -> None:
        if isinstance(found, StepLook) and self._is_newest(job) and job.step == self._step:
            self.microscope.show_look(found, self.name)
            seen = [token.id for stage in found.stages for token in stage.tokens]
            self._vocabulary.want((*seen, *(lot.id for lot in found.lots), found.drawn))

    def _take_try(self, job: WhatIfJob, found: object) -> None:
        if isinstance(found, WhatIf) and self._is_newest(job):
            self._take_found(found)

    def _is_newest(self, job: Microscope | WhatIfJob) -> bool:
        return self._record is not None and job.of == self._record.entry.id and job.settings == self.settings

    def _take_found(self, found: WhatIf | None) -> None:
        self._found = found
        if found is None:
            self.what_if.set_settings(self._settings or RunSettings())
            self.struck_changed.emit(frozenset(), -1)
        else:
            self.what_if.show_found(found, self.name)
            self._vocabulary.want([found.instead] if found.instead >= 0 else [])
            self.struck_changed.emit(frozenset(found.impossible), found.first)

    # -- what comes in -------------------------------------------------------------------------------------------

    def _on_changed(self) -> None:
        self._try()
        self._look()

    def _on_failed(self, event: Failed) -> None:
        self.microscope.say(f"{event.message} {event.hint}")

    def _on_names(self) -> None:
        if self.microscope.look is not None:
            self.microscope.show_look(self.microscope.look, self.name)
        if self._found is not None:
            self.what_if.show_found(self._found, self.name)

    def _on_go_on(self, step: int, id: int) -> None:
        self.go_on_requested.emit(step, id, self.what_if.settings())


def settings_of(record: Record) -> RunSettings | None:
    """Return the settings of an answer with the seed it was drawn with, as far as they can be read."""
    if record.info is None:
        return None
    try:
        job = load(record.job)
    except UserError:
        return None
    return replace(job.settings, seed=record.info.seed) if isinstance(job, Reply) else None
