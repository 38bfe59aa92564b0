"""An answer while it is being written, as the window follows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from playground.gui.stats import Watch
from playground.gui.ticket import Ticket


@dataclass
class Writing:
    """An answer under way."""

    talk: str  # the conversation's id
    turn: str
    ticket: Ticket
    prefix: str  # what stood before the first new token
    watch: Watch
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.prefix + "".join(self.pieces)
