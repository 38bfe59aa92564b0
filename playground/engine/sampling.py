"""The luck of the draw: noise that depends on nothing but the seed, the step and the token.

Adding Gumbel noise to log-probabilities and taking the highest sum draws exactly from the distribution (the
Gumbel-max trick, https://arxiv.org/abs/1611.01144, section 2). The noise comes from a hash, not from a generator with
state, so one seed gives one luck to every model, every setting and every order of asking.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.float32]  # (vocabulary,)

_MASK = 2**64 - 1
_STEP = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64-bit numbers: the finishing step of SplitMix64 (https://doi.org/10.1145/2660193.2660195)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def uniform(seed: int, step: int, numbers: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return a value between 0 and 1 for each number, evenly spread; numbers (n,) → values (n,).

    They have 53 bits and lie in the middle of their interval: never 0, never 1.
    """
    key = _mixed(np.array([(seed + _STEP) & _MASK], dtype=np.uint64))  # (1,)
    key = _mixed(key ^ np.uint64((step * _STEP + 1) & _MASK))
    bits = _mixed(_mixed(key + numbers.astype(np.uint64) * np.uint64(_STEP)) ^ key) >> np.uint64(11)  # (n,)
    # The highest of the 2**53 values would round to 1 after adding a half.
    values: NDArray[np.float64] = np.minimum((bits.astype(np.float64) + 0.5) * 2.0**-53, 1 - 2.0**-53)
    return values


def gumbel(seed: int, step: int, ids: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return one standard Gumbel value for each token id, always finite; ids (n,) → noise (n,)."""
    noise: NDArray[np.float64] = -np.log(-np.log(uniform(seed, step, ids)))
    return noise


def chance(seed: int, step: int, purpose: str) -> float:
    """Return a value between 0 and 1 for something a stage of the chain leaves to luck; `purpose` tells them apart.

    It is independent of the draw: the number made of the purpose lies above every token id.
    """
    number = int.from_bytes(blake2b(purpose.encode(), digest_size=8).digest(), "little") | 2**63
    return float(uniform(seed, step, np.array([number], dtype=np.uint64))[0])


def draw(row: Row, seed: int, step: int) -> int:
    """Draw a token from a row of logits; -inf marks a cut one. (vocabulary,) → id."""
    alive = np.flatnonzero(row > -np.inf)  # (survivors,)
    if len(alive) == 1:
        return int(alive[0])
    return int(alive[np.argmax(row[alive].astype(np.float64) + gumbel(seed, step, alive))])
