"""Writing an answer token by token, with what the model thought of each: the plain path, for every model.

It knows nothing of prompts and templates: ids come in, tokens with their probabilities come out.
"""

from __future__ import annotations

import inspect
import math
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch

from playground.core.errors import UserError
from playground.core.events import Progress, Story, Token
from playground.core.trail import Trail
from playground.engine.cache import fresh_cache
from playground.engine.measuring import Row, measured, probability_in
from playground.engine.pieces import TextStream
from playground.engine.row_linear import quicken
from playground.engine.sampling import draw
from playground.engine.stopping import StopText
from playground.engine.templates import template_facts
from playground.engine.workspace import Loaded

READING_RATE = {"float32": 80e9, "bfloat16": 140e9, "float16": 20e9}
"""Weights × tokens that two cores read in a second, many rows at once: what a chunk is planned with."""


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
    def seed(self) -> int | None: ...
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
    loaded: Loaded, ids: Sequence[int], settings: SettingsLike, reply_ids: Sequence[int] = (), seam: int = 0
) -> Story[Written]:
    """Read the prompt `ids`, then write: yields Progress in tokens while reading and a Token for each one written.

    `reply_ids` are the beginning of an answer that is continued: they are read too, count as written for penalties
    and luck, and are not repeated in the text. `seam` is how many of the prompt's last ids belong to the same running
    text as the answer. The token that ends the turn is yielded too, without text of its own. Raises E-NUMERIC when
    the model's output is not finite, E-CONTEXT when there is no room for a single token.
    """
    limit, every = context_limit(loaded, settings), [*ids, *reply_ids]
    if not every or 0 < limit <= len(every):
        raise UserError(f"The prompt does not fit: {len(every)} of {limit} tokens.", "Shorten it.", "E-CONTEXT")
    seed = settings.seed if settings.seed is not None else secrets.randbits(64)
    chooser = _Chooser(settings.working(), tuple(ids), seed)
    page = _Page(TextStream(loaded.tokenizer, every[len(ids) - seam :]), StopText(settings.stop), end_ids(loaded))
    reader = _Reader(loaded)
    begun = time.perf_counter()
    row = yield from reader.read_all(every)
    started = time.perf_counter()
    written = list(reply_ids)
    while True:
        id, measures = chooser.choose(row, written)
        written.append(id)
        ended = page.add(id) or _full(len(written) - len(reply_ids), len(ids) + len(written), settings, limit)
        text = page.take(last=bool(ended))
        yield Token(len(written) - 1, id, text, *measures[:4], time.perf_counter() - started, measures[4])
        if ended:
            break
        row = reader.read([id])
    took = time.perf_counter() - started
    return Written(page.text, tuple(written[len(reply_ids) :]), ended, started - begun, took, seed)


def _full(new: int, total: int, settings: SettingsLike, limit: int) -> str:
    if settings.max_tokens and new >= settings.max_tokens:
        return "max tokens"
    return "context full" if limit and total >= limit else ""


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
    """Takes a row of logits through the sampling chain to one token."""

    def __init__(self, samplers: Sequence[SamplerLike], prompt: tuple[int, ...], seed: int) -> None:
        self._samplers, self._prompt, self._seed = samplers, prompt, seed

    def choose(
        self, raw: Row, written: Sequence[int]
    ) -> tuple[int, tuple[float, float, int, float, tuple[tuple[int, float], ...]]]:
        """Return the token and its raw probability, probability after the samplers, rank, entropy, alternatives."""
        told = measured(raw, len(written))
        row, trail = raw, Trail(self._prompt, tuple(written))
        for sampler in self._samplers:
            row = sampler.apply(row, trail)
        id = draw(row, self._seed, len(written))
        return id, (told.probability(id), probability_in(row, id), told.rank(id), told.entropy, told.alternatives)


class _Reader:
    """A model with the keys and values of what it has read."""

    def __init__(self, loaded: Loaded) -> None:
        quicken(loaded.model)
        self._model = loaded.model
        self._cache = fresh_cache(loaded.model.config)
        self._chunk = chunk_size(loaded)
        self._options: dict[str, Any] = {"use_cache": True}
        if "logits_to_keep" in inspect.signature(loaded.model.forward).parameters:
            self._options["logits_to_keep"] = 1

    def read_all(self, ids: Sequence[int]) -> Story[Row]:
        """Read a whole prompt in chunks, so that a wish to stop is heard; return the logits after its last token."""
        row = np.empty(0, np.float32)
        yield Progress(0, len(ids), "Reading the prompt", "tokens")
        for start in range(0, len(ids), self._chunk):
            row = self.read(ids[start : start + self._chunk])
            yield Progress(min(start + self._chunk, len(ids)), len(ids), "Reading the prompt", "tokens")
        return row

    # The mode is entered for each pass alone: around a yield it would leak into whoever drives the generator.
    @torch.inference_mode()
    def read(self, ids: Sequence[int]) -> Row:
        """Read more tokens; return the logits after the last one."""
        batch = torch.tensor([ids], device=self._model.device)  # (1, n)
        out = self._model(input_ids=batch, past_key_values=self._cache, **self._options)
        row: Row = out.logits[0, -1].float().cpu().numpy()  # (vocabulary,)
        return row


def chunk_size(loaded: Loaded) -> int:
    """Return how many tokens to read at once: about a quarter of a second's work on a modest machine.

    It depends on nothing but the model, its dtype and the kind of device: another chunk size rounds differently, and
    the same seed should give the same answer.
    """
    if loaded.info.device != "cpu":
        return 1024
    rate = READING_RATE.get(loaded.info.dtype, READING_RATE["float32"])
    tokens = rate / 4 / max(loaded.info.model.parameters, 1)
    return int(2 ** min(8, max(3, math.floor(math.log2(tokens)))))
