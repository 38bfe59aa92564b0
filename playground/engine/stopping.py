"""Stop sequences, found in the text as it comes."""

from __future__ import annotations

from collections.abc import Sequence


class StopText:
    """Watches a text for stop sequences, also across its pieces, and never shows one or the beginning of one."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self.hit = False

    def add(self, piece: str) -> str:
        """Take the next piece; return what may be shown now. Sets `hit` when a stop sequence is complete."""
        text = self._held + piece
        found = [at for at in (text.find(stop) for stop in self._stops) if at >= 0]
        if found:
            self.hit, self._held = True, ""
            return text[: min(found)]
        keep = self._beginning(text)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def flush(self) -> str:
        """Return what was held back: no stop sequence came of it."""
        text, self._held = self._held, ""
        return text

    def _beginning(self, text: str) -> int:
        """Return how many of the last characters may be the beginning of a stop sequence."""
        longest = max(map(len, self._stops), default=1) - 1
        for length in range(min(longest, len(text)), 0, -1):
            tail = text[len(text) - length :]
            if any(stop.startswith(tail) for stop in self._stops):
                return length
        return 0
