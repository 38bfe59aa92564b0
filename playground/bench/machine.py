"""What a figure depends on besides the code: the processor, the memory, the versions, and what else was running."""

from __future__ import annotations

import os
import platform
import sys
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
BUSY = 0.5  # of one core, in the minute before: figures taken beside it are too low


@dataclass(frozen=True)
class Machine:
    """One computer, as far as speed depends on it. Memory in bytes; `load` is the mean of the last minute."""

    processor: str
    cores: int
    memory: int
    system: str
    python: str
    versions: tuple[tuple[str, str], ...]
    load: float

    @property
    def is_busy(self) -> bool:
        """Say whether something else was running when the measurement began."""
        return self.load > BUSY


def this_machine() -> Machine:
    """Describe the computer this runs on, without importing anything heavy."""
    return Machine(
        processor=processor(),
        cores=os.cpu_count() or 1,
        memory=psutil.virtual_memory().total,
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        versions=tuple((name, found) for name, found in package_versions() if found),
        load=psutil.getloadavg()[0],
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
