"""What a tour is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from playground.demo.stage import Stage


@dataclass(frozen=True)
class Tour:
    """A walk through the window, told in pictures. The docstring's first line says what it shows."""

    title: ClassVar[str] = ""
    place: ClassVar[int] = 50  # its order among the tours

    def play(self, stage: Stage) -> None:
        """Do the steps, taking pictures on the way."""
        raise NotImplementedError
