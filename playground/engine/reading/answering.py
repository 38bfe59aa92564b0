"""The questions the reader process answers, each under its limits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playground.core.plain import to_plain
from playground.engine.describing import describe
from playground.engine.reading.limits import limited
from playground.engine.reading.rendering import render_framed, traits
from playground.engine.reading.trial import try_tokenizer


def answer(question: dict[str, Any]) -> Any:
    """Return the answer as plain data; raise a UserError that says why there is none."""
    ask = _QUESTIONS[question["ask"]]
    with limited(question["seconds"], question["bytes"]):
        return ask(**question["with"])


def _describe(path: str) -> Any:
    return to_plain(describe(Path(path)))


_QUESTIONS: dict[str, Callable[..., Any]] = {
    "describe": _describe,
    "render": render_framed,
    "traits": traits,
    "try_tokenizer": try_tokenizer,
}
