"""Words, names and places as they may stand in a Python script."""

from __future__ import annotations

import textwrap
from pathlib import Path

_LONG = 60  # characters that stay on one line, whatever is in them


def literal(text: str) -> str:
    """Return the literal of a text; one of several lines takes several."""
    lines = text.split("\n")
    if len(lines) == 1 or len(text) <= _LONG:
        return _quoted(text)
    ended = [*(f"{line}\n" for line in lines[:-1]), *filter(None, lines[-1:])]
    return "(\n" + textwrap.indent("\n".join(map(_quoted, ended)), "    ") + "\n)"


def place(path: str) -> str:
    """Return an expression for a path: one under the home folder says so and keeps the user's name to itself."""
    home = Path.home()
    if Path(path).is_absolute() and Path(path).is_relative_to(home):
        return f"Path.home() / {_quoted(Path(path).relative_to(home).as_posix())}"
    return _quoted(path)


def comment(text: str) -> str:
    """Return a text as a comment of one or more lines, which nothing in it can end."""
    shown = "".join(char for char in " ".join(text.split()) if char.isprintable())
    return textwrap.fill(shown, 110, initial_indent="# ", subsequent_indent="# ")


def _quoted(text: str) -> str:
    """Return the literal in double quotes where nothing has to be escaped for them."""
    shown = repr(text)
    return shown if '"' in shown else f'"{shown[1:-1]}"'
