"""A vocabulary of a few pieces, to try the stages that are told words."""

from __future__ import annotations

from collections.abc import Sequence


class Spelling:
    """Cuts a text into the longest pieces that fit, from left to right; what fits none is left out."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self.pieces = list(pieces)

    def ids(self, text: str) -> tuple[int, ...]:
        found: list[int] = []
        while text:
            fitting = [piece for piece in self.pieces if piece and text.startswith(piece)]
            longest = max(fitting, key=len, default="")
            if longest:
                found.append(self.pieces.index(longest))
            text = text[len(longest) or 1 :]
        return tuple(found)

    def bytes_of(self, id: int) -> bytes:
        return self.pieces[id].encode()
