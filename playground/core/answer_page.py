"""One answer as a web page of its own, to be kept, sent or printed: it needs no other file and runs nothing.

The same page is drawn by Qt's rich text, which knows few of a browser's layouts: so boxes and columns are tables.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from playground.core.asked import asked
from playground.core.history import Record
from playground.core.run_facts import facts_of, when

_THOUGHT = re.compile(r"\s*<think>(.*?)(?:</think>|\Z)\s*", re.DOTALL)
_FENCED = re.compile(r"^ {0,3}(`{3,}|~{3,})[^`\n]*\n(.*?)(?:^ {0,3}\1[`~]*[ \t]*$\n?|\Z)", re.DOTALL | re.MULTILINE)
_DIRECTING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_PRIVATE = ("Tags", "Hashes")  # facts that are for the one who keeps the record


def page_of(record: Record) -> str:
    """Return the page: the prompt, the answer with its code blocks, and at the foot how it was written."""
    title = _shown(" · ".join(filter(None, (record.entry.model or "Run", when(record.entry.started)))))
    said = (("System", asked(record.job).around), ("Prompt", record.prompt))
    boxes = "".join(_box(name, _words(text)) for name, text in said if text)
    facts = "".join(f"<tr><th>{name}</th><td>{_shown(value)}</td></tr>\n" for name, value in _facts(record))
    return (
        f'{_HEAD.replace("TITLE", title)}<h1>{title}</h1>\n{boxes}<p class="name">Answer</p>\n{_answer(record.text)}'
        f'<p class="name">How it was written</p>\n<table class="facts" cellspacing="0">\n{facts}</table>\n'
        "</body></html>\n"
    )


def _box(name: str, content: str) -> str:
    return (
        f'<p class="name">{name}</p>\n<table class="box" width="100%" cellspacing="0"><tr><td>{content}</td></tr>'
        "</table>\n"
    )


def _answer(text: str) -> str:
    """Return the answer: a thought stands apart, and code as it was indented."""
    thought = _THOUGHT.match(text)
    if thought is None:
        return _pieces(text)
    return f'<div class="text thought" dir="auto">{_shown(thought[1].strip())}</div>\n' + _pieces(text[thought.end() :])


def _pieces(text: str) -> str:
    done, at = "", 0
    for fenced in _FENCED.finditer(text):
        code = f"<pre>{_shown(fenced[2].rstrip())}</pre>"
        table = f'<table class="code" width="100%" cellspacing="0"><tr><td>{code}</td></tr></table>\n'
        done += _words(text[at : fenced.start()].strip("\n")) + table
        at = fenced.end()
    return done + _words(text[at:].strip("\n"))


def _words(text: str) -> str:
    return f'<div class="text" dir="auto">{_shown(text)}</div>\n' if text else ""


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    for name, value in facts_of(record):
        if name not in _PRIVATE:
            yield name, value
        if name == "Time" and (speeds := " · ".join(_speeds(record))):
            yield "Speed", speeds


def _speeds(record: Record) -> Iterator[str]:
    """Yield how fast it was read and written, as far as that was measured."""
    told = record.result
    numbers = {name: value for name, value in told.items() if isinstance(value, int | float)}
    read = numbers.get("prompt_tokens", 0) - numbers.get("reused_tokens", 0)
    for verb, count, seconds in (
        ("read", read, numbers.get("reading_seconds", 0)),
        ("written", numbers.get("new_tokens", 0), numbers.get("writing_seconds", 0)),
    ):
        if count > 0 and seconds > 0:
            yield f"{verb} {count / seconds:.1f} tokens/s"


def _shown(text: str) -> str:
    """Return text for HTML: escaped; what would direct the text around it shows itself instead."""
    plain = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))
    return html.escape(_DIRECTING.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", plain))


_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>TITLE</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body { background-color: #ffffff; color: #1c1c22; font-family: Inter, system-ui, "Segoe UI", "Noto Sans", sans-serif }
body { font-size: 16px; line-height: 150%; max-width: 46em; margin: 24px auto; padding: 0 16px }
h1 { font-size: 18px; font-weight: 600; margin: 0 0 8px 0 }
table { border-collapse: separate; border-spacing: 0 }
.name { color: #63636e; font-size: 13px; margin: 18px 0 4px 0 }
.text { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; margin: 6px 0 }
.thought { color: #63636e; font-style: italic }
.box { background-color: #f2f2f5; width: 100%; table-layout: fixed; border-radius: 8px }
.box td { padding: 4px 12px }
.code { background-color: #f5f5f8; width: 100%; table-layout: fixed; border-radius: 8px; margin: 0 0 8px 0 }
.code td { padding: 10px 12px }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; font-size: 14px }
pre { font-family: "JetBrains Mono", ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; color: #2a2a33 }
.facts { font-size: 13px; line-height: 140%; color: #63636e }
.facts th { text-align: left; font-weight: normal; vertical-align: top; padding: 2px 16px 2px 0; white-space: nowrap }
.facts td { color: #1c1c22; padding: 2px 0; overflow-wrap: anywhere }
@media (prefers-color-scheme: dark) {
  body, .facts td { color: #ececf1 }
  body { background-color: #1d1d21 }
  .name, .thought, .facts, .facts th { color: #a2a2ae }
  .box, .code { background-color: #2b2b31 }
  pre { color: #e1e1e8 }
}
</style></head><body>
"""
