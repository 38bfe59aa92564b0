"""What is known about one run, as names and values under headings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from playground.core.errors import redact
from playground.core.facts import RunInfo
from playground.core.history import Record
from playground.core.visible import visible
from playground.gui.history.words import STATES, moment, speed

Facts = list[tuple[str, str]]


def sections(record: Record) -> list[tuple[str, Facts]]:
    """Return headings with their facts; facts without a value and headings without facts are left out."""
    parts = [
        ("Answer", _answer(record)),
        ("Sampling, in order", _sampling(record)),
        ("Path", _path(record.info)),
        ("Identity", _identity(record)),
    ]
    told = [(heading, [(name, visible(value)) for name, value in facts if value]) for heading, facts in parts]
    return [(heading, facts) for heading, facts in told if facts]


def settings_line(record: Record) -> str:
    """Return what an answer depends on in one line: for the foot of a picture."""
    info = record.info
    if info is None:
        return ""
    parts = [f"seed {info.seed}", *_chain(info), f"{info.dtype} on {info.device}", f"{info.path_kind} path"]
    if info.model_hash:
        parts.append(f"weights {info.model_hash}")
    return " · ".join(parts)


def seed_of(record: Record) -> str:
    """Return the seed in digits, or nothing."""
    return str(record.info.seed) if record.info is not None else ""


def _answer(record: Record) -> Facts:
    entry, result = record.entry, record.result
    reason = str(result.get("stop_reason") or entry.stop_reason)
    return [
        ("Ended", reason if entry.state == "done" and reason else STATES.get(entry.state, entry.state)),
        (
            "Reading",
            speed(_int(result, "prompt_tokens") - _int(result, "reused_tokens"), _float(result, "reading_seconds")),
        ),
        ("Reused", _reused(record.info)),
        ("Writing", speed(_int(result, "new_tokens"), _float(result, "writing_seconds"))),
        ("Left out", _many(_int(result, "left_out"), "message", " that did not fit")),
        ("In all", f"{entry.seconds:.2f} s" if entry.seconds > 0 else ""),
        ("Asked", moment(entry.started)),
    ]


def _sampling(record: Record) -> Facts:
    info, settings = record.info, settings_of(record)
    limit = settings.get("max_tokens")
    stops = settings.get("stop")
    context = settings.get("context_length")
    facts: Facts = []
    if info is not None:
        facts.append(("Seed", str(info.seed)))
        facts.append(("Chain", " → ".join(_chain(info))))
    if isinstance(limit, int):
        facts.append(("Max tokens", f"{limit:,}" if limit else "until it stops"))
    if isinstance(stops, list) and stops:
        facts.append(("Stop at", ", ".join(repr(str(stop)) for stop in stops)))
    if isinstance(context, int):
        facts.append(("Context", f"{context:,} tokens"))
    return facts


def _path(info: RunInfo | None) -> Facts:
    if info is None:
        return []
    return [
        ("Writes with", f"{info.dtype} on {info.device}" if info.dtype else info.device),
        ("Reads with", info.reading_dtype),
        ("Path", info.path_kind),
        ("Threads", str(info.threads or "")),
        ("Chunk", _many(info.chunk, "token", " at once")),
        ("Batch", _many(info.batch, "answer", " together") if info.batch > 1 else "one answer"),
    ]


def _identity(record: Record) -> Facts:
    info = record.info
    facts = [("Model", record.entry.model), ("Kind", record.entry.kind), ("Record", record.entry.id)]
    if info is None:
        return facts
    return [
        ("Model", info.model_name or record.entry.model),
        ("Place", redact(info.model)),
        ("Model hash", info.model_hash),
        ("Template", info.template_hash),
        ("Prompt", info.prompt_hash),
        ("Versions", _versions(info.versions)),
        *facts[1:],
    ]


def settings_of(record: Record) -> dict[str, Any]:
    """Return the run settings of a record's job, whatever job it is; nothing where there are none."""
    settings = record.job.get("settings")
    return settings if isinstance(settings, dict) else {}


def _chain(info: RunInfo) -> tuple[str, ...]:
    return info.effective or ("every token as likely as the model says",)


def _reused(info: RunInfo | None) -> str:
    if info is None or not info.reused_tokens:
        return ""
    return f"{info.reused_tokens:,} of {info.prompt_tokens:,} prompt tokens, not read again"


def _versions(versions: Iterable[tuple[str, str]]) -> str:
    return " · ".join(f"{name} {version}" for name, version in versions)


def _many(number: int, thing: str, more: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}{more}" if number else ""


def _int(result: dict[str, Any], name: str) -> int:
    value = result.get(name)
    return value if isinstance(value, int) else 0


def _float(result: dict[str, Any], name: str) -> float:
    value = result.get(name)
    return float(value) if isinstance(value, int | float) else 0.0
