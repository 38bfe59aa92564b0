"""How probable each of a few answers is behind one prompt: the prompt is read once, the answers in one batch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from playground.core.errors import UserError
from playground.core.events import Story
from playground.engine.cache import KeyValues
from playground.engine.passes import read, writer
from playground.engine.workspace import Loaded


def log_probabilities(
    loaded: Loaded, ids: Sequence[int], choices: Sequence[Sequence[int]], memory: KeyValues
) -> Story[tuple[float, ...]]:
    """Return the logarithm of each choice's probability as the beginning of an answer, raw: before any sampler.

    A choice of several tokens has the product of their probabilities. `memory` holds a beginning of the prompt and
    grows with what is read. Yields Progress in tokens while reading. Raises E-NUMERIC when the model's output is not
    finite, and E-BATCH for an architecture that cannot read several choices at once where one has several tokens.
    """
    logs = _logs((yield from read(loaded, ids, memory)))  # (vocabulary,)
    sums = [float(logs[choice[0]]) for choice in choices]
    longer = [number for number, choice in enumerate(choices) if len(choice) > 1]
    if longer and not memory.is_divisible:
        raise UserError("This architecture measures choices of one token only.", "Use single letters.", "E-BATCH")
    hand = writer(loaded.batch, memory.chosen([0] * len(longer))) if longer else None
    for place in range(1, max(map(len, choices), default=1)):
        assert hand is not None
        # A choice that has ended is fed its last token again: nobody looks at what follows.
        fed = [choices[number][min(place, len(choices[number])) - 1] for number in longer]
        rows = _logs(hand.next(fed))  # (longer choices, vocabulary)
        for row, number in enumerate(longer):
            if place < len(choices[number]):
                sums[number] += float(rows[row, choices[number][place]])
        yield None
    return tuple(sums)


def _logs(logits: Tensor) -> Tensor:
    logs = torch.log_softmax(logits.double(), -1)
    if not bool(torch.isfinite(logs.max())):
        raise UserError(
            "The model's output is not a number.",
            "Load it as float32 or bfloat16, or get its files again.",
            "E-NUMERIC",
        )
    return logs
