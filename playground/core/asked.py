"""What was asked, read from any job's JSON form: a job that comes later is found in the history without an edit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Asked:
    """The words of a job: the last thing the user said, what else may be searched, and the model's file name."""

    prompt: str = ""
    around: str = ""  # system prompt and reference text
    model: str = ""


def asked(job: Mapping[str, Any]) -> Asked:
    """Return what a job asks: of the first part that has `messages`, or a text called `prompt`."""
    path = job.get("model")
    model = re.split(r"[\\/]", path.rstrip("\\/"))[-1] if isinstance(path, str) else ""
    for part in _parts(job):
        if isinstance(part.get("messages"), list):
            return Asked(_last_of(part, "user"), _around(part), model)
        if isinstance(part.get("prompt"), str):
            return Asked(part["prompt"], _around(part), model)
    return Asked(model=model)


def object_of(text: str) -> dict[str, Any]:
    """Return the object a stored JSON text holds; an empty one where there is none."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _parts(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every object inside, the outer ones first."""
    if isinstance(value, dict):
        yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inside:
        yield from _parts(item)


def _around(part: Mapping[str, Any]) -> str:
    texts = [part.get("system"), part.get("context"), _last_of(part, "system")]
    return "\n".join(text for text in texts if isinstance(text, str) and text)


def _last_of(part: Mapping[str, Any], role: str) -> str:
    """Return what the last message of this role says."""
    messages = part.get("messages")
    for message in reversed(messages if isinstance(messages, list) else []):
        if isinstance(message, dict) and message.get("role") == role and isinstance(message.get("content"), str):
            return str(message["content"])
    return ""
