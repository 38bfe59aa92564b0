"""The starter's first conversion, and how long every later load takes.

Ours runs in a started engine: Convert from the GGUF file into empty folders, then a first Load of what came out,
which on a machine never measured also tries which dtype is fastest. Then a second engine is started, as on a later
day: Load, then Unload and Load again; each is timed from handing the job over to its last event. The rival is
`from_pretrained` of model and tokenizer from the same folder, in the dtype on disk, with transformers imported.

Learnt: what the first load of a fresh engine takes more than the next ones is importing the model's classes of
transformers; an engine that does so while it starts has no slow first load.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from playground.bench.benchmark import Benchmark, Goal, Sample
from playground.bench.ground import fresh_home, starter
from playground.core.catalogue import starter_gguf
from playground.core.paths import Paths


@dataclass(frozen=True)
class Conversion(Benchmark):
    """Seconds to convert the starter once, and to load it every time after."""

    shows: ClassVar[str] = "the starter's first conversion, and every later load in a running engine"
    target: ClassVar[str] = "at most 30 s to convert, at most 1.5 s to load"
    sides: ClassVar[tuple[str, ...]] = ("playground", "from_pretrained")
    units: ClassVar[dict[str, str]] = {
        "conversion": "s",
        "progress": "events",
        "first load": "s",
        "load": "s",
        "load again": "s",
        "unload": "s",
    }
    goals: ClassVar[tuple[Goal, ...]] = (
        Goal("conversion", "playground", at_most=30),
        Goal("load", "playground", at_most=1.5),
        Goal("load again", "playground", at_most=1.5),
    )

    def run(self, side: str) -> Iterator[Sample]:
        """Convert and load once, or load twice with transformers."""
        yield from _ours() if side == "playground" else _theirs()


def _ours() -> Iterator[Sample]:
    from playground.bench.engine import Engine
    from playground.core.events import Event, Progress
    from playground.jobs.convert import Convert
    from playground.jobs.load import Load
    from playground.jobs.unload import Unload

    with fresh_home() as paths:
        steps: list[Event] = []
        with Engine(paths) as engine:
            seconds, folder = engine.timed(Convert(str(_file_in(paths))), steps.append)
            yield Sample("conversion", seconds)
            yield Sample("progress", sum(isinstance(event, Progress) for event in steps))
            yield Sample("first load", engine.timed(Load(folder))[0])
        with Engine(paths) as engine:  # as on a later day
            yield Sample("load", engine.timed(Load(folder))[0])
            for _ in range(3):
                yield Sample("unload", engine.timed(Unload(folder))[0])
                yield Sample("load again", engine.timed(Load(folder))[0])


def _file_in(paths: Paths) -> Path:
    """Put the starter's file into fresh folders; it is fetched into the user's own when it is not there any more."""
    import os

    from playground.bench.engine import Engine
    from playground.jobs.get_starter import GetStarter

    kept = starter_gguf(Paths.standard())
    if not kept.exists():
        with Engine(Paths.standard()) as engine:
            kept = Path(engine.run(GetStarter()))
    link = starter_gguf(paths)
    os.symlink(kept, link)
    return link


def _theirs() -> Iterator[Sample]:
    from playground.bench.rivals import load_with_transformers

    for figure in ("load", "load again", "load again"):
        begin = time.perf_counter()
        load_with_transformers(starter(), "auto")
        yield Sample(figure, time.perf_counter() - begin)
