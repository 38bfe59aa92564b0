"""What the model thought at every step of an answer: the most probable tokens' logits, in one file beside the record.

A file holds a head and then one block of fixed size for each token, appended while the answer is written: after a crash
what stands there is whole but for a last block that is cut off, and that is not read.

The raw logits are kept, not the log-probabilities: subtracting `normalizer` gives those, and the samplers, whose
penalties look at the sign of a logit, do the same with a kept row as they did while the answer was written.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from playground.engine.measuring import Measured, highest

Row = NDArray[np.float32]  # (vocabulary,)

KEPT = 2000  # tokens of each row
_MAGIC = b"LPROWS1\n"
_HEAD = struct.Struct("<8sII")  # magic, vocabulary, tokens kept of each row


@dataclass(frozen=True)
class KeptRow:
    """One step: the kept tokens, the most probable first, and what is known of all the others."""

    step: int
    chosen: int  # the id of the token that was written
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


def kept_row(told: Measured, step: int, chosen: int, most: int = KEPT) -> KeptRow:
    """Return what is kept of a row of raw logits."""
    row = told.row
    inside = highest(row, most)  # (kept,)
    others = row.copy()
    others[inside] = -np.inf
    mass = float(np.exp(told.log_probabilities[inside], dtype=np.float64).sum())
    return KeptRow(
        step,
        chosen,
        inside.astype(np.int32),
        row[inside],
        told.normalizer,
        max(0.0, 1.0 - mass) if len(inside) < len(row) else 0.0,
        float(others.max()),
        len(row),
    )


class RowKeeper:
    """Appends the rows of one answer to its file. Nothing is written before the first row."""

    def __init__(self, file: Path, most: int = KEPT) -> None:
        self._path, self._most = file, most
        self._file: BinaryIO | None = None

    def keep(self, told: Measured, step: int, chosen: int) -> None:
        """Append a step; raise OSError when it cannot be written."""
        kept = kept_row(told, step, chosen, self._most)
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("wb")
            self._file.write(_HEAD.pack(_MAGIC, kept.vocabulary, len(kept.ids)))
        block = np.zeros((), _block(len(kept.ids)))
        for name in ("step", "chosen", "ids", "logits", "normalizer", "outside_mass", "outside_best"):
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
        _, self.vocabulary, kept = _HEAD.unpack(head)
        block = _block(kept)
        count = (file.stat().st_size - _HEAD.size) // block.itemsize
        self._blocks = np.memmap(file, block, "r", _HEAD.size, (count,)) if count else np.zeros(0, block)
        self._places = {int(step): place for place, step in enumerate(self._blocks["step"])}

    @property
    def steps(self) -> tuple[int, ...]:
        """Return the steps that are kept, in order."""
        return tuple(self._places)

    def row(self, step: int) -> KeptRow:
        """Return one step; raise KeyError when it is not kept."""
        block = self._blocks[self._places[step]]
        return KeptRow(
            int(block["step"]),
            int(block["chosen"]),
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


def _block(kept: int) -> np.dtype[np.void]:
    return np.dtype(
        [
            ("step", "<i4"),
            ("chosen", "<i4"),
            ("normalizer", "<f8"),
            ("outside_mass", "<f8"),
            ("outside_best", "<f4"),
            ("ids", "<i4", (kept,)),
            ("logits", "<f4", (kept,)),
        ]
    )
