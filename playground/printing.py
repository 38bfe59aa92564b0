"""What the command line prints while a job runs."""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Callable, Sequence

from playground.core.errors import explain
from playground.core.events import LAST, Done, Event, Note, Progress, Started, Token
from playground.core.pace import Pace
from playground.core.plain import to_plain
from playground.core.visible import visible


def progress_bar(quiet: bool) -> Callable[[Event], None]:
    """Return what draws a job's progress in one line of the terminal, and nothing elsewhere."""
    pace = Pace()
    last = 0.0

    def show(event: Event) -> None:
        nonlocal last
        if isinstance(event, Progress) and not quiet and sys.stderr.isatty() and time.monotonic() - last > 0.1:
            last = time.monotonic()
            filled = round(24 * (event.share or 0))
            print(
                f"\r\x1b[K{'█' * filled}{'░' * (24 - filled)} {event.text} {pace.words(event)}", end="", file=sys.stderr
            )
        elif isinstance(event, Done) and last:
            print("\r\x1b[K", end="", file=sys.stderr)

    return show


def print_text(event: Event) -> None:
    """Print an answer as it comes; what is worth knowing besides goes to the error output."""
    if isinstance(event, Token):
        print(visible(event.text), end="", flush=True)  # a terminal would obey what a model writes
    elif isinstance(event, Note):
        print(f"[{visible(event.text)}]", file=sys.stderr)


def print_answers(seeds: Sequence[int]) -> Callable[[Event], None]:
    """Return what prints several answers one after another: the first as it comes, the others at the end."""
    later: dict[int, list[Token]] = {row: [] for row in range(1, len(seeds))}

    def heading(row: int) -> None:
        space = "\n\n" if row else ""
        print(f"{space}--- Answer {row + 1} of {len(seeds)}, seed {seeds[row]} ---\n", flush=True)

    def show(event: Event) -> None:
        if isinstance(event, Started):
            heading(0)
        elif isinstance(event, Token) and event.row:
            later[event.row].append(event)
        elif isinstance(event, LAST):
            for row, tokens in later.items():
                heading(row)
                for token in tokens:
                    print_text(token)
        else:
            print_text(event)

    return show


def print_json(event: Event) -> None:
    """Print one JSON object."""
    fields = {f.name: to_plain(getattr(event, f.name)) for f in dataclasses.fields(event)}
    print(json.dumps({"event": type(event).__name__, **fields}, ensure_ascii=False), flush=True)


def complain(error: BaseException) -> None:
    """Say what went wrong, and its code."""
    words = explain(error)
    print(visible(f"playground: {words.message} {words.hint}".rstrip()) + f" [{words.code}]", file=sys.stderr)
