"""The window's pulse: a precise 5 ms timer in its event loop, and how late each beat came."""

from __future__ import annotations

import time
from collections import defaultdict

from PySide6.QtCore import QObject, Qt, QTimer

PERIOD_MS = 5


class Pulse(QObject):
    """Collects lateness in milliseconds beyond the period, by phase. A phase of "" is not counted."""

    def __init__(self) -> None:
        super().__init__()
        self.phase = ""
        self.late: dict[str, list[float]] = defaultdict(list)
        self._last = time.perf_counter()
        self._timer = QTimer(self, interval=PERIOD_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def enter(self, phase: str) -> None:
        """Count what follows as this phase."""
        self.phase = phase

    def _beat(self) -> None:
        now = time.perf_counter()
        if self.phase:
            self.late[self.phase].append(max(0.0, (now - self._last) * 1000 - PERIOD_MS))
        self._last = now
