"""Which device, how many threads, how much memory: measured, not guessed."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
import torch


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


def processor_name() -> str:
    """Return what the processor is called."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def versions() -> tuple[tuple[str, str], ...]:
    """Return the versions of what computes, as (name, version)."""
    found = [("python", platform.python_version())]
    for name in ("torch", "transformers", "peft", "optimum", "safetensors", "tokenizers", "numpy"):
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(found)
