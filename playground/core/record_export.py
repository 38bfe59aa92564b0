"""Records for other eyes: JSONL and CSV for programs, Markdown and HTML for people, piece by piece.

All but JSONL leave out where the model lies on this computer: they are made to be shown.
"""

from __future__ import annotations

import csv
import html
import io
import json
import math
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from playground.core.asked import asked
from playground.core.errors import UserError
from playground.core.events import Token
from playground.core.export import fenced
from playground.core.history import Record
from playground.core.run_facts import facts_of, when

_COLUMNS = (
    "started",
    "model",
    "state",
    "stop_reason",
    "code",
    "prompt",
    "answer",
    "system",
    "note",
    "tags",
    "starred",
    "prompt_tokens",
    "new_tokens",
    "seconds",
    "seed",
    "sampling",
    "device",
    "dtype",
    "path_kind",
    "versions",
    "error",
    "kind",
    "id",
)

_TOKEN = ("step", "id", "text", "raw_probability", "probability", "rank", "entropy", "seconds")


def to_jsonl(records: Iterable[Record]) -> Iterator[str]:
    """Yield one line of JSON for each record: its job, what it depended on, its result and tokens.

    The tokens come without their alternatives, which would be most of the file.
    """
    for record in records:
        data = {
            **asdict(record.entry),
            "prompt": record.prompt,
            "text": record.text,
            "error": record.error,
            "conversation": record.conversation,
            "turn": record.turn,
            "job": record.job,
            "info": None if record.info is None else asdict(record.info),
            "result": record.result,
            "tokens": [_plain(token) for token in record.tokens],
        }
        yield json.dumps(_finite(data), ensure_ascii=False, allow_nan=False) + "\n"


def to_csv(records: Iterable[Record]) -> Iterator[str]:
    """Yield a table for spreadsheets, with the mark by which they know UTF-8; no cell is taken for a formula."""
    out = io.StringIO(newline="")
    table = csv.writer(out)
    out.write("\ufeff")
    table.writerow(_COLUMNS)
    for record in records:
        table.writerow([_cell(value) for value in _row(record)])
        yield _taken(out)
    yield _taken(out)


def to_markdown(records: Iterable[Record]) -> Iterator[str]:
    """Yield prompt and answer of each record, its settings at the foot."""
    yield "# History\n"
    for record in records:
        facts = "\n".join(f"{name}: {_one_line(value)}" for name, value in facts_of(record))
        parts = [f"## {_one_line(record.entry.model) or 'Run'} · {when(record.entry.started)}"]
        parts += [f"### {name}\n\n{text}" for name, text in _texts(record)]
        yield "\n" + "\n\n".join([*parts, "### Settings", fenced(facts, "text"), "---"]) + "\n"


def to_html(records: Iterable[Record]) -> Iterator[str]:
    """Yield one page that needs no other file, readable in light and dark."""
    yield _HEAD
    for record in records:
        title = _shown(f"{record.entry.model or 'Run'} · {when(record.entry.started)}")
        texts = "".join(
            f'<h3>{name}</h3><div class="text" dir="auto">{_shown(text)}</div>\n' for name, text in _texts(record)
        )
        facts = "".join(f"<dt>{name}</dt><dd>{_shown(value)}</dd>\n" for name, value in facts_of(record))
        yield f"<article>\n<h2>{title}</h2>\n{texts}<footer><dl>\n{facts}</dl></footer>\n</article>\n"
    yield "</main></body></html>\n"


FORMATS: dict[str, Callable[[Iterable[Record]], Iterator[str]]] = {
    ".jsonl": to_jsonl,
    ".csv": to_csv,
    ".md": to_markdown,
    ".html": to_html,
}
"""The forms by the ending of the file's name."""


def save(records: Iterable[Record], file: Path) -> int:
    """Write records in the form the file's ending names and return how many; the file appears when it is whole.

    Raise E-EXPORT for another ending and OSError when it cannot be written.
    """
    form = FORMATS.get(file.suffix.lower())
    if form is None:
        raise UserError(f"“{file.name}” names no known form.", f"End it in {', '.join(FORMATS)}.", "E-EXPORT")
    count = 0

    def counted() -> Iterator[Record]:
        nonlocal count
        for record in records:
            count += 1
            yield record

    beside = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        with beside.open("w", encoding="utf-8", newline="") as out:
            out.writelines(form(counted()))
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)
    return count


def _texts(record: Record) -> Iterator[tuple[str, str]]:
    texts = (("System", asked(record.job).around), ("Prompt", record.prompt), ("Answer", record.text))
    return ((name, text) for name, text in (*texts, ("Note", record.entry.note)) if text)


def _row(record: Record) -> Iterator[str | int | float]:
    """Yield the cells of one record, in the order of the columns."""
    entry, info = record.entry, record.info
    yield from (when(entry.started), entry.model, entry.state, entry.stop_reason, entry.code)
    yield from (record.prompt, record.text, asked(record.job).around, entry.note, ", ".join(entry.tags))
    yield from (int(entry.starred), entry.prompt_tokens, entry.new_tokens, round(entry.seconds, 3))
    if info is None:
        yield from [""] * 6
    else:
        versions = ", ".join(f"{name} {version}" for name, version in info.versions)
        # Spreadsheets round whole numbers of more than 15 digits: a seed is a text.
        yield from (str(info.seed), ", ".join(info.effective), info.device, info.dtype, info.path_kind, versions)
    yield from (record.error, entry.kind, entry.id)


def _cell(value: str | int | float) -> str | int | float:
    """Return a cell that no spreadsheet runs as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _taken(out: io.StringIO) -> str:
    """Return what was written and empty it."""
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text


def _plain(token: Token) -> dict[str, Any]:
    return {name: getattr(token, name) for name in _TOKEN}


def _finite(value: Any) -> Any:
    """Return the value with null for what JSON has no number for."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shown(text: str) -> str:
    """Return text for HTML: escaped, and without the characters that may not stand in it."""
    kept = "".join(char if char >= " " or char in "\n\t" else "\N{REPLACEMENT CHARACTER}" for char in text)
    return html.escape(kept)


_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>History</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root { color-scheme: light dark; --ink: #1c2024; --faint: #5f6872; --line: #d5dae0; --paper: #fff; --card: #f6f7f9 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --faint: #a0a9b3; --line: #3a4048; --paper: #16181b; --card: #1f2226 }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
article { border: 1px solid var(--line); border-radius: 8px; background: var(--card) }
article { padding: 1rem 1.25rem; margin: 1.5rem 0 }
h2 { margin: 0; font-size: 1.1rem }
h3 { margin: 1rem 0 .25rem; font-size: .85rem; color: var(--faint) }
.text { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate }
footer { margin-top: 1rem; border-top: 1px solid var(--line); font-size: .85rem; color: var(--faint) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .75rem 0 0 }
dd { margin: 0; overflow-wrap: anywhere; unicode-bidi: isolate }
</style></head><body><main><h1>History</h1>
"""
