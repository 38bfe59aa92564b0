"""What a row of logits says: probabilities, ranks and how sure the model is."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from playground.core.errors import UserError

Row = NDArray[np.float32]  # (vocabulary,)

ALTERNATIVES = 50
_FLOOR = np.float32(-1e4)  # exp of it is 0; keeps 0 · -inf out of the entropy


class Measured(NamedTuple):
    """A row as log-probabilities, with what is asked of it at every step."""

    row: Row
    log_probabilities: Row
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
    return Measured(row, logs, max(0.0, entropy), _best(logs))


def _best(logs: Row) -> tuple[tuple[int, float], ...]:
    count = min(ALTERNATIVES, len(logs))
    near = np.argpartition(logs, len(logs) - count)[len(logs) - count :]  # (count,)
    order = near[np.lexsort((near, -logs[near]))]
    return tuple(zip(order.tolist(), logs[order].tolist(), strict=True))


def probability_in(row: Row, id: int) -> float:
    """Return the probability of a token in a row of logits where cut tokens are -inf."""
    alive = row[row > -np.inf].astype(np.float64)  # (survivors,)
    return float(1.0 / np.exp(alive - float(row[id])).sum())
