"""Turns into labelled token ids. What a user typed never becomes a chat token."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.core.errors import UserError
from playground.engine.templates import Turn, render, special_ids

_SPEAKERS = {"system": "", "user": "User: ", "assistant": "Assistant: "}
_ANCHOR = "\ue000"  # a character that joins with no other

Offsets = list[tuple[int, int]]  # (first, end) character of each token


@dataclass(frozen=True)
class Span:
    """A stretch of the rendered text that somebody wrote."""

    start: int
    end: int
    section: str
    role: str


@dataclass(frozen=True)
class Reading:
    """The ids of a prompt, with the section and role of each, and where each turn starts."""

    ids: list[int]
    places: list[tuple[str, str]]  # (section, role)
    special: list[bool]
    turns: tuple[int, ...]  # first token of each turn's content

    def start_of(self, turn: int) -> int:
        """Return the first token of a turn; the last turns end with the prompt."""
        return self.turns[turn] if turn < len(self.turns) else len(self.ids)


@dataclass(frozen=True)
class _Text:
    """A rendered prompt before it is cut into tokens."""

    text: str
    spans: tuple[Span, ...]
    starts: tuple[int, ...]  # first character of each turn's content
    prefix: tuple[int, ...] = ()  # tokens before the text


def read_chat(
    tokenizer: Any, turns: Sequence[Turn], reply_start: str, switches: Mapping[str, bool], default_system: str
) -> Reading:
    """Render the turns with the chat template and return its tokens."""
    text, frame = render(tokenizer, turns, switches)
    starts = (_along(text, turns, frame) if frame else None) or _searched(text, turns)
    spans = [span for turn, start in zip(turns, starts, strict=True) for span in _spans(turn, start)]
    opening = text[: spans[0].start] if spans else ""
    if default_system and turns[0].role != "system" and default_system in opening:
        at = opening.index(default_system)
        spans.insert(0, Span(at, at + len(default_system), "system", "system"))
    if reply_start:
        spans.append(Span(len(text), len(text) + len(reply_start), "reply", "assistant"))
    return _read(tokenizer, _Text(text + reply_start, tuple(spans), tuple(start for start, _ in starts)))


def read_raw(tokenizer: Any, turns: Sequence[Turn], reply_start: str, lone: bool) -> Reading:
    """Return the tokens for a model without a chat template: the text as it stands, or a transcript."""
    text, spans, starts = "", list[Span](), list[int]()
    for turn in turns:
        text += "" if lone else _SPEAKERS[turn.role]
        starts.append(len(text))
        content = turn.content
        text += content
        spans += _spans(turn, (starts[-1], content))
        text += "" if lone else "\n\n" if turn.role == "system" else "\n"
    if not lone:
        text += "Assistant: " if reply_start else "Assistant:"
    if reply_start:
        spans.append(Span(len(text), len(text) + len(reply_start), "reply", "assistant"))
    return _read(tokenizer, _Text(text + reply_start, tuple(spans), tuple(starts), _opening_ids(tokenizer)))


def _opening_ids(tokenizer: Any) -> tuple[int, ...]:
    """Return the ids that this tokenizer puts in front of every text, as a start token."""
    plain: list[int] = tokenizer("a", add_special_tokens=False)["input_ids"]
    full: list[int] = tokenizer("a", add_special_tokens=True)["input_ids"]
    found = next((i for i in range(len(full)) if full[i : i + len(plain)] == plain), 0)
    return tuple(full[:found])


def _along(text: str, turns: Sequence[Turn], frame: Sequence[str]) -> list[tuple[int, str]] | None:
    """Walk along the template's own pieces; return where each turn's content starts and what was left of it.

    None when the rendered text does not follow those pieces.
    """
    at, places = len(frame[0]), []
    if not text.startswith(frame[0]):
        return None
    for turn, behind in zip(turns, frame[1:], strict=True):
        content = turn.content
        for kept in (content, content.strip(), content.rstrip(), content.lstrip()):
            end = at + len(kept)
            if text.startswith(kept, at) and text.startswith(behind, end):
                break
        else:
            return None
        places.append((at, kept))
        at = end + len(behind)
    return places if at == len(text) else None


def _searched(text: str, turns: Sequence[Turn]) -> list[tuple[int, str]]:
    """Look for the contents one after the other, where a template treats some of them differently."""
    at, places = 0, []
    for turn in turns:
        kept = turn.content.strip()
        found = text.find(kept, at)
        places.append((found, kept) if found >= 0 else (at, ""))
        at = found + len(kept) if found >= 0 else at
    return places


def _spans(turn: Turn, place: tuple[int, str]) -> list[Span]:
    """Return the labelled spans of one turn, cut to what the template left of it."""
    start, kept = place
    at = start - turn.content.find(kept)  # where the content would start if nothing had been stripped
    spans = []
    for words, section in turn.spans:
        first, end = max(at, start), min(at + len(words), start + len(kept))
        if first < end:
            spans.append(Span(first, end, section, turn.role))
        at += len(words)
    return spans


def _read(tokenizer: Any, source: _Text) -> Reading:
    ids, offsets = _encode(tokenizer, source.text, source.spans)
    specials = special_ids(tokenizer)
    ahead = len(source.prefix)
    firsts = [first for first, _ in offsets]
    return Reading(
        [*source.prefix, *ids],
        [("template", "")] * ahead + _labels(offsets, source.spans),
        [id in specials for id in (*source.prefix, *ids)],
        tuple(ahead + bisect_left(firsts, start) for start in source.starts),
    )


def _labels(offsets: Offsets, spans: Sequence[Span]) -> list[tuple[str, str]]:
    """Label each token by its first character that somebody wrote."""
    labels, at = [], 0
    for first, end in offsets:
        while at < len(spans) and spans[at].end <= first:
            at += 1
        inside = at < len(spans) and spans[at].start < end
        labels.append((spans[at].section, spans[at].role) if inside else ("template", ""))
    return labels


def _encode(tokenizer: Any, text: str, spans: Sequence[Span]) -> tuple[list[int], Offsets]:
    """Return ids and offsets of the whole text, read at once unless somebody typed a chat token."""
    ids, offsets = _plain(tokenizer, text)
    specials = special_ids(tokenizer)
    touched = _touched(text, offsets, spans)
    if any(id in specials and theirs for id, theirs in zip(ids, touched, strict=True)):
        return _encode_guarded(tokenizer, text, spans, specials)
    return ids, offsets


def _plain(tokenizer: Any, text: str, split: bool = False) -> tuple[list[int], Offsets]:
    read = tokenizer(
        text, add_special_tokens=False, return_offsets_mapping=True, split_special_tokens=split, verbose=False
    )
    return list(read["input_ids"]), list(read["offset_mapping"])


def _touched(text: str, offsets: Offsets, spans: Sequence[Span]) -> list[bool]:
    """Say for each token whether it covers something visible that somebody wrote. (Chat tokens may swallow spaces.)"""
    touched, at = [], 0
    for first, end in offsets:
        while at < len(spans) and spans[at].end <= first:
            at += 1
        touched.append(at < len(spans) and bool(text[max(first, spans[at].start) : end].strip()))
    return touched


def _encode_guarded(tokenizer: Any, text: str, spans: Sequence[Span], specials: set[int]) -> tuple[list[int], Offsets]:
    """Read only the template's own chat tokens as such; everything between them is plain text."""
    covered = _covered(tokenizer, text, spans, specials)
    found, places = _plain(tokenizer, covered)
    touched = _touched(covered, places, spans)
    own = [(id, o) for id, o, theirs in zip(found, places, touched, strict=True) if id in specials and not theirs]
    ids, offsets, at = list[int](), Offsets(), 0
    for id, (first, end) in [*own, (-1, (len(text), len(text)))]:
        if first > at:
            chunk_ids, chunk_offsets = _chunk(tokenizer, text[at:first], at > 0)
            ids += chunk_ids
            offsets += [(at + a, at + b) for a, b in chunk_offsets]
        if id >= 0:
            ids.append(id)
            offsets.append((first, end))
        at = end
    if sum(id in specials for id in ids) != len(own):
        raise UserError(
            "The text holds a chat token that this tokenizer cannot read as plain text.",
            "Take it out, or write it differently.",
            "E-TEMPLATE",
        )
    return ids, offsets


def _covered(tokenizer: Any, text: str, spans: Sequence[Span], specials: set[int]) -> str:
    """Return the text with the chat tokens in what somebody wrote overwritten, at the same length."""
    words = sorted((str(tokenizer.convert_ids_to_tokens(id)) for id in specials), key=len, reverse=True)
    pieces, at = [], 0
    for start, end in _joined(spans):
        inside = text[start:end]
        for word in words:
            inside = inside.replace(word, "x" * len(word))
        pieces += [text[at:start], inside]
        at = end
    return "".join(pieces) + text[at:]


def _joined(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Return the stretches that spans cover, neighbours as one: a chat token may lie across two of them."""
    joined: list[tuple[int, int]] = []
    for span in spans:
        if joined and joined[-1][1] == span.start:
            joined[-1] = (joined[-1][0], span.end)
        else:
            joined.append((span.start, span.end))
    return joined


def plain_ids(tokenizer: Any, text: str) -> list[int]:
    """Return the ids of a text as it would be read in the middle of a longer one, without a single chat token."""
    opening = "".join(tokenizer.convert_ids_to_tokens(_plain(tokenizer, "a")[0][:1]))
    anchor = _ANCHOR if opening.startswith(("▁", "Ġ")) else ""  # keeps a space from being put before it
    ids, offsets = _plain(tokenizer, anchor + text, split=True)
    specials = special_ids(tokenizer)
    return [id for id, (first, _) in zip(ids, offsets, strict=True) if first >= len(anchor) and id not in specials]


def _chunk(tokenizer: Any, text: str, inside: bool) -> tuple[list[int], Offsets]:
    """Read a stretch of plain text as it would be read in the middle of a longer one."""
    ids, offsets = _plain(tokenizer, text, split=True)
    if not inside or not _spaces_first(tokenizer):
        return ids, offsets
    anchored, places = _plain(tokenizer, _ANCHOR + text, split=True)
    skip = next((i for i, (first, _) in enumerate(places) if first >= 1), len(places))
    return anchored[skip:], [(first - 1, end - 1) for first, end in places[skip:]]


def _spaces_first(tokenizer: Any) -> bool:
    """Say whether this tokenizer treats the first word of a text as if a space stood before it, but only there."""
    word = tokenizer.eos_token or tokenizer.bos_token or ""
    after: list[int] = _plain(tokenizer, f"{word}a")[0]
    alone: list[int] = _plain(tokenizer, "a")[0]
    return after[-len(alone) :] != alone
