"""How a prompt fills the context, as numbers and words. Knows nothing of Qt."""

from __future__ import annotations

from dataclasses import dataclass

from playground.core.facts import PromptInfo

_PARTS = (
    # colour role, long name, short name, sections
    ("system", "System, template", "system", ("system", "template")),
    ("context", "Context", "context", ("context",)),
    ("example", "Examples", "examples", ("example",)),
    ("history", "History", "history", ("history",)),
    ("message", "Message", "message", ("message",)),
    ("reply", "Answer’s beginning", "beginning", ("reply",)),
)
ROOM = "room"


@dataclass(frozen=True)
class Part:
    """One stretch of the bar. `role` is a colour role; `is_room` marks what is kept for the answer."""

    role: str
    name: str
    short: str
    tokens: int
    is_room: bool = False


@dataclass(frozen=True)
class Parts:
    """All stretches, the length of the prompt, and of the context (0: not known)."""

    parts: tuple[Part, ...]
    used: int
    length: int
    left_out: int

    @property
    def scale(self) -> int:
        """How many tokens the whole bar stands for."""
        return max(1, self.length, sum(part.tokens for part in self.parts))

    def share(self, tokens: int) -> float:
        return tokens / self.scale

    def total_words(self) -> str:
        return f"{self.used:,} of {self.length:,} tokens" if self.length else f"{self.used:,} tokens"

    def line_words(self) -> list[str]:
        """Return the total with the parts, then with fewer and fewer of them, then the bare numbers."""
        words = [self.total_words(), *self.part_words()]
        lines = [" · ".join(words[:count]) for count in range(len(words), 0, -1)]
        return [*lines, f"{self.used:,} of {self.length:,}" if self.length else f"{self.used:,}"]

    def part_words(self) -> list[str]:
        """Return "system 41" for each part that is not empty."""
        return [f"{part.short} {part.tokens:,}" for part in self.parts if part.tokens]

    def warnings(self) -> tuple[str, ...]:
        """Return what to say about messages that do not fit, in shorter and shorter words; nothing if all fit."""
        many, one = (f"{self.left_out:,}", self.left_out == 1)
        does = "does" if one else "do"
        noun = "message" if one else "messages"
        said = (f"{many} earlier {noun} {does} not fit", f"{many} {noun} {does} not fit", f"{many} {does} not fit")
        return said if self.left_out else ()

    def sentence(self) -> str:
        """Return everything in one line."""
        return " · ".join([self.total_words(), *self.part_words(), *self.warnings()[:1]])


def parts_of(info: PromptInfo, room: int) -> Parts:
    """Return how this prompt fills its context; `room` is what the answer may have (0: all that is left)."""
    used, length = len(info.tokens), max(0, info.context_length)
    counts: dict[str, int] = {}
    for token in info.tokens:
        counts[token.section] = counts.get(token.section, 0) + 1
    parts = [Part(role, name, short, sum(counts.get(s, 0) for s in own)) for role, name, short, own in _PARTS]
    left = max(0, length - used) if length else max(0, room)
    kept = min(room, left) if room > 0 else left
    return Parts((*parts, Part("reply", "For the answer", ROOM, kept, True)), used, length, info.left_out)
