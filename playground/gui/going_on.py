"""A wish to write on from the middle of an answer, told from one panel to another."""

from __future__ import annotations

from dataclasses import dataclass

from playground.recipes.run_settings import RunSettings


@dataclass(frozen=True)
class GoingOn:
    """Go on with these tokens in the place of the end of an answer, as another version of it."""

    conversation: str
    turn: str
    ids: tuple[int, ...]  # of the answer so far, the new one last
    dropped: int  # characters at the end of the answer that go
    piece: str  # the text of the new token, as far as it is known
    settings: RunSettings
