"""The stats line under an answer, and what is said while it is being written."""

from __future__ import annotations

import time

from playground.core.events import Progress, Token
from playground.core.facts import ReplyInfo


class Watch:
    """Follows one answer: how much was read and written, and how fast."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._began = time.monotonic()
        self._read, self._reading_seconds = 0, 0.0
        self._written, self._writing_seconds = 0, 0.0

    def reading(self, event: Progress) -> str:
        """Take a progress event; return the words for it."""
        if event.unit != "tokens":
            return event.text or "Reading prompt"
        self._read = event.done
        return f"Reading prompt {event.done}/{event.total}"

    def token(self, event: Token) -> None:
        """Take a token."""
        if self._written == 0:
            self._reading_seconds = max(0.0, time.monotonic() - self._began - event.seconds)
        self._written += 1
        self._writing_seconds = event.seconds

    def writing(self) -> str:
        """Return how it goes now."""
        pace = f" {self._written / self._writing_seconds:.1f} tok/s" if self._writing_seconds > 0 else ""
        return f"Generating{pace} · {self._written} tok · {self._writing_seconds:.0f} s"

    def words(self, reason: str, result: ReplyInfo | None = None) -> str:
        """Return the stats line of the finished answer."""
        if result is not None:
            self._read, self._reading_seconds = result.prompt_tokens, result.reading_seconds
            self._written, self._writing_seconds = result.new_tokens, result.writing_seconds
        parts = [
            _line("Reading", self._read, self._reading_seconds),
            _line("Generation", self._written, self._writing_seconds),
            reason,
            f"seed {self.seed if result is None else result.seed}",
        ]
        return " | ".join(part for part in parts if part)


def _line(name: str, tokens: int, seconds: float) -> str:
    if not tokens:
        return ""
    rate = f" · {tokens / seconds:.1f} t/s" if seconds > 0 else ""
    return f"{name} {tokens} tok · {seconds:.1f} s{rate}"
