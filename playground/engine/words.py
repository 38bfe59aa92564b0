"""Between text and tokens, for the stages of the sampling chain that are told words."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from playground.core.token_rows import clean
from playground.engine.pieces import Pieces
from playground.engine.tokenizing import plain_ids


class TokenizerWords:
    """What `core.trail.Words` asks for, of one tokenizer. It works only when asked, and once for each question."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._ids: dict[str, tuple[int, ...]] = {}
        self._bytes: dict[int, bytes] = {}

    def ids(self, text: str) -> tuple[int, ...]:
        """Return the tokens of a text in the middle of a longer one; what looks like a chat token stays text."""
        if text not in self._ids:
            self._ids[text] = tuple(plain_ids(self._tokenizer, clean(text)))
        return self._ids[text]

    def bytes_of(self, id: int) -> bytes:
        """Return the bytes a token stands for."""
        if id not in self._bytes:
            self._bytes[id] = self._pieces.raw(id)
        return self._bytes[id]

    @cached_property
    def _pieces(self) -> Pieces:
        return Pieces(self._tokenizer)
