"""What the model thought at every step of an answer: the most probable tokens' logits, in one file beside the record.

A file holds a head with the tokens that stood before the answer, and then one block of fixed size for each token,
appended while the answer is written: after a crash what stands there is whole but for a last block that is cut off,
and that is not read.

The raw logits are kept, not the log-probabilities: subtracting `normalizer` gives those, and the samplers, whose
penalties look at the sign of a logit, do the same with a kept row as they did while the answer was written.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from playground.core.paths import Paths
from playground.engine.measuring import Measured, highest

Row = NDArray[np.float32]  # (vocabulary,)

KEPT = 2000  # tokens of each row
BINS, BIN = 128, 0.2
BUDGET = 500_000_000  # bytes of all files: some 30,000 tokens
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
    outside_least: float  # the lowest finite one
    bins: NDArray[np.uint32]  # (BINS,) how many of them lie how far below the best: BIN apart, all further in the last
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
    finite = others[others > -np.inf]
    best = float(finite.max()) if len(finite) else -math.inf
    far = np.minimum((np.float32(best) - finite) * np.float32(1 / BIN), np.float32(BINS - 1)).astype(np.int32)
    mass = float(np.exp(told.log_probabilities[inside], dtype=np.float64).sum())
    return KeptRow(
        step,
        chosen,
        probability,
        inside.astype(np.int32),
        row[inside],
        told.normalizer,
        max(0.0, 1.0 - mass) if len(inside) < len(row) else 0.0,
        best,
        float(finite.min()) if len(finite) else -math.inf,
        np.bincount(far, minlength=BINS).astype(np.uint32),
        len(row),
    )


class RowKeeper:
    """Appends the rows of one answer to its file. Nothing is written before the first row.

    `prompt` are the tokens that were read, `begun` those of an answer that is continued. Where the disk takes no more,
    nothing more is kept: the answer goes on.
    """

    def __init__(self, file: Path, prompt: Sequence[int], begun: Sequence[int] = (), most: int = KEPT) -> None:
        self._path, self._prompt, self._begun, self._most = file, prompt, begun, most
        self._file: BinaryIO | None = None
        self._full = False

    def keep(self, told: Measured, step: int, chosen: int, probability: float) -> None:
        """Append a step."""
        if self._full:
            return
        kept = kept_row(told, step, chosen, probability, self._most)
        try:
            self._file = self._file or self._begin(kept)
            self._write(self._file, kept)
        except OSError:
            self._full = True

    def close(self) -> None:
        """Make what was kept readable."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()

    def _begin(self, kept: KeptRow) -> BinaryIO:
        file = self._path.open("wb")
        counts = (kept.vocabulary, len(kept.ids), len(self._prompt), len(self._begun))
        file.write(_HEAD.pack(_MAGIC, *counts))
        file.write(np.array([*self._prompt, *self._begun], "<i4").tobytes())
        return file

    def _write(self, file: BinaryIO, kept: KeptRow) -> None:
        block = np.zeros((), _block(len(kept.ids)))
        for name in _FIELDS:
            block[name] = getattr(kept, name)
        file.write(block.tobytes())


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
            float(block["outside_least"]),
            np.array(block["bins"]),
            self.vocabulary,
        )


@contextmanager
def keeping(
    paths: Paths, runs: Sequence[str], prompt: Sequence[int], begun: Sequence[int]
) -> Iterator[tuple[RowKeeper, ...]]:
    """Return a keeper for each run; afterwards the oldest files make room, so that all stay within BUDGET bytes."""
    keepers = tuple(RowKeeper(paths.rows_of(run), prompt, begun) for run in runs)
    try:
        yield keepers
    finally:
        for keeper in keepers:
            keeper.close()
        if keepers:
            make_room(paths.rows, BUDGET)


def make_room(folder: Path, budget: int) -> None:
    """Remove the oldest files until all take at most `budget` bytes."""
    files = sorted((file.stat().st_mtime, file.stat().st_size, file) for file in folder.glob("*.rows"))
    over = sum(size for _, size, _ in files) - budget
    for _, size, file in files:
        if over <= 0:
            return
        file.unlink(missing_ok=True)
        over -= size


_FIELDS = (
    *("step", "chosen", "probability", "normalizer", "ids", "logits"),
    *("outside_mass", "outside_best", "outside_least", "bins"),
)


def _block(kept: int) -> np.dtype[np.void]:
    return np.dtype(
        [
            ("step", "<i4"),
            ("chosen", "<i4"),
            ("probability", "<f8"),
            ("normalizer", "<f8"),
            ("outside_mass", "<f8"),
            ("outside_best", "<f4"),
            ("outside_least", "<f4"),
            ("bins", "<u4", (BINS,)),
            ("ids", "<i4", (kept,)),
            ("logits", "<f4", (kept,)),
        ]
    )
