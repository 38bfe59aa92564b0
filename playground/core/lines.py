"""Texts typed one per line, as in the stop sequences: \\n stands for a line break, \\\\ for a backslash."""

from __future__ import annotations

import re
from collections.abc import Iterable


def texts_of(lines: str) -> tuple[str, ...]:
    """Return what was typed into a field of one text per line; empty lines mean none."""
    return tuple(meant(line) for line in lines.split("\n") if line)


def lines_of(texts: Iterable[str]) -> str:
    """Return texts as they stand in such a field."""
    return "\n".join(text.replace("\\", "\\\\").replace("\n", "\\n") for text in texts)


def meant(line: str) -> str:
    """Return the text that one line stands for."""
    return re.sub(r"\\([n\\])", lambda found: "\n" if found[1] == "n" else "\\", line)


def quoted(text: str, longest: int = 20) -> str:
    """Return a text as it may stand in a sentence: on one line, and short."""
    shown = lines_of([text])
    return f"“{shown[: longest - 1]}…”" if len(shown) > longest else f"“{shown}”"
