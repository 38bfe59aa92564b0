"""What is loaded right now. Lives in the engine process only."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import Any

import torch

from playground.core.errors import UserError
from playground.core.events import Memory
from playground.core.facts import LoadedInfo, RunInfo
from playground.core.paths import Paths
from playground.engine.devices import free_memory, process_memory, total_memory
from playground.engine.forms import Form
from playground.engine.prefixes import Prefixes
from playground.engine.words import TokenizerWords


@dataclass(frozen=True)
class Loaded:
    """A resident model with what it needs to read and write text.

    `reading` and `writing` may be the same form. `glance_tokenizer` is a copy for the glance thread: one tokenizer
    must not serve two threads. `basis` is what every answer of this model depends on, the answer's own part left open.
    """

    info: LoadedInfo
    reading: Form
    writing: Form
    batch: Form  # whichever of the two writes eight rows faster
    tokenizer: Any
    glance_tokenizer: Any
    chunk: int  # tokens read at once
    basis: RunInfo
    words: TokenizerWords

    @property
    def model(self) -> Any:
        """The module tree that reads and is trained."""
        return self.reading.model

    @property
    def memory_dtype(self) -> torch.dtype:
        """Return the dtype in which keys and values are kept between two answers."""
        leans = [form for form in (self.writing, self.reading) if form.lean is not None]
        return (leans or [self.writing])[0].memory_dtype


class Workspace:
    """Holds the resident models by path and gives their memory back."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.models: dict[str, Loaded] = {}
        self.threads = 0  # 0: as many as write fastest
        self.prefixes = Prefixes()

    def loaded(self, path: str) -> Loaded:
        """Return a resident model; raise E-NO-MODEL when it is not loaded."""
        if path not in self.models:
            raise UserError("Load a model first.", "Pick one in Models.", "E-NO-MODEL")
        return self.models[path]

    def memory(self) -> Memory:
        """Say what this process holds and what the machine has left."""
        return Memory(process_memory(), free_memory(), total_memory())

    def trim(self) -> None:
        """Return freed memory to the system."""
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        _trim_heap()


def _trim_heap() -> None:
    """Ask glibc to hand free pages back; elsewhere the allocator does so by itself."""
    import ctypes

    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):
        return
