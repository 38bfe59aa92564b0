"""Writing answers token by token, with what the model thought of each.

It knows nothing of prompts and templates: ids come in, tokens with their probabilities come out.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Protocol

from playground.core.errors import UserError
from playground.core.events import Story, Token
from playground.core.trail import Trail
from playground.engine.cache import KeyValues
from playground.engine.kept_rows import RowKeeper
from playground.engine.measuring import Row, measured, probability_in
from playground.engine.passes import read, writer
from playground.engine.pieces import TextStream
from playground.engine.sampling import draw
from playground.engine.stopping import StopText
from playground.engine.templates import template_facts
from playground.engine.workspace import Loaded


class SamplerLike(Protocol):
    """One stage of the sampling chain."""

    def apply(self, row: Row, trail: Trail) -> Row: ...


class SettingsLike(Protocol):
    """What decoding needs of the run settings. `max_tokens` 0: until the model stops."""

    def working(self) -> Sequence[SamplerLike]: ...
    @property
    def max_tokens(self) -> int: ...
    @property
    def stop(self) -> Sequence[str]: ...
    @property
    def context_length(self) -> int | None: ...


@dataclass(frozen=True)
class Written:
    """The end of an answer: why it ended, what came out, and how long it took."""

    text: str
    ids: tuple[int, ...]
    stop_reason: str  # "end of turn", "stop sequence", "max tokens" or "context full"
    reading_seconds: float
    writing_seconds: float
    seed: int


def context_limit(loaded: Loaded, settings: SettingsLike) -> int:
    """Return how many tokens prompt and answer may have together; 0 when nothing is known."""
    known = [length for length in (loaded.info.model.context, settings.context_length) if length]
    return min(known, default=0)


def end_ids(loaded: Loaded) -> frozenset[int]:
    """Return every token that ends an answer: the model's, the tokenizer's and the chat template's."""
    stated = getattr(getattr(loaded.model, "generation_config", None), "eos_token_id", None)
    ids = {*stated} if isinstance(stated, list | tuple) else {stated}
    ids |= {loaded.tokenizer.eos_token_id, template_facts(loaded.tokenizer).end_of_turn}
    return frozenset(int(id) for id in ids if id is not None)


def write(
    loaded: Loaded,
    ids: Sequence[int],
    settings: SettingsLike,
    seeds: Sequence[int],
    memory: KeyValues,
    reply_ids: Sequence[int] = (),
    seam: int = 0,
    keepers: Sequence[RowKeeper] = (),
) -> Story[tuple[Written, ...]]:
    """Read the prompt `ids`, then write an answer for each seed, all in one batch that shares what was read.

    Yields Progress in tokens while reading and a Token for each one written, also for the one that ends the turn,
    which has no text of its own. `memory` holds a beginning of the prompt, perhaps nothing, and grows with what is
    read; a single answer goes into it too. `reply_ids` are the beginning of an answer that is continued: they are
    read, count as written for penalties and luck, and are not repeated in the text. `seam` is how many of the
    prompt's last ids belong to the same running text as the answer. `keepers`, one for each seed or none at all, are
    given every row. Raises E-NUMERIC when the model's output is not finite, E-CONTEXT when there is no room for a
    single token.
    """
    limit, every = context_limit(loaded, settings), [*ids, *reply_ids]
    if not every or 0 < limit <= len(every):
        raise UserError(f"The prompt does not fit: {len(every)} of {limit} tokens.", "Shorten it.", "E-CONTEXT")
    begun = time.perf_counter()
    logits = (yield from read(loaded, every, memory)).expand(len(seeds), -1)  # (rows, vocabulary)
    if len(seeds) > 1 and not memory.is_divisible:
        raise UserError("This architecture writes one answer at a time.", "Ask for one answer.", "E-BATCH")
    started = time.perf_counter()
    ends = end_ids(loaded)
    answers = [
        _Answer(
            row,
            _Chooser(settings.working(), Trail(tuple(ids), seed=seed, words=loaded.words), keeper),
            _Page(TextStream(loaded.tokenizer, every[len(ids) - seam :]), StopText(settings.stop), ends),
            _Room(settings.max_tokens, limit - len(ids) if limit else 0, len(reply_ids)),
            list(reply_ids),
        )
        for row, (seed, keeper) in enumerate(zip_longest(seeds, keepers))
    ]
    form = loaded.writing if len(seeds) == 1 else loaded.batch
    hand = writer(form, memory if len(seeds) == 1 else memory.chosen([0] * len(seeds)))
    going = answers
    try:
        while True:
            for answer, row in zip(going, logits.numpy(), strict=True):
                yield answer.go_on(row, started)
            left = [number for number, answer in enumerate(going) if not answer.ended]
            if not left:
                break
            if len(left) < len(going):  # an answer that has ended leaves the batch
                hand.close()
                hand = writer(form, hand.memory.chosen(left))
                going = [going[number] for number in left]
            logits = hand.next([answer.written[-1] for answer in going])
    finally:
        hand.close()
    return tuple(answer.told(started - begun) for answer in answers)


@dataclass(frozen=True)
class _Room:
    """How long an answer may become. 0: no bound."""

    new: int  # tokens
    altogether: int  # with those of an answer that is continued
    continued: int

    def full(self, written: int) -> str:
        """Return why an answer of this length ends, or nothing."""
        if self.new and written - self.continued >= self.new:
            return "max tokens"
        return "context full" if self.altogether and written >= self.altogether else ""


class _Answer:
    """One answer as it grows. `written` begins with the tokens of an answer that is continued."""

    def __init__(self, row: int, chooser: _Chooser, page: _Page, room: _Room, written: list[int]) -> None:
        self._row, self._chooser, self._page, self._room = row, chooser, page, room
        self.written = written
        self.ended = ""
        self._seconds = 0.0

    def go_on(self, logits: Row, started: float) -> Token:
        """Take the next token from the logits behind the last one."""
        id, measures = self._chooser.choose(logits, self.written)
        self.written.append(id)
        self.ended = self._page.add(id) or self._room.full(len(self.written))
        text = self._page.take(last=bool(self.ended))
        self._seconds = time.perf_counter() - started
        return Token(len(self.written) - 1, id, text, *measures[:4], self._seconds, measures[4], self._row)

    def told(self, reading_seconds: float) -> Written:
        """Return how the answer came out."""
        new = tuple(self.written[self._room.continued :])
        return Written(self._page.text, new, self.ended, reading_seconds, self._seconds, self._chooser.seed)


class _Page:
    """The text of an answer as it grows, and why it ends."""

    def __init__(self, stream: TextStream, stops: StopText, ends: frozenset[int]) -> None:
        self._stream, self._stops, self._ends = stream, stops, ends
        self._new = ""
        self.text = ""

    def add(self, id: int) -> str:
        """Take one more token; return why the answer ends with it, or nothing."""
        if id in self._ends:
            return "end of turn"
        self._new = self._stops.add(self._stream.push(id))
        return "stop sequence" if self._stops.hit else ""

    def take(self, last: bool) -> str:
        """Return the text that may be shown now; with the last token, what was held back too."""
        new, self._new = self._new + (self._stops.flush() if last else ""), ""
        self.text += new
        return new


class _Chooser:
    """Takes a row of logits through the sampling chain to one token. `trail` is what stands before the answer."""

    def __init__(self, samplers: Sequence[SamplerLike], trail: Trail, keeper: RowKeeper | None) -> None:
        self._samplers, self._trail, self._keeper, self.seed = samplers, trail, keeper, trail.seed
        self._surprises: list[float] = []  # of what is written here: that of a continued answer's tokens is unknown

    def choose(
        self, raw: Row, written: Sequence[int]
    ) -> tuple[int, tuple[float, float, int, float, tuple[tuple[int, float], ...]]]:
        """Return the token and its raw probability, probability after the samplers, rank, entropy, alternatives."""
        told = measured(raw, len(written))
        row, trail = raw, replace(self._trail, written=tuple(written), surprises=tuple(self._surprises))
        for sampler in self._samplers:
            row = sampler.apply(row, trail)
        id = draw(row, self.seed, trail.step)
        probability = probability_in(row, id)
        self._surprises.append(-math.log2(probability))
        if self._keeper is not None:
            self._keeper.keep(told, len(written), id, probability)
        return id, (told.probability(id), probability, told.rank(id), told.entropy, told.alternatives)
