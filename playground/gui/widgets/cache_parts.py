"""What the prompt cache spares an answer, as numbers and words. Knows nothing of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from playground.core.facts import PromptInfo

Stage = Literal["next", "reading", "writing", "ended"]
Look = Literal["kept", "read", "unread", "written", "none"]


@dataclass(frozen=True)
class CacheUse:
    """What becomes of a prompt's tokens: kept from before, read now, or still to be read; and what is written."""

    prompt: int
    reused: int
    read: int = 0
    written: int = 0  # by all answers together
    saved_seconds: float = 0.0
    stage: Stage = "next"

    @property
    def unread(self) -> int:
        return max(0, self.prompt - self.reused - self.read)

    def parts(self) -> list[tuple[Look, int]]:
        """Return the stretches of the bar, in order, with their tokens; what ended unread is left empty."""
        parts: list[tuple[Look, int]] = [("kept", self.reused), ("read", self.read)]
        parts += [("unread" if self.stage != "ended" else "none", self.unread), ("written", self.written)]
        return [(look, tokens) for look, tokens in parts if tokens]

    def words(self) -> list[tuple[Look, str]]:
        """Return what is said, each piece with the look it explains."""
        if self.stage == "next":
            return [("kept", _kept(self.reused, self.prompt)), ("unread", f"{self.unread:,} will be read")]
        if self.stage == "reading":
            read = f"read {self.read:,} of {self.prompt - self.reused:,} tokens"
            return [("kept", f"Reused {self.reused:,}"), ("read", read)]
        wrote = f"wrote {self.written:,} token{'' if self.written == 1 else 's'}"
        words: list[tuple[Look, str]] = [
            ("kept", f"Reused {self.reused:,}"), ("read", f"read {self.read:,}"), ("written", wrote)
        ]  # fmt: skip
        return [*words, ("none", saved)] if (saved := _saved(self.saved_seconds)) else words

    def sentence(self) -> str:
        """Return everything in one line."""
        return ("; " if self.stage == "next" else " · ").join(text for _, text in self.words())


def next_use(info: PromptInfo) -> CacheUse:
    """Return what a prompt that has not been sent yet would take."""
    return CacheUse(len(info.tokens), min(info.reusable, len(info.tokens)))


def _kept(reused: int, prompt: int) -> str:
    if not reused:
        return "Nothing is kept from before"
    return f"{reused:,} of {prompt:,} tokens {'is' if reused == 1 else 'are'} kept from before"


def _saved(seconds: float) -> str:
    if seconds <= 0:
        return ""
    if seconds < 0.05:
        return "less than 0.1 s saved"
    return f"about {seconds:.1f} s saved" if seconds < 9.95 else f"about {seconds:.0f} s saved"
