"""What the window and the engine take after one answer, as proportional set size.

The real window in a process of its own, painted into memory, loads the starter and has one answer written; two
seconds later `smaps_rollup` of both processes is read. Memory that processes share counts in parts, so the numbers
add up. The model's own tensors are what it says is resident; the rest is the engine's: torch, transformers, the
tokenizer, and whatever was not given back. Linux only.

Learnt: most of the engine's own share is torch and transformers, imported and idle; the window adds about half of
what a bare Qt window takes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from playground.bench.benchmark import Benchmark, Goal, Sample
from playground.bench.ground import fresh_home, starter

MB = 1_000_000


@dataclass(frozen=True)
class Memory(Benchmark):
    """Megabytes of window and engine."""

    shows: ClassVar[str] = "proportional set size of window and engine after a load and one answer"
    target: ClassVar[str] = "window at most 150 MB, engine at most 600 MB beyond its resident tensors"
    sides: ClassVar[tuple[str, ...]] = ("playground", "bare Qt window", "bare engine")
    units: ClassVar[dict[str, str]] = {
        "window": "MB",
        "window before": "MB",
        "engine": "MB",
        "engine tensors": "MB",
        "engine beyond": "MB",
    }
    goals: ClassVar[tuple[Goal, ...]] = (
        Goal("window", "playground", at_most=150),
        Goal("engine beyond", "playground", at_most=600),
    )

    def why_not(self, side: str) -> str:
        """Only Linux tells proportional sizes."""
        return "" if sys.platform == "linux" else "this system does not tell proportional sizes"

    def run(self, side: str) -> Iterator[Sample]:
        """Open, load, answer, look."""
        match side:
            case "playground":
                yield from _ours()
            case "bare Qt window":
                yield from _bare_window()
            case _:
                yield from _bare_engine()


def _ours() -> Iterator[Sample]:
    from playground.bench.engine import engine_process, pss_bytes
    from playground.bench.story import PROMPT
    from playground.bench.window import open_window

    with fresh_home() as paths, open_window(paths) as driver:
        yield Sample("window before", pss_bytes(os.getpid()) / MB)
        tensors = driver.load(starter()).resident_bytes
        driver.answer(PROMPT)
        driver.pause(2.0)
        engine = pss_bytes(engine_process().pid)
        yield Sample("window", pss_bytes(os.getpid()) / MB)
        yield Sample("engine", engine / MB)
        yield Sample("engine tensors", tensors / MB)
        yield Sample("engine beyond", (engine - tensors) / MB)


def _bare_window() -> Iterator[Sample]:
    """An empty window of the same size: what Qt for Python takes by itself."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QLabel

    from playground.bench.engine import pss_bytes

    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = QApplication([])
    window = QLabel("Hello")
    window.resize(1440, 900)
    window.show()
    QTimer.singleShot(500, app.quit)
    app.exec()
    yield Sample("window", pss_bytes(os.getpid()) / MB)


def _bare_engine() -> Iterator[Sample]:
    """Torch and the model's class imported, nothing loaded: what the libraries take by themselves."""
    import torch
    from transformers import AutoTokenizer, LlamaForCausalLM

    from playground.bench.engine import pss_bytes

    assert torch.get_num_threads()
    assert LlamaForCausalLM is not None
    assert AutoTokenizer is not None
    yield Sample("engine beyond", pss_bytes(os.getpid()) / MB)
