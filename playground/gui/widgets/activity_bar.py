"""The strip at the bottom: what runs, how far it is, and what memory is left."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QWidget

from playground.core.pace import size
from playground.gui.theme import Theme
from playground.gui.widgets.buttons import IconButton
from playground.gui.widgets.labels import ElidedLabel, label

WARN_BELOW = 1_000_000_000  # bytes of free memory


class MemoryInfo(Protocol):
    """What `core.events.Memory` says."""

    @property
    def used(self) -> int: ...
    @property
    def free(self) -> int: ...


class ActivityBar(QWidget):
    """Shows jobs by their number, in the order in which they came."""

    stop_requested = Signal(object)  # the job's number

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._jobs: dict[object, _JobItem] = {}
        self.setAccessibleName("Activity")
        self._idle = label("Ready", "small")
        self._memory = label("", "small")
        self._items = QHBoxLayout()
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._idle)
        self._row.addLayout(self._items)
        self._row.addStretch(1)
        self._row.addWidget(self._memory)
        theme.changed.connect(self._on_theme)
        self._on_theme()

    def add_job(self, number: object, text: str) -> None:
        """Show a job that waits or runs."""
        item = _JobItem(text, self._theme)
        item.stop.clicked.connect(lambda: self.stop_requested.emit(number))
        self._jobs[number] = item
        self._items.addWidget(item)
        self._idle.hide()

    def set_progress(self, number: object, share: float | None, text: str = "") -> None:
        """Say how far a job is: `share` between 0 and 1 (None: nobody knows), and in words."""
        if item := self._jobs.get(number):
            item.set_progress(share, text)

    def remove_job(self, number: object) -> None:
        """The job is over."""
        if item := self._jobs.pop(number, None):
            self._items.removeWidget(item)
            item.hide()
            item.deleteLater()
        self._idle.setVisible(not self._jobs)

    def jobs(self) -> list[object]:
        """Return the numbers of the jobs on show."""
        return list(self._jobs)

    def set_memory(self, memory: MemoryInfo | None) -> None:
        """Show what the engine holds and what is free, in bytes; None: the engine is not there."""
        if memory is None:
            self._memory.setText("")
            return
        low = memory.free < WARN_BELOW
        self._memory.setText(f"Engine {size(memory.used)}  ·  {'only ' if low else ''}{size(memory.free)} free")
        self._memory.setToolTip("Memory the engine holds, and memory the machine has left")

    def _on_theme(self) -> None:
        px = self._theme.px
        self.setFixedHeight(px(30))
        self._row.setContentsMargins(px(14), 0, px(14), 0)
        self._row.setSpacing(px(12))
        self._items.setSpacing(px(16))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("window"))
        painter.fillRect(0, 0, self.width(), 1, self._theme.colour("line"))


class _JobItem(QFrame):
    """One job: its name, a thin bar, words, and Stop."""

    def __init__(self, text: str, theme: Theme) -> None:
        super().__init__()
        self.name = ElidedLabel(text, "jobname")
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(theme.px(90))
        self.bar.setAccessibleName(f"Progress of {text}")
        self.words = label("", "small")
        self.stop = IconButton("square", f"Stop: {text}", theme, size=11)
        self.stop.setProperty("kind", "tiny")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        for widget in (self.name, self.bar, self.words, self.stop):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName(text)
        self.bar.hide()

    def set_progress(self, share: float | None, text: str) -> None:
        self.bar.setVisible(share is not None)
        if share is not None:
            if self.bar.maximum() != 1000:
                self.bar.setRange(0, 1000)
            self.bar.setValue(round(1000 * share))
            percent = f"{round(100 * share)} %"
            text = percent if not text else f"{percent} · {text}"
        self.words.setText(text)
