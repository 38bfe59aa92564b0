"""A recorded answer as the panel looks at it: its tokens with what is written on each. No Qt."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from playground.core.events import Token
from playground.core.history import Record
from playground.gui.tokens.ending import ended_itself
from playground.gui.tokens.measures import entropy_bits, surprise
from playground.gui.tokens.words import END, INSIDE, bits, count, percent, place, quoted, seconds, signs

LINE = "\n"
FACTS = ("Raw probability", "After samplers", "Rank", "Entropy", "Surprise", "Time")


@dataclass(frozen=True)
class Alternative:
    """One token that could have been written. `text` is None while nobody knows it."""

    id: int
    text: str | None
    share: float  # raw probability
    chosen: bool
    rank: int  # among the kept ones from 1; of a chosen one that is not among them, its own

    def words(self) -> str:
        return f"token {self.id}" if self.text is None else signs(self.text)


@dataclass(frozen=True)
class Answer:
    """The tokens of a record. `texts` are those of the vocabulary, as far as they are known."""

    tokens: tuple[Token, ...]
    ended: bool = False  # the last token is the end of turn
    texts: Mapping[int, str] | None = None

    @classmethod
    def of(cls, record: Record) -> Answer:
        entry = record.entry
        return cls(record.tokens, ended_itself(record.tokens, entry.state, entry.stop_reason))

    def text(self, at: int) -> str:
        """Return a token's own text, else the text it completed."""
        token = self.tokens[at]
        return (self.texts or {}).get(token.id) or token.text

    def shown(self, at: int) -> str:
        """Return what is written on a token, with nothing invisible in it."""
        if text := self.text(at):
            return signs(text)
        return END if self.is_end(at) else INSIDE

    def breaks(self, at: int) -> bool:
        """Say whether a line ends with this token."""
        return LINE in self.text(at)

    def is_end(self, at: int) -> bool:
        return self.ended and at == len(self.tokens) - 1

    def was_first(self, at: int) -> bool:
        """Say whether a token was the most probable one; so is one of which nothing is known."""
        return self.tokens[at].rank <= 1

    def alternatives(self, at: int) -> tuple[Alternative, ...]:
        """Return what could have been written, best first; the chosen one comes last if it was not among these."""
        token, texts = self.tokens[at], self.texts or {}
        own = self.text(at) or None
        rows = [
            Alternative(
                id, own if id == token.id else texts.get(id) or None, math.exp(min(0.0, log)), id == token.id, rank
            )
            for rank, (id, log) in enumerate(token.alternatives, 1)
        ]
        if token.alternatives and not any(row.chosen for row in rows):
            rows.append(Alternative(token.id, own, token.raw_probability, True, token.rank))
        return tuple(rows)

    def facts(self, at: int) -> dict[str, str]:
        """Return what is known about a token: a value for each of FACTS."""
        token = self.tokens[at]
        values = (
            percent(token.raw_probability),
            percent(token.probability),
            place(token.rank),
            bits(entropy_bits(token)),
            bits(surprise(token.raw_probability)),
            seconds(token.seconds),
        )
        return dict(zip(FACTS, values, strict=True))

    def spoken(self, at: int) -> str:
        """Return one token as a screen reader should say it."""
        token = self.tokens[at]
        parts = [
            f"Token {at + 1:,} of {len(self.tokens):,}",
            f"“{self.text(at) or self.shown(at)}”",
            f"{percent(token.raw_probability)} raw",
            f"rank {place(token.rank)}",
        ]
        return ", ".join(parts if self.was_first(at) else [*parts, "not the most probable"])

    def summary(self) -> str:
        """Return the answer's numbers in one sentence."""
        if not self.tokens:
            return "No token was written."
        shares = {at: t.raw_probability for at, t in enumerate(self.tokens) if not math.isnan(t.raw_probability)}
        if not shares:
            return f"{count(len(self.tokens), 'token')}; their probabilities are not recorded."
        mean = sum(shares.values()) / len(shares)
        others = sum(not self.was_first(at) for at in range(len(self.tokens)))
        verb = "was" if others == 1 else "were"
        least = min(shares, key=lambda at: shares[at])
        text = self.text(least)
        name = quoted(text) if text else self.shown(least)
        return (
            f"{count(len(self.tokens), 'token')}, mean probability {percent(mean)} raw, {others:,} {verb} not the most"
            f" probable; least probable {name} with {percent(shares[least])} raw."
        )
