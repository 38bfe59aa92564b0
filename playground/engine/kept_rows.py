"""What the model thought at every step of an answer: the most probable tokens' logits, in one file beside the record.

A file holds a head with the tokens that stood before the answer, and then one block of fixed size for each token,
appended while the answer is written: after a crash what stands there is whole but for a last block that is cut off,
and that is not read.

The raw logits are kept, not the log-probabilities: subtracting `normalizer` gives those, and the samplers, whose
penalties look at the sign of a logit, do the same with a kept row as they did while the answer was written.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from playground.engine.measuring import Measured, highest

Row = NDArray[np.float32]  # (vocabulary,)

KEPT = 2000  # tokens of each row
_MAGIC = b"LPROWS1\n"
_HEAD = struct.Struct("<8sIIII")  # magic, vocabulary, tokens kept of each row, tokens of the prompt, tokens begun with


@dataclass(frozen=True)
class KeptRow:
    """One step: the kept tokens, the most probable first, and what is known of all the others."""

    step: int
    chosen: int  # the id of the token that was written
    probability: float  # of that token, after the samplers
    ids: NDArray[np.int32]  # (kept,)
    logits: Row  # (kept,), raw
    normalizer: float  # the logarithm of the sum of all exponentials
    outside_mass: float  # probability of all tokens that are not kept
    outside_best: float  # the highest logit among them; -inf when all are kept
    vocabulary: int

    @property
    def outside(self) -> int:
        """Return how many tokens are not kept."""
        return self.vocabulary - len(self.ids)

    @property
    def log_probabilities(self) -> NDArray[np.float64]:
        """Return the raw log-probabilities of the kept tokens: (kept,)."""
        return self.logits.astype(np.float64) - self.normalizer


def kept_row(told: Measured, step: int, chosen: int, probability: float, most: int = KEPT) -> KeptRow:
    """Return what is kept of a row of raw logits."""
    row = told.row
    inside = highest(row, most)  # (kept,)
    others = row.copy()
    others[inside] = -np.inf
    mass = float(np.exp(told.log_probabilities[inside], dtype=np.float64).sum())
    return KeptRow(
        step,
        chosen,
        probability,
        inside.astype(np.int32),
        row[inside],
        told.normalizer,
        max(0.0, 1.0 - mass) if len(inside) < len(row) else 0.0,
        float(others.max()),
        len(row),
    )


class RowKeeper:
    """Appends the rows of one answer to its file. Nothing is written before the first row.

    `prompt` are the tokens that were read, `begun` those of an answer that is continued.
    """

    def __init__(self, file: Path, prompt: Sequence[int], begun: Sequence[int] = (), most: int = KEPT) -> None:
        self._path, self._prompt, self._begun, self._most = file, prompt, begun, most
        self._file: BinaryIO | None = None

    def keep(self, told: Measured, step: int, chosen: int, probability: float) -> None:
        """Append a step; raise OSError when it cannot be written."""
        kept = kept_row(told, step, chosen, probability, self._most)
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("wb")
            counts = (kept.vocabulary, len(kept.ids), len(self._prompt), len(self._begun))
            self._file.write(_HEAD.pack(_MAGIC, *counts))
            self._file.write(np.array([*self._prompt, *self._begun], "<i4").tobytes())
        block = np.zeros((), _block(len(kept.ids)))
        for name in _FIELDS:
            block[name] = getattr(kept, name)
        self._file.write(block.tobytes())

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


class RowsFile:
    """The kept rows of one answer, read where they lie. Raises FileNotFoundError, or ValueError for another file."""

    def __init__(self, file: Path) -> None:
        with file.open("rb") as opened:
            head = opened.read(_HEAD.size)
            if len(head) < _HEAD.size or not head.startswith(_MAGIC):
                raise ValueError(f"{file.name} holds no rows")
            _, self.vocabulary, kept, prompt, begun = _HEAD.unpack(head)
            ids = np.frombuffer(opened.read(4 * (prompt + begun)), "<i4").tolist()
        self.prompt, self.begun = tuple(ids[:prompt]), tuple(ids[prompt:])
        block, start = _block(kept), _HEAD.size + 4 * (prompt + begun)
        count = max(0, file.stat().st_size - start) // block.itemsize
        self._blocks = np.memmap(file, block, "r", start, (count,)) if count else np.zeros(0, block)
        self._places = {int(step): place for place, step in enumerate(self._blocks["step"])}

    @property
    def steps(self) -> tuple[int, ...]:
        """Return the steps that are kept, in order."""
        return tuple(self._places)

    def written(self, step: int) -> tuple[int, ...]:
        """Return the tokens of the answer before a step, with those it began with."""
        return (*self.begun, *self._blocks["chosen"][: self._places[step]].tolist())

    def surprises(self, step: int) -> tuple[float, ...]:
        """Return how surprising the tokens written before a step were, in bits, after the samplers."""
        return tuple((-np.log2(self._blocks["probability"][: self._places[step]])).tolist())

    def row(self, step: int) -> KeptRow:
        """Return one step; raise KeyError when it is not kept."""
        block = self._blocks[self._places[step]]
        return KeptRow(
            int(block["step"]),
            int(block["chosen"]),
            float(block["probability"]),
            np.array(block["ids"]),
            np.array(block["logits"]),
            float(block["normalizer"]),
            float(block["outside_mass"]),
            float(block["outside_best"]),
            self.vocabulary,
        )


def make_room(folder: Path, budget: int) -> None:
    """Remove the oldest files until all take at most `budget` bytes."""
    files = sorted((file.stat().st_mtime, file.stat().st_size, file) for file in folder.glob("*.rows"))
    over = sum(size for _, size, _ in files) - budget
    for _, size, file in files:
        if over <= 0:
            return
        file.unlink(missing_ok=True)
        over -= size


_FIELDS = ("step", "chosen", "probability", "normalizer", "outside_mass", "outside_best", "ids", "logits")


def _block(kept: int) -> np.dtype[np.void]:
    return np.dtype(
        [
            ("step", "<i4"),
            ("chosen", "<i4"),
            ("probability", "<f8"),
            ("normalizer", "<f8"),
            ("outside_mass", "<f8"),
            ("outside_best", "<f4"),
            ("ids", "<i4", (kept,)),
            ("logits", "<f4", (kept,)),
        ]
    )
