"""How fast this machine multiplies: measured once, then remembered.

Which number format is best depends on the processor and on how many rows share the weights: one when an answer is
written, eight in a batch, hundreds when a prompt is read.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch.nn import functional

from playground.core.facts import DTYPES, ModelInfo
from playground.core.paths import Paths, write_atomically
from playground.engine.devices import cores, processor_name, use_threads

# A usual turn of a chat: this many tokens are read, this many written.
_READ, _WRITTEN = 300, 120
# The weights of the trial: as many as the starter has, so that caches help as much as they will, in usual pieces.
_SIDE, _PIECES = 1536, 57
_BATCH, _MANY, _MANY_PIECES = 8, 128, 2

_CLEARLY = 0.95  # a kernel, a thread count or a second form is taken where it needs less than this share of the time
_CHUNK_SECONDS = 0.24  # reading hears a wish to stop this often
_BESIDE_PRODUCTS = 1.5  # a pass takes this much of its products' time
_ATTENTION_COST = 5.0  # a token that is seen costs as much as this many weights for each value of a layer's heads
_LONGEST_CHUNK = 256
_GPU_CHUNK = 1024
# Where nothing was measured: seconds for a weight and each of many rows, as two modest cores need them.
_USUAL_MANY = {"float32": 12.5e-12, "bfloat16": 7e-12, "float16": 50e-12}
_TABLES = ("one", "vector", "eight", "many")

BUSY_SHARE = 0.75
"""With less of its processors' time than this, a measurement says more about other programs: it is not kept."""


@dataclass(frozen=True)
class Speeds:
    """Seconds for one weight, by dtype. Empty where nothing was measured: on a graphics card."""

    one: Mapping[str, float] = field(default_factory=dict)  # one row, matrix product
    vector: Mapping[str, float] = field(default_factory=dict)  # one row, matrix-vector product
    eight: Mapping[str, float] = field(default_factory=dict)  # eight rows together
    many: Mapping[str, float] = field(default_factory=dict)  # each of many rows
    threads: int = 0  # how many are best; 0: all

    def by_vector(self, dtype: str) -> bool:
        """Say whether one row is clearly faster with the matrix-vector product."""
        return dtype in self.vector and self.vector[dtype] < _CLEARLY * self.one[dtype]

    def writing(self, dtype: str) -> float:
        return min(self.one[dtype], self.vector[dtype])

    def turn(self, writing: str, reading: str) -> float:
        """Return the seconds a usual turn takes for each weight."""
        return _READ * self.many[reading] + _WRITTEN * self.writing(writing)

    def best_form(self, among: tuple[str, ...] = DTYPES) -> str:
        """Return the dtype for a model that is to be resident once."""
        return min(among, key=lambda dtype: self.turn(dtype, dtype))

    def best_forms(self, among: tuple[str, ...] = DTYPES) -> tuple[str, str]:
        """Return the dtypes to write and to read with; the same where two would gain little."""
        one = self.best_form(among)
        two = (min(among, key=self.writing), min(among, key=lambda dtype: self.many[dtype]))
        return two if self.turn(*two) < _CLEARLY * self.turn(one, one) else (one, one)


def chunk_size(known: Speeds, dtype: str, parameters: int, device: str) -> int:
    """Return how many tokens of a prompt's beginning to read at once, so that a wish to stop is heard in time."""
    if device != "cpu":
        return _GPU_CHUNK
    seconds = _BESIDE_PRODUCTS * known.many.get(dtype, _USUAL_MANY[dtype]) * max(parameters, 1)
    return _rounded(min(_LONGEST_CHUNK, _CHUNK_SECONDS / seconds))


def chunk_at(chunk: int, behind: int, info: ModelInfo) -> int:
    """Return how many tokens to read at once when so many lie behind: attention takes more time the longer they get.

    It depends on nothing else, so that a prompt is cut in the same places each time.
    """
    if chunk >= _GPU_CHUNK:
        return chunk
    slower = 1 + _ATTENTION_COST * behind * info.heads * info.head_size * info.layers / max(info.parameters, 1)
    return _rounded(chunk / slower)


def _rounded(tokens: float) -> int:
    """Return whole blocks of 32 tokens, or a power of two below."""
    return int(tokens // 32 * 32) if tokens >= 32 else int(2 ** max(3, math.floor(math.log2(max(tokens, 1)))))


def speeds(paths: Paths, threads: int, device: str) -> Speeds:
    """Return what is known of this machine with so many threads (0: all); measure it if nothing is.

    That takes about 3 s; on a busy machine it is done twice, and what was found is used once and not remembered.
    """
    known = remembered(paths, threads, device)
    if known.one or device != "cpu":
        return known
    known, busy = _watched(threads)
    if busy:
        again, busy = _watched(threads)
        known = again if not busy else fastest(known, again)
    if not busy:
        write_atomically(paths.machine, json.dumps({**_memory(paths), _key(threads): asdict(known)}, indent=2))
    return known


def _watched(threads: int) -> tuple[Speeds, bool]:
    """Measure; say also whether other programs took too much of the processor meanwhile."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = measured(threads)
    return found, is_busy(time.perf_counter() - wall, time.process_time() - cpu, use_threads(threads))


def fastest(first: Speeds, second: Speeds) -> Speeds:
    """Return the best of two measurements in everything: other programs only ever make a product slower."""

    def least(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
        return {dtype: min(seconds, other[dtype]) for dtype, seconds in one.items()}

    one, vector = least(first.one, second.one), least(first.vector, second.vector)
    eight, many = least(first.eight, second.eight), least(first.many, second.many)
    return Speeds(one, vector, eight, many, second.threads)


def remembered(paths: Paths, threads: int, device: str) -> Speeds:
    """Return what was measured of this machine before, perhaps nothing."""
    entry = _memory(paths).get(_key(threads)) if device == "cpu" else None
    if not isinstance(entry, dict) or not all(_is_sound(entry.get(name)) for name in _TABLES):
        return Speeds()
    best = entry.get("threads")
    if type(best) is not int or not 0 < best <= 4096:
        return Speeds()
    return Speeds(entry["one"], entry["vector"], entry["eight"], entry["many"], best)


def _key(threads: int) -> str:
    return f"{processor_name()} | torch {torch.__version__} | {threads or cores()} threads"


def is_busy(wall: float, cpu: float, threads: int) -> bool:
    """Say whether other programs took the processor during a measurement long enough to tell."""
    return wall > 0.2 and cpu < BUSY_SHARE * threads * wall


def gpu_dtype(device: str) -> str:
    """Return the number format for a graphics card: bfloat16 where it is built in, else float16."""
    if device.startswith("cuda") and torch.cuda.is_bf16_supported(including_emulation=False):
        return "bfloat16"
    return "float16"


@torch.inference_mode()
def measured(threads: int) -> Speeds:
    """Measure the products of every dtype; with `threads` 0 also whether fewer threads write faster."""
    rows: dict[str, dict[str, float]] = {name: {} for name in _TABLES}
    for dtype in DTYPES:
        weights = torch.full((_PIECES, _SIDE, _SIDE), 0.01, dtype=getattr(torch, dtype))
        rows["one"][dtype] = _linear(weights, 1)
        rows["vector"][dtype] = _vector(weights)
        rows["eight"][dtype] = _linear(weights, _BATCH)
        rows["many"][dtype] = _linear(weights[:_MANY_PIECES], _MANY) / _MANY
    return Speeds(**rows, threads=threads or _best_threads(min(DTYPES, key=lambda dtype: rows["one"][dtype])))


def _best_threads(dtype: str) -> int:
    """Return how many threads write fastest: where memory is the limit, half of the cores may be enough."""
    every = cores()
    if every < 4:
        return every
    weights = torch.full((_PIECES, _SIDE, _SIDE), 0.01, dtype=getattr(torch, dtype))
    with_all = _linear(weights, 1)
    use_threads(every // 2)
    with_half = _linear(weights, 1)
    use_threads(0)
    return every // 2 if with_half < _CLEARLY * with_all else every


def _linear(weights: torch.Tensor, rows: int) -> float:
    """Return the seconds for a weight when this many rows are multiplied."""
    values = torch.ones(rows, _SIDE, dtype=weights.dtype)
    return _best(lambda: [functional.linear(values, weight) for weight in weights]) / weights.numel()


def _vector(weights: torch.Tensor) -> float:
    row = torch.ones(_SIDE, dtype=weights.dtype)
    return _best(lambda: [torch.mv(weight, row) for weight in weights]) / weights.numel()


def _best(work: Callable[[], object]) -> float:
    """Return the shortest of a few runs, in seconds, after one to warm up."""
    work()
    times: list[float] = []
    begin = time.perf_counter()
    while len(times) < 3 or (len(times) < 6 and time.perf_counter() - begin < 0.12):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def _memory(paths: Paths) -> dict[str, Any]:
    try:
        known = json.loads(paths.machine.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _is_sound(table: object) -> bool:
    return isinstance(table, dict) and all(
        type(table.get(dtype)) is float and 0 < table[dtype] < math.inf for dtype in DTYPES
    )
