"""Searching a conversation, drawn or not."""

from __future__ import annotations

import re
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from playground.gui.widgets.body import find_all
from playground.gui.widgets.markdown import visible
from playground.gui.widgets.message_data import MessageData
from playground.gui.widgets.message_view import MessageView

_MARKS = re.compile(r"[*`~]+|(?<!\w)_+|_+(?!\w)")  # Markdown's marks: what is not drawn is searched without them


class Searched(Protocol):
    """What a finder needs of a transcript."""

    def messages(self) -> list[MessageData]: ...
    def drawn(self) -> dict[object, MessageView]: ...
    def view(self, id: object) -> MessageView: ...
    def show_place(self, view: MessageView, number: int) -> None: ...


class Finder(QObject):
    """Marks the matches and walks through them."""

    found = Signal(int, int)  # the present match counted from 1 (0: none), all matches

    def __init__(self, transcript: Searched) -> None:
        super().__init__()
        self._transcript = transcript
        self.wanted = ""
        self._match = -1

    def find(self, text: str) -> int:
        """Mark `text` and go to its last match; return how many matches there are."""
        self.wanted, self._match = text, -1
        matches = self._matches()
        self._go(len(matches) - 1)
        return len(matches)

    def step(self, step: int) -> None:
        """Go to the next match (+1) or the one before (-1), round and round."""
        self._go(self._match + step)

    def _matches(self) -> list[tuple[object, int]]:
        drawn = self._transcript.drawn()
        found: list[tuple[object, int]] = []
        for message in self._transcript.messages():
            view = drawn.get(message.id)
            text = view.body.toPlainText() if view else _MARKS.sub("", visible(message.text))
            found += [(message.id, number) for number in range(len(find_all(text, self.wanted)))]
        return found

    def _go(self, match: int) -> None:
        matches = self._matches()
        self._match = match % len(matches) if matches else -1
        target, number = matches[self._match] if matches else (None, -1)
        chosen = self._transcript.view(target) if matches else None
        for view in self._transcript.drawn().values():
            view.body.show_matches(self.wanted, number if view is chosen else -1)
        if chosen is not None:
            self._transcript.show_place(chosen, number)
        self.found.emit(self._match + 1, len(matches))
