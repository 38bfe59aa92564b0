"""What a run's answer depended on and how it went, in words: the foot of an exported record."""

from __future__ import annotations

import time
from collections.abc import Iterator

from playground.core.history import Record


def facts_of(record: Record) -> tuple[tuple[str, str], ...]:
    """Return (name, value) pairs, without those that are not known."""
    pairs = (*_outcome(record), *_settings(record), *_ground(record))
    return tuple((name, value) for name, value in pairs if value)


def when(seconds: float) -> str:
    """Return a time since 1970 as local date and time."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def _outcome(record: Record) -> Iterator[tuple[str, str]]:
    entry = record.entry
    yield "Model", entry.model
    yield "Started", when(entry.started)
    yield "State", " · ".join(filter(None, (entry.state, entry.stop_reason, entry.code, record.error)))
    yield "Tokens", f"{entry.prompt_tokens} read, {entry.new_tokens} written"
    yield "Time", f"{entry.seconds:.1f} s"
    yield "Tags", ", ".join(entry.tags)


def _settings(record: Record) -> Iterator[tuple[str, str]]:
    info = record.info
    found = record.job.get("settings")
    settings = found if isinstance(found, dict) else {}
    stop = settings.get("stop")
    yield "Sampling", ", ".join(info.effective) if info is not None else ""
    yield "Max tokens", str(settings.get("max_tokens", ""))
    yield "Stop sequences", ", ".join(map(repr, stop)) if isinstance(stop, list) else ""
    seed = info.seed if info is not None else settings.get("seed")
    yield "Seed", "" if seed is None else str(seed)


def _ground(record: Record) -> Iterator[tuple[str, str]]:
    """Yield what the numbers depend on besides the settings."""
    info = record.info
    if info is None:
        return
    dtypes = info.dtype if info.reading_dtype in ("", info.dtype) else f"{info.dtype}, reading in {info.reading_dtype}"
    yield "Device", " · ".join(filter(None, (info.device, dtypes, f"{info.path_kind} path")))
    yield "Threads", str(info.threads)
    yield "Read at once", f"{info.chunk} tokens"
    yield "Batch", f"{info.batch} answers" if info.batch > 1 else ""
    hashes = (("model", info.model_hash), ("template", info.template_hash), ("prompt", info.prompt_hash))
    yield "Hashes", ", ".join(f"{name} {value}" for name, value in hashes if value)
    yield "Versions", ", ".join(f"{name} {version}" for name, version in info.versions)
