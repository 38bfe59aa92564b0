"""The stats line under an answer, and what is said while it is being written."""

from __future__ import annotations

import time

from playground.core.events import Progress, Token
from playground.core.facts import ReplyInfo


class Watch:
    """Follows one answer: how much was kept from before, read and written, and how fast."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._began = time.monotonic()
        self.prompt = self.reused = self.read = self.written = 0  # tokens
        self._reading_seconds = self._writing_seconds = 0.0

    def reading(self, event: Progress) -> str:
        """Take a progress event, the first of which counts what is kept from before; return the words for it."""
        if event.unit != "tokens":
            return event.text or "Reading prompt"
        if not self.prompt:
            self._began, self.reused = time.monotonic(), event.done
        self.prompt, self.read = event.total, event.done - self.reused
        return f"Reading prompt {event.done}/{event.total}"

    def token(self, event: Token) -> None:
        """Take a token."""
        if self.written == 0:
            self._reading_seconds = max(0.0, time.monotonic() - self._began - event.seconds)
        self.written += 1
        self._writing_seconds = event.seconds

    def writing(self) -> str:
        """Return how it goes now."""
        pace = f" {self.written / self._writing_seconds:.1f} tok/s" if self._writing_seconds > 0 else ""
        return f"Generating{pace} · {self.written} tok · {self._writing_seconds:.0f} s"

    def words(self, reason: str, result: ReplyInfo | None = None) -> str:
        """Return the stats line of the finished answer."""
        if result is not None:
            self._take(result)
        parts = [
            self._reading_words(),
            _line("Generation", f"{self.written}", self.written, self._writing_seconds),
            reason,
            f"seed {self.seed if result is None else result.seed}",
        ]
        return " | ".join(part for part in parts if part)

    def _take(self, result: ReplyInfo) -> None:
        """Take over the engine's figures. What was read is counted from the events where they were heard: an answer
        that is continued is read with its prompt.
        """
        if not self.prompt:
            self.prompt = result.prompt_tokens
            self.reused = min(result.reused_tokens, result.prompt_tokens)
            self.read = self.prompt - self.reused
        self._reading_seconds = result.reading_seconds
        self.written, self._writing_seconds = result.new_tokens, result.writing_seconds

    def _reading_words(self) -> str:
        if not self.reused:
            return _line("Reading", f"{self.read}", self.read, self._reading_seconds)
        line = _line("Reading", f"{self.read} of {self.prompt}", self.read, self._reading_seconds)
        return f"{line} ({self.reused} kept)" if line else ""


def _line(name: str, counted: str, tokens: int, seconds: float) -> str:
    if not tokens:
        return ""
    rate = f" · {tokens / seconds:.1f} t/s" if seconds > 0 else ""
    return f"{name} {counted} tok · {seconds:.1f} s{rate}"
