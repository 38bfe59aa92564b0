"""Say what tokens are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.events import Story
from playground.jobs.job import Job, Lane

if TYPE_CHECKING:
    from playground.engine.workspace import Workspace

IDS = 2**32  # what the tokenizer takes for an id at all


@dataclass(frozen=True)
class TokenTexts(Job):
    """Return the text of each token: spaces are kept, bytes that are no whole character show as ⟨E2⟩.

    An id that the tokenizer does not know has no text.
    """

    lane: ClassVar[Lane] = "glance"
    label: ClassVar[str] = "Reading the vocabulary"

    model: str  # the path of a resident model
    ids: tuple[int, ...]

    def run(self, workspace: Workspace) -> Story[tuple[str, ...]]:
        from playground.engine.pieces import Pieces

        tokenizer = workspace.loaded(self.model).glance_tokenizer
        yield None
        pieces = Pieces(tokenizer)
        return tuple(pieces.label(id) if 0 <= id < IDS else "" for id in self.ids)
