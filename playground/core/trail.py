"""The tokens so far, as a sampler may look at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Words(Protocol):
    """Between text and tokens, for the stages of the chain that are told words. The engine has a model's own."""

    def ids(self, text: str) -> tuple[int, ...]:
        """Return the tokens of a text in the middle of a longer one; what looks like a chat token stays text."""
        ...

    def bytes_of(self, id: int) -> bytes:
        """Return the bytes a token stands for: it may hold a part of a character."""
        ...


class NoWords:
    """For a row of numbers that belongs to no model: no text has tokens."""

    def ids(self, text: str) -> tuple[int, ...]:
        return ()

    def bytes_of(self, id: int) -> bytes:
        return b""


_NO_WORDS = NoWords()


@dataclass(frozen=True)
class Trail:
    """What a stage of the sampling chain may look at besides the row.

    `written` begins with the tokens of an answer that is continued. `surprises` are in bits, minus the base-2
    logarithm of the probability after the chain, and belong to the last tokens of `written`: how surprising those of
    a continued answer were is not known any more.
    """

    prompt: tuple[int, ...] = ()
    written: tuple[int, ...] = ()
    seed: int = 0
    surprises: tuple[float, ...] = ()
    words: Words = _NO_WORDS

    @property
    def step(self) -> int:
        """Return the place of the token that comes next, 0 for the first of an answer: its luck depends on it."""
        return len(self.written)

    def last(self, count: int) -> tuple[int, ...]:
        """Return the last tokens of prompt and answer together, all of them for 0."""
        if count == 0:
            return self.prompt + self.written
        missing = count - len(self.written)
        head = self.prompt[-missing:] if missing > 0 else ()
        return head + self.written[-count:]
