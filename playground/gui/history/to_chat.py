"""A record as a chat: for answers that belong to none, from the command line for instance."""

from __future__ import annotations

import json

from playground.core.conversation import Conversation, Turn, new_id, new_turn, title_from
from playground.core.errors import UserError
from playground.core.facts import ReplyInfo
from playground.core.history import Record
from playground.core.plain import from_plain
from playground.gui.history.record_facts import settings_of
from playground.gui.history.record_text import said
from playground.gui.setup import setup_from_json, setup_to_json
from playground.gui.stats import Watch

PARTS = ("system", "context", "examples", "reply_start", "switches")


def chat_of(record: Record) -> Conversation:
    """Return a new chat with the record's messages, its answer and its settings; its leaf is the answer."""
    talk = Conversation(new_id(), title_from(record.prompt or "Chat"), settings=_settings(record))
    for role, text in said(record.job) or [("user", record.prompt)]:
        talk = talk.with_turn(new_turn(talk.leaf, role, text))
    return talk.with_turn(_answer(record, talk.leaf))


def _answer(record: Record, parent: str) -> Turn:
    entry = record.entry
    state = "interrupted" if entry.state == "running" else entry.state
    facts = {"run_id": entry.id, "state": state, "model": entry.model, "stats": _stats(record)}
    return new_turn(parent, "assistant", record.text, **facts)


def _stats(record: Record) -> str:
    try:
        result: ReplyInfo = from_plain(ReplyInfo, record.result)
    except (UserError, TypeError):
        return ""
    return Watch(result.seed).words(result.stop_reason, result)


def _settings(record: Record) -> str:
    """Return the run settings and prompt parts as a chat keeps them, as far as they can be read."""
    prompt = record.job.get("prompt")
    parts = {name: prompt[name] for name in PARTS if name in prompt} if isinstance(prompt, dict) else {}
    setup, _ = setup_from_json(json.dumps({**parts, "run": settings_of(record)}))
    return setup_to_json(setup)
