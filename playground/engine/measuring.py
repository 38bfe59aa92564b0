"""What a row of logits says: probabilities, ranks and how sure the model is."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from playground.core.errors import UserError

Row = NDArray[np.float32]  # (vocabulary,)

ALTERNATIVES = 50
_SAMPLED = 16
_FLOOR = np.float32(-1e4)  # exp of it is 0; keeps 0 · -inf out of the entropy


class Measured(NamedTuple):
    """A row as log-probabilities, with what is asked of it at every step."""

    row: Row
    log_probabilities: Row
    normalizer: float  # the logarithm of the sum of all exponentials of the logits
    entropy: float  # nats
    alternatives: tuple[tuple[int, float], ...]  # the most probable (id, log-probability), best first

    def probability(self, id: int) -> float:
        """Return the probability of a token, between 0 and 1."""
        return math.exp(float(self.log_probabilities[id]))

    def rank(self, id: int) -> int:
        """Return the place of a token among all, 1 for the most probable."""
        return int(np.count_nonzero(self.row > self.row[id])) + 1


def measured(row: Row, step: int) -> Measured:
    """Return what a row of raw logits says; raise E-NUMERIC naming the step when it is not finite."""
    peak = row.max()
    if not math.isfinite(peak):
        raise UserError(
            f"The model's output is not a number at step {step + 1}.",
            "Load it as float32 or bfloat16: float16 overflows in some models. Or its weights are damaged.",
            "E-NUMERIC",
        )
    logs = np.maximum(row - peak, _FLOOR)  # (vocabulary,)
    shares = np.exp(logs)
    total = float(shares.sum(dtype=np.float64))
    entropy = math.log(total) - float(shares @ logs) / total
    logs -= np.float32(math.log(total))
    best = highest(row, ALTERNATIVES)  # (alternatives,)
    alternatives = tuple(zip(best.tolist(), logs[best].tolist(), strict=True))
    return Measured(row, logs, float(peak) + math.log(total), max(0.0, entropy), alternatives)


def highest(row: Row, count: int) -> NDArray[np.int64]:
    """Return the places of the `count` highest values, the highest first, equals in their order; all of a shorter row.

    Every sixteenth value tells roughly where to cut, so that few have to be sorted out: five times faster than doing
    so with the whole row.
    """
    near = np.arange(len(row)) if count > len(row) // 8 else np.flatnonzero(row >= _about(row, count))
    if len(near) < count < len(row):  # the sample was not typical
        near = np.arange(len(row))
    if len(near) > count:
        near = near[np.argpartition(row[near], len(near) - count)[len(near) - count :]]
    return near[np.lexsort((near, -row[near]))]


def _about(row: Row, count: int) -> np.float32:
    """Return a value that somewhat more than `count` values of the row reach, most likely."""
    sample = row[::_SAMPLED]
    place = max(0, len(sample) - count * 3 // (2 * _SAMPLED) - 16)
    return np.float32(np.partition(sample, place)[place])


def probability_in(row: Row, id: int) -> float:
    """Return the probability of a token in a row of logits where cut tokens are -inf."""
    alive = row[row > -np.inf].astype(np.float64)  # (survivors,)
    return float(1.0 / np.exp(alive - float(row[id])).sum())
