"""A tokenizer's chat template, rendered by the reader: text of turns, and what the template does with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from playground.engine.reader import reader

Variables = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TemplateFacts:
    """How a tokenizer's chat template treats what it is given."""

    has_system_role: bool = True
    default_system: str = ""  # what it puts in when no system prompt is given
    switches: tuple[tuple[str, bool], ...] = ()  # its own switches with their defaults
    end_of_turn: int | None = None  # the special token right after an answer


@dataclass(frozen=True)
class Turn:
    """One message on its way into the template: its words in labelled spans."""

    role: str
    spans: tuple[tuple[str, str], ...]  # (text, section)

    @property
    def content(self) -> str:
        return "".join(text for text, _ in self.spans)


def template_of(tokenizer: Any) -> str:
    """Return the chat template's source, or nothing when there is none."""
    template = getattr(tokenizer, "chat_template", None)
    if isinstance(template, Mapping):
        template = template.get("default") or next(iter(template.values()), "")
    return str(template or "")


def render(
    tokenizer: Any, turns: Sequence[Turn], switches: Mapping[str, bool] | None = None
) -> tuple[str, tuple[str, ...] | None]:
    """Return the text the template makes of these turns, up to the start of the answer; raise E-TEMPLATE.

    With it comes the template's own text around the contents, one piece more than turns; None when it moves them.
    """
    messages = [{"role": turn.role, "content": turn.content} for turn in turns]
    return reader("templates").render(
        template_of(tokenizer), messages, {**dict(_variables(tokenizer)), **(switches or {})}
    )


def template_facts(tokenizer: Any) -> TemplateFacts:
    """Return what this tokenizer's template does; raise E-TEMPLATE when it cannot render a plain question."""
    source = template_of(tokenizer)
    if not source:
        return TemplateFacts(has_system_role=False)
    facts, behind = _facts(source, _variables(tokenizer), date.today())
    return TemplateFacts(facts.has_system_role, facts.default_system, facts.switches, _first_special(tokenizer, behind))


@lru_cache(maxsize=32)
def _facts(source: str, variables: Variables, day: date) -> tuple[TemplateFacts, str]:
    """Return the facts that no tokenizer is needed for, and the text behind an answer. Templates may name the day."""
    told = reader("templates").traits(source, dict(variables))
    switches = tuple((str(name), bool(value)) for name, value in told["switches"])
    return TemplateFacts(bool(told["system"]), str(told["default_system"]), switches), str(told["behind"])


def _variables(tokenizer: Any) -> Variables:
    """Return the special tokens under the names that templates know them by."""
    return tuple((name, text) for name, text in tokenizer.special_tokens_map.items() if isinstance(text, str))


def _first_special(tokenizer: Any, text: str) -> int | None:
    """Return the special token that a text begins with, if it does."""
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"][:1]
    return ids[0] if ids and ids[0] in special_ids(tokenizer) else None


def special_ids(tokenizer: Any) -> set[int]:
    """Return the ids that no plain text may produce."""
    marked = {id for id, token in tokenizer.added_tokens_decoder.items() if token.special}
    ids = marked | set(tokenizer.all_special_ids)
    ends = (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id)
    # Text a vocabulary does not know becomes the unknown token: that is no chat token.
    return ids - {tokenizer.unk_token_id} if tokenizer.unk_token_id not in ends else ids
