"""The forward passes of an answer: a prompt is read with one form, in chunks; tokens are written with another."""

from __future__ import annotations

import inspect
import time
from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor
from transformers import DynamicCache

from playground.core.events import Progress, Story
from playground.engine.cache import KeyValues, named
from playground.engine.forms import Form
from playground.engine.lean.step import Lean
from playground.engine.machine import chunk_at
from playground.engine.workspace import Loaded


class Writer(Protocol):
    """Writes one more token for each row of a memory."""

    memory: KeyValues

    def next(self, ids: Sequence[int]) -> Tensor:
        """Read one token for each row; return the logits behind it: (rows, vocabulary), float32, on the processor."""
        ...

    def close(self) -> None:
        """Leave the memory complete."""
        ...


def read(loaded: Loaded, ids: Sequence[int], memory: KeyValues) -> Story[Tensor]:
    """Read what `memory` does not hold of `ids`, in chunks, so that a wish to stop is heard.

    Returns the logits after the last one: (vocabulary,), float32. The memory grows chunk by chunk.
    """
    form, total = loaded.reading, len(ids)
    model, body = form.model, form.model.base_model
    cache = memory.lend(model.config, model.dtype)
    whole, inside = {**_options(form), **named(model, cache)}, {"use_cache": True, **named(body, cache)}
    row = torch.empty(0)
    yield Progress(memory.length, total, "Reading the prompt", "tokens")
    while memory.length < total:
        size = chunk_at(loaded.chunk, memory.length, loaded.info.model)
        chunk = list(ids[memory.length : memory.length + size])
        begun = time.perf_counter()
        if memory.length + len(chunk) < total:
            _pass(body, chunk, inside)  # nobody asks for its logits
        else:
            row = _pass(model, chunk, whole).logits[0, -1].float().cpu()  # (vocabulary,)
        memory.take_back(cache, chunk)
        memory.note_reading(len(chunk), time.perf_counter() - begun)
        yield Progress(memory.length, total, "Reading the prompt", "tokens")
    return row


# The mode is entered for each pass alone: around a yield it would leak into whoever drives the generator.
@torch.inference_mode()
def _pass(module: Any, ids: list[int], options: dict[str, Any]) -> Any:
    batch = torch.tensor([ids], device=module.device)  # (1, n)
    return module(input_ids=batch, **options)


def _options(form: Form) -> dict[str, Any]:
    options: dict[str, Any] = {"use_cache": True}
    if "logits_to_keep" in inspect.signature(form.model.forward).parameters:
        options["logits_to_keep"] = 1
    return options


def writer(form: Form, memory: KeyValues) -> Writer:
    """Return what writes on with this form from what the memory holds."""
    return LeanWriter(form.lean, memory) if form.lean is not None else PlainWriter(form, memory)


class LeanWriter:
    """Writes on the lean path, straight into the memory."""

    def __init__(self, lean: Lean, memory: KeyValues) -> None:
        self._lean, self.memory = lean, memory

    def next(self, ids: Sequence[int]) -> Tensor:
        return self._lean.step(ids, self.memory)

    def close(self) -> None:
        return


class PlainWriter:
    """Writes with the model's own forward; the memory is lent to it once and taken back at the end."""

    def __init__(self, form: Form, memory: KeyValues) -> None:
        self._form, self.memory = form, memory
        self._cache: DynamicCache = memory.lend(form.model.config, form.model.dtype)
        self._options = {**_options(form), **named(form.model, self._cache)}
        self._written: list[int] = []

    @torch.inference_mode()
    def next(self, ids: Sequence[int]) -> Tensor:
        batch = torch.tensor(ids, device=self._form.model.device)[:, None]  # (rows, 1)
        out = self._form.model(input_ids=batch, **self._options)
        self._written.append(ids[0])
        logits: Tensor = out.logits[:, -1].float().cpu()  # (rows, vocabulary)
        return logits

    def close(self) -> None:
        if self._written:
            self.memory.take_back(self._cache, self._written)
            self._written = []
