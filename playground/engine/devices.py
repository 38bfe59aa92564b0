"""Which device, which number format, how much memory: measured, not guessed."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
import torch

from playground.core.facts import DTYPES, DeviceInfo
from playground.core.paths import Paths, write_atomically

# A usual turn of a chat with the starter: this many tokens are read, this many written.
_READ, _WRITTEN, _WEIGHTS = 300, 120, 134_515_008
# The weights of the trial: as many as the starter has, so that caches help as much as they will, in usual pieces.
_SIDE, _PIECES, _ROWS, _MANY_PIECES = 1536, 57, 128, 2

BUSY_SHARE = 0.75
"""With less of its processors' time than this, a measurement says more about other programs: it is not kept."""


def best_device() -> str:
    """Return the kind of device to compute on."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def free_memory(device: str = "cpu") -> int:
    """Return how many bytes a new model could take."""
    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info()[0])
    return int(psutil.virtual_memory().available)


def total_memory(device: str = "cpu") -> int:
    """Return how many bytes there are altogether."""
    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info()[1])
    return int(psutil.virtual_memory().total)


def process_memory() -> int:
    """Return what this process takes, in bytes: its proportional share where the system tells it."""
    try:
        for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return int(psutil.Process().memory_info().rss)


def cores() -> int:
    """Return how many processor cores this process may use; two threads of one core count once."""
    try:
        allowed = len(os.sched_getaffinity(0))
    except AttributeError:  # only Linux knows affinity
        allowed = os.cpu_count() or 1
    return max(1, min(allowed, psutil.cpu_count(logical=False) or allowed))


def use_threads(threads: int) -> int:
    """Let torch compute with this many threads (0: one per core) and return how many these are."""
    count = threads if threads > 0 else cores()
    if torch.get_num_threads() != count:
        torch.set_num_threads(count)
    return count


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute with one thread for a while.

    For many small steps, such as copying weights, more threads gain nothing, and on a busy computer they wait
    for each other some milliseconds at every step.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def device_info(paths: Paths, threads: int = 0) -> DeviceInfo:
    """Return the machine's description, with the fastest dtype if it was measured before."""
    kind = best_device()
    count = threads if threads > 0 else cores()
    return DeviceInfo(
        name=torch.cuda.get_device_name() if kind == "cuda" else processor_name(),
        kind=kind,
        cores=cores(),
        memory=total_memory(kind),
        free=free_memory(kind),
        threads=count,
        fastest_dtype=_remembered(paths, _key(kind, count)) or "",
        versions=versions(),
    )


def fastest_dtype(paths: Paths, threads: int = 0, device: str = "") -> str:
    """Return the number format in which a usual turn takes least time here; measured once, then remembered.

    On a graphics card the answer is known: bfloat16 where it is built in, else float16.
    """
    kind = device or best_device()
    if kind.startswith("cuda"):
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float16"
    if kind != "cpu":
        return "float16"
    key = _key(kind, use_threads(threads))
    known = _remembered(paths, key)
    if known is None:
        wall, cpu = time.perf_counter(), time.process_time()
        times = turn_seconds()
        known = min(times, key=lambda dtype: times[dtype])
        if not _is_busy(time.perf_counter() - wall, time.process_time() - cpu, use_threads(threads)):
            _remember(paths, key, known, times)
    return known


def _is_busy(wall: float, cpu: float, threads: int) -> bool:
    """Say whether other programs took the processor during a measurement long enough to tell."""
    return wall > 0.2 and cpu < BUSY_SHARE * threads * wall


def turn_seconds() -> dict[str, float]:
    """Measure how long a usual turn's matrix products take in each dtype, in seconds. Takes about 1.5 s."""
    return {dtype: _turn_seconds(getattr(torch, dtype)) for dtype in DTYPES}


@torch.inference_mode()
def _turn_seconds(dtype: torch.dtype) -> float:
    weights = torch.full((_PIECES, _SIDE, _SIDE), 0.01, dtype=dtype)
    one, many = torch.ones(1, _SIDE, dtype=dtype), torch.ones(_ROWS, _SIDE, dtype=dtype)
    writing = _best(lambda: [torch.nn.functional.linear(one, weight) for weight in weights]) / (_PIECES * _SIDE**2)
    read = _best(lambda: [torch.nn.functional.linear(many, weight) for weight in weights[:_MANY_PIECES]])
    reading = read / (_MANY_PIECES * _SIDE**2 * _ROWS)
    return _WEIGHTS * (_READ * reading + _WRITTEN * writing)


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


def processor_name() -> str:
    """Return what the processor is called."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _key(kind: str, threads: int) -> str:
    return f"{kind} | {processor_name()} | torch {torch.__version__} | {threads} threads"


def _memory(paths: Paths) -> dict[str, object]:
    try:
        known = json.loads(paths.machine.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _remembered(paths: Paths, key: str) -> str | None:
    entry = _memory(paths).get(key)
    dtype = entry.get("fastest_dtype") if isinstance(entry, dict) else None
    return dtype if dtype in DTYPES else None


def _remember(paths: Paths, key: str, dtype: str, times: dict[str, float]) -> None:
    rounded = {name: round(seconds, 4) for name, seconds in times.items()}
    entry = {"fastest_dtype": dtype, "turn_seconds": rounded}
    write_atomically(paths.machine, json.dumps({**_memory(paths), key: entry}, indent=2))


def versions() -> tuple[tuple[str, str], ...]:
    """Return the versions of what computes, as (name, version)."""
    found = [("python", platform.python_version())]
    for name in ("torch", "transformers", "peft", "optimum", "safetensors", "tokenizers", "numpy"):
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(found)
