"""What a figure depends on besides the code: the processor, the memory, the versions, and what else was running."""

from __future__ import annotations

import os
import platform
import sys
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

PACKAGES = (
    "torch",
    "transformers",
    "tokenizers",
    "safetensors",
    "peft",
    "optimum",
    "optimum-quanto",
    "accelerate",
    "gguf",
    "numpy",
    "PySide6-Essentials",
    "psutil",
    "platformdirs",
    "pygments",
)
BUSY = 0.2  # of one core: figures taken beside this much other work are worse than they should be


@dataclass(frozen=True)
class Machine:
    """One computer, as far as speed depends on it. Memory in bytes.

    `load` is the mean of the last minute, `others` the share of one core that programs took in the last second.
    """

    processor: str
    cores: int
    memory: int
    system: str
    python: str
    versions: tuple[tuple[str, str], ...]
    load: float
    others: float = 0.0

    @property
    def is_busy(self) -> bool:
        """Say whether something else was running when the measurement began."""
        return self.others > BUSY


def this_machine() -> Machine:
    """Describe the computer this runs on, after a second of listening; imports nothing heavy."""
    watch = OtherWork()
    time.sleep(1.0)
    return Machine(
        processor=processor(),
        cores=os.cpu_count() or 1,
        memory=psutil.virtual_memory().total,
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        versions=tuple((name, found) for name, found in package_versions() if found),
        load=psutil.getloadavg()[0],
        others=watch.share(),
    )


def package_versions() -> tuple[tuple[str, str], ...]:
    """Return each package that matters with its version, or nothing where it is not installed."""
    return tuple((name, _version(name)) for name in PACKAGES)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def processor() -> str:
    """Return the processor's name as the system gives it."""
    if sys.platform == "linux":
        try:
            lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        for line in lines:
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "Hardware", "Model"):
                return value.strip()
    return platform.processor() or platform.machine()


class OtherWork:
    """Watches how much processor time programs take that this process did not start, from now on."""

    def __init__(self) -> None:
        self._begun, self._busy, self._own = time.monotonic(), _busy_seconds(), _own_seconds()

    def share(self) -> float:
        """Return it as a share of one core; 1.5 means one and a half cores. Children count once they have ended."""
        others = (_busy_seconds() - self._busy) - (_own_seconds() - self._own)
        return max(0.0, others / max(1e-6, time.monotonic() - self._begun))


def _busy_seconds() -> float:
    times = psutil.cpu_times()
    counted = ("user", "nice", "system", "irq", "softirq")  # guests are part of user and nice
    return float(sum(getattr(times, kind, 0.0) for kind in counted))


def _own_seconds() -> float:
    return float(sum(os.times()[:4]))
