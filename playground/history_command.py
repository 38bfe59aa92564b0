"""`playground history`: finds what was asked and answered, and writes it to a file."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from playground.core.errors import UserError
from playground.core.history import Entry, Filter, Page, facets, ids, records, search
from playground.core.paths import Paths
from playground.core.record_export import save, to_jsonl
from playground.core.registry import suggest
from playground.core.store import Store

USUAL = 20  # lines, when no other number is asked for
STATES = ("done", "stopped", "interrupted", "failed", "running")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the words of the command and what acts on them."""
    parser.add_argument("words", nargs="*", metavar="WORD", help="each must occur in prompt, answer, note or tags")
    parser.add_argument("--model", default="", help="the model's name")
    parser.add_argument("--state", default="", choices=STATES)
    parser.add_argument("--code", default="", help="an error code")
    parser.add_argument("--tag", default="")
    parser.add_argument("--starred", action="store_true", help="only those with a star")
    parser.add_argument("--limit", type=_count, help=f"how many; {USUAL} when it is not said, all for a file")
    parser.add_argument("--json", action="store_true", help="one JSON object per record, with everything about it")
    parser.add_argument("--export", type=Path, metavar="FILE", help="write a .jsonl, .csv, .md or .html file")
    parser.set_defaults(act=run)


def run(options: argparse.Namespace) -> int:
    """Show, or write to a file, what was found."""
    wanted = Filter(" ".join(options.words), options.model, options.state, options.code, options.tag, options.starred)
    store = Store(Paths.standard().store)
    try:
        _check(store, wanted)
        if options.export is not None:
            print(_counted(save(records(store, ids(store, wanted)[: options.limit]), options.export)))
        elif options.json:
            _print(to_jsonl(records(store, ids(store, wanted)[: options.limit or USUAL])))
        else:
            _show(search(store, wanted, options.limit or USUAL))
    finally:
        store.close()
    return 0


def _check(store: Store, wanted: Filter) -> None:
    """Answer a name that never occurs with those that do."""
    known = facets(store)
    for what, name, names in (("model", wanted.model, known.models), ("tag", wanted.tag, known.tags)):
        if name and name not in names:
            raise UserError(f"No record has the {what} “{name}”.", suggest(name, names) if names else "", "E-NAME")


def _show(page: Page) -> None:
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for entry in page.entries:
        line = _line(entry)
        print(line[:width] if width else line)
    if page.total > len(page.entries):
        print(f"{len(page.entries)} of {page.total} records. More: --limit N, all: --export FILE", file=sys.stderr)
    elif not page.entries:
        print("Nothing found.", file=sys.stderr)


def _line(entry: Entry) -> str:
    """Return a record in one line. What could steer a terminal is shown as a sign."""
    began = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.started))
    star = "★" if entry.starred else " "
    outcome = entry.code or entry.state
    tags = "".join(f" #{tag}" for tag in entry.tags)
    line = f"{began} {star} {entry.model:24.24} {outcome:11} {entry.prompt} → {entry.text}{tags}"
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)


def _print(chunks: Iterable[str]) -> None:
    for chunk in chunks:
        print(chunk, end="")


def _counted(count: int) -> str:
    return "1 record written." if count == 1 else f"{count} records written."


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
