"""Follows jobs for the activity bar, and tells when a long one has ended behind the user's back."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from playground.core.events import Cancelled, Done, Event, Failed, Progress, Token, Waiting
from playground.core.pace import Pace
from playground.gui.panel import Parts
from playground.gui.ticket import Ticket
from playground.gui.widgets.activity_bar import ActivityBar

LONG_SECONDS = 10.0


class Notifier(QObject):
    """Knows since when each job runs and whether the user is looking."""

    def __init__(self, window: QWidget, parts: Parts) -> None:
        super().__init__(window)
        self._window, self._parts = window, parts
        self._tray: QSystemTrayIcon | None = None  # put there with the first message
        self._began: dict[int, float] = {}

    def follow(self, ticket: Ticket, bar: ActivityBar) -> None:
        """Show a job's progress in the activity bar."""
        pace = Pace()
        number = ticket.number
        self._began[number] = time.monotonic()

        def on_event(event: Event) -> None:
            match event:
                case Progress():
                    bar.set_progress(number, event.share, " · ".join(t for t in (event.text, pace.words(event)) if t))
                case Waiting():
                    bar.set_progress(number, None, f"waits for: {event.reason}")
                case Token() if event.step % 8 == 0:
                    bar.set_progress(number, None, f"{event.step + 1} tokens")

        ticket.on(Event, on_event)

    def ended(self, ticket: Ticket, event: Event) -> None:
        """A job is over; say so if it was long and nobody was looking."""
        began = self._began.pop(ticket.number, time.monotonic())
        long = time.monotonic() - began >= LONG_SECONDS
        if not long or self._window.isActiveWindow() or not self._parts.session.settings.notify:
            return
        words = {Done: "has finished", Cancelled: "was stopped", Failed: "has failed"}[type(event)]
        self.alert(f"{ticket.job.label} {words}.")

    def alert(self, words: str) -> None:
        """Ask for attention in the task bar, and with the system's own notification where there is a tray."""
        QApplication.alert(self._window)
        if self._tray is None and QSystemTrayIcon.isSystemTrayAvailable():
            self._tray = QSystemTrayIcon(self._window.windowIcon(), self)
            self._tray.messageClicked.connect(self._window.activateWindow)
            self._tray.show()
        if self._tray is not None:
            self._tray.showMessage("LLM Playground", words)
