"""A conversation for other eyes: Markdown and JSON, with the settings at the foot."""

from __future__ import annotations

import json
import re
import time
from dataclasses import asdict

from playground.core.conversation import Conversation

_NAMES = {"user": "You", "assistant": "Model", "system": "System"}


def to_markdown(talk: Conversation) -> str:
    """Return the path on screen as Markdown, then how it was run."""
    parts = [f"# {talk.title or 'Chat'}", f"*{time.strftime('%Y-%m-%d %H:%M', time.localtime(talk.updated))}*"]
    for turn in talk.path():
        name = f"{turn.model}" if turn.role == "assistant" and turn.model else _NAMES.get(turn.role, turn.role)
        parts.append(f"## {name}\n\n{turn.text}")
        if turn.stats or turn.state != "done":
            note = " · ".join(filter(None, (turn.stats, turn.state if turn.state != "done" else "")))
            parts.append(f"*{note}*")
    parts.append(
        "---\n\n## Settings\n\n" + fenced(json.dumps(json.loads(talk.settings), indent=2, ensure_ascii=False), "json")
    )
    return "\n\n".join(parts) + "\n"


def to_json(talk: Conversation) -> str:
    """Return the whole tree with every version, and the settings, as JSON."""
    data = {
        "format": "llm-playground chat",
        "version": 1,
        "title": talk.title,
        "created": talk.created,
        "updated": talk.updated,
        "leaf": talk.leaf,
        "turns": [asdict(turn) for turn in talk.turns if not turn.deleted],
        "settings": json.loads(talk.settings),
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def fenced(text: str, language: str) -> str:
    """Put text into a code fence longer than any inside it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
