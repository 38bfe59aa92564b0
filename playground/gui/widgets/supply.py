"""Which messages of a long conversation are widgets: one run of them, around what is being read.

Every widget is visited by each change of the theme or the width, so there are never many; the place that is read
stays where it is while messages come and go above it.
"""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from playground.gui.widgets.message_data import MessageData
from playground.gui.widgets.message_view import MessageView

if TYPE_CHECKING:
    from playground.gui.widgets.transcript import Transcript

FIRST = 6  # messages that are drawn before anything else
DRAWN = 40  # messages that become widgets without scrolling
MOST = 60  # widgets from which on those farthest from the reader go
STEPS = 12  # messages that are drawn on the way to another one; one farther away is gone to directly
NEAR = 600  # pixels from an end at which more messages are drawn there
SLICE_SECONDS = 0.02  # how long messages are drawn before the window gets its turn


class Supply(QObject):
    """Draws messages for a transcript as the reader comes near them, and takes away those far off."""

    def __init__(self, transcript: Transcript) -> None:
        super().__init__(transcript)
        self._transcript = transcript
        self._bar = transcript.verticalScrollBar()
        self._from_bottom: int | None = None  # keeps the place while something changes above it
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._fill)
        self.below = 0  # messages after the last widget

    def begin(self) -> None:
        """Draw the end of a conversation that has no widget yet."""
        self._draw_run(len(self._transcript.messages()))

    def reach(self, id: object) -> None:
        """Draw a message, with those around it."""
        messages = self._transcript.messages()
        at = next(place for place, message in enumerate(messages) if message.id == id)
        first, last = len(self._earlier()), len(messages) - self.below
        if max(first - at, at - last) <= STEPS or any(view.is_edited() for view in self._views()):
            while id not in self._transcript.drawn():
                self._draw_before() if at < first else self._draw_after()
            self._timer.start()
        else:
            for view in self._views():
                self._transcript.undraw(view)
            self._draw_run(min(len(messages), at + FIRST // 2))
        self._transcript.follows = False

    def forget(self, id: object) -> None:
        """A message without a widget goes."""
        if id in {message.id for message in self._later()}:
            self.below -= 1

    def moved(self) -> None:
        """The reader is at another place."""
        bar = self._bar
        if self._from_bottom is not None:
            self._from_bottom = bar.maximum() - bar.value()
        if (bar.value() < NEAR and self._earlier()) or (self.below and bar.maximum() - bar.value() < NEAR):
            self._timer.start()

    def place(self, high: int) -> int | None:
        """Return where the scroll bar belongs now that it ends at `high`; None: where it is."""
        return None if self._from_bottom is None else high - self._from_bottom

    # -- inside --------------------------------------------------------------------------------------------------

    def _views(self) -> list[MessageView]:
        """Return the widgets in the order of their messages."""
        drawn = self._transcript.drawn()
        return [drawn[message.id] for message in self._transcript.messages() if message.id in drawn]

    def _earlier(self) -> list[MessageData]:
        messages = self._transcript.messages()
        return messages[: len(messages) - self.below - len(self._transcript.drawn())]

    def _later(self) -> list[MessageData]:
        messages = self._transcript.messages()
        return messages[len(messages) - self.below :]

    def _draw_run(self, end: int) -> None:
        """Draw the few messages that end before this one; the others follow in small steps."""
        messages = self._transcript.messages()
        self.below = len(messages) - end
        self._from_bottom = None
        for message in messages[max(0, end - FIRST) : end]:
            self._transcript.draw(message, at_end=True)
        self._timer.start()

    def _draw_before(self) -> None:
        if self._from_bottom is None and not self._transcript.follows:
            self._from_bottom = self._bar.maximum() - self._bar.value()
        self._transcript.draw(self._earlier()[-1])

    def _draw_after(self) -> None:
        self._transcript.draw(self._later()[0], at_end=True)
        self.below -= 1

    def _fill(self) -> None:
        """Take away what is far off, else draw for a moment, as long as there is something of either to do."""
        self._from_bottom = None
        if self._trim() or self._draw_for_a_moment():
            self._transcript.lay_out()
            self._timer.start(1)

    def _draw_for_a_moment(self) -> bool:
        """Draw at the end that the reader is near; say whether anything was drawn."""
        bar, drawn = self._bar, False
        until = time.perf_counter() + SLICE_SECONDS
        while time.perf_counter() < until:
            if self._earlier() and (len(self._transcript.drawn()) < DRAWN or bar.value() < NEAR):
                self._draw_before()
            elif self.below and self._from_bottom is None and bar.maximum() - bar.value() < NEAR:
                self._draw_after()
            else:
                break
            drawn = True
        return drawn

    def _trim(self) -> bool:
        """Take widgets away at the end that is farther from the reader; what is edited or selected stays."""
        bar, views = self._bar, self._views()
        above, under = bar.value(), bar.maximum() - bar.value()
        low, high = above - 2 * NEAR, above + bar.pageStep() + 2 * NEAR
        if len(views) <= MOST:
            doomed = []
        elif under > above:
            doomed = list(itertools.takewhile(lambda v: v.y() > high and not v.is_held(), views[: DRAWN - 1 : -1]))
            self.below += len(doomed)
        else:
            gone = itertools.takewhile(lambda v: v.y() + v.height() < low and not v.is_held(), views[:-DRAWN])
            doomed = list(gone)
            self._from_bottom = under
        for view in doomed:
            self._transcript.undraw(view)
        return bool(doomed)
