"""Tokens in words: what is written on a chip, which turn it belongs to, and how it is read aloud. No Qt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from playground.core.facts import PromptToken

NAMES = {
    "system": "System prompt",
    "context": "Context",
    "example": "Example",
    "history": "Earlier",
    "message": "Message",
    "reply": "Answer",
    "template": "Template",
}
_SHOWN = {" ": "·", "\n": "↵", "\t": "→", "\r": "⟨CR⟩"}
_BYTES = re.compile("(?:⟨[0-9A-F]{2}⟩)+")
_Run = tuple[int, int, str, str]  # first token, behind the last, section, role


@dataclass(frozen=True)
class Block:
    """The tokens of one turn, with what the template puts around it. `section` is never "template" if it has words."""

    first: int
    end: int
    section: str
    role: str
    name: str

    def title(self) -> str:
        """Return the heading: what it is, and who speaks where that is not clear."""
        return f"{self.name} · {self.role}" if self.role and self.section in ("example", "history") else self.name


def shown_text(text: str) -> str:
    """Return a token's text with nothing invisible in it: · is a space, ↵ a line break, → a tab."""
    if text.isprintable() and " " not in text:
        return text or "⟨empty⟩"
    return "".join(_SHOWN.get(c) or (c if c.isprintable() else f"⟨U+{ord(c):04X}⟩") for c in text)


def spoken(token: PromptToken, number: int) -> str:
    """Return one token as a screen reader should say it; numbers count from 1."""
    parts = [f"token {number}", f"“{token.text}”", f"id {token.id}", token.section]
    parts += [token.role] if token.role and token.role != token.section else []
    return ", ".join([*parts, "special"] if token.special else parts)


def plain_text(tokens: Sequence[PromptToken]) -> str:
    """Return the text the tokens stand for; characters that lie across several tokens are put together again."""
    return _BYTES.sub(_joined, "".join(token.text for token in tokens))


def as_table(tokens: Sequence[PromptToken]) -> str:
    """Return the tokens as lines of number, id, text, section and role, parted by tabs."""
    rows = [
        f"{at}\t{token.id}\t{shown_text(token.text)}\t{token.section}\t{token.role}"
        for at, token in enumerate(tokens, 1)
    ]
    return "\n".join(["number\tid\ttext\tsection\trole", *rows])


def blocks_of(tokens: Sequence[PromptToken]) -> list[Block]:
    """Cut a prompt into turns.

    Between two turns the template closes the first (up to its first special token and the white space behind it)
    and opens the second.
    """
    blocks: list[Block] = []
    opened, examples = 0, 0
    runs = _runs(tokens)
    for at, (first, end, section, role) in enumerate(runs):
        if section == "template":
            if blocks:
                opened = first + _closing(tokens[first:end])
                blocks[-1] = _until(blocks[-1], opened)
            if at == len(runs) - 1 and opened < end:
                blocks.append(Block(opened, end, "template", "", "Answer starts here" if blocks else NAMES["template"]))
            continue
        start = opened if at and runs[at - 1][2] == "template" else first
        examples += section == "example" and role == "user"
        name = f"{NAMES[section]} {examples}" if section == "example" else NAMES.get(section, section)
        blocks.append(Block(start, end, section, role, name))
    return blocks


def _runs(tokens: Sequence[PromptToken]) -> list[_Run]:
    """Return the stretches of tokens with the same section and role."""
    runs: list[_Run] = []
    for at, token in enumerate(tokens):
        if runs and runs[-1][2] == token.section and runs[-1][3] == token.role:
            runs[-1] = (runs[-1][0], at + 1, token.section, token.role)
        else:
            runs.append((at, at + 1, token.section, token.role))
    return runs


def _closing(tokens: Sequence[PromptToken]) -> int:
    """Return how many of the template's tokens belong to the turn before."""
    end = next((at + 1 for at, token in enumerate(tokens) if token.special), 0)
    while 0 < end < len(tokens) and not tokens[end].special and not tokens[end].text.strip():
        end += 1
    return end


def _until(block: Block, end: int) -> Block:
    return Block(block.first, end, block.section, block.role, block.name)


def _joined(match: re.Match[str]) -> str:
    try:
        return bytes.fromhex(match[0].replace("⟨", "").replace("⟩", "")).decode("utf-8")
    except UnicodeDecodeError:
        return match[0]
