"""How long the history takes to answer when it holds 100,000 records.

What the panel asks of it, page and count together, each time on a fresh connection whose memory holds nothing yet
(the system's own cache of the file is warm). Every page is one of 200 records.

Learnt: the full-text index answers and counts what nearly all records hold in a few milliseconds once beginnings of
one to three letters have an index of their own (without: 200 ms for one letter); a narrow table beside the runs makes
every filter one pass over a few megabytes, whatever is combined; and rows numbered in the order of time make "the
newest first" free, where sorting the hits of a common word was not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from playground.bench.benchmark import Benchmark, Goal, Sample
from playground.bench.ground import fresh_home
from playground.bench.many_runs import CODES, COMMON, COMMON_SIGNS, COUNT, MODELS, RARE, fill
from playground.core.history import Filter, annotate, facets, record, search
from playground.core.store import Store

TIMES = 3  # in each round
MIDDLE = f"{COUNT // 2:032x}"


def _write_a_note(store: Store) -> None:
    annotate(store, MIDDLE, note="look again")
    store.commit()


QUESTIONS: dict[str, Callable[[Store], object]] = {
    "everything": lambda store: search(store, Filter()),
    "model and state": lambda store: search(store, Filter(model=MODELS[0], state="stopped")),
    "code, tag and star": lambda store: search(store, Filter(code=CODES[0], tag="good", starred=True)),
    "rare word": lambda store: search(store, Filter(RARE)),
    "common word": lambda store: search(store, Filter(COMMON[0])),
    "common word, model and state": lambda store: search(store, Filter(COMMON[0], MODELS[0], "done")),
    "four common words": lambda store: search(store, Filter(" ".join(COMMON[:4]))),
    "phrase of common words": lambda store: search(store, Filter(f'"{COMMON[1]} {COMMON[0]}"')),
    "one letter": lambda store: search(store, Filter("t")),
    "two letters": lambda store: search(store, Filter("wi")),
    "Chinese word": lambda store: search(store, Filter(COMMON_SIGNS[:2])),
    "last page": lambda store: search(store, Filter(), offset=COUNT - 100),
    "last page of a common word": lambda store: search(store, Filter(COMMON[0]), offset=COUNT * 9 // 10),
    "facets": facets,
    "one record": lambda store: record(store, MIDDLE),
    "a note written": _write_a_note,
}


@dataclass(frozen=True)
class History(Benchmark):
    """Milliseconds until the panel has its answer."""

    shows: ClassVar[str] = f"filter, search and page of a history of {COUNT:,} records"
    target: ClassVar[str] = "at most 100 ms, the worst too"
    sides: ClassVar[tuple[str, ...]] = ("history",)
    units: ClassVar[dict[str, str]] = {**dict.fromkeys([*QUESTIONS, "longest"], "ms"), "file": "MB", "writing": "s"}
    goals: ClassVar[tuple[Goal, ...]] = (Goal("longest", "history", at_most=100, worst=True),)
    needs_starter: ClassVar[bool] = False

    def run(self, side: str, count: int = COUNT) -> Iterator[Sample]:
        """Fill a record, then ask every question a few times."""
        with fresh_home() as paths:
            began = time.perf_counter()
            _fill(Store(paths.store), count)
            yield Sample("writing", time.perf_counter() - began)
            yield Sample("file", paths.store.stat().st_size / 1e6)
            for _ in range(TIMES):
                longest = 0.0
                for name, ask in QUESTIONS.items():
                    taken = _timed(Store(paths.store), ask)
                    longest = max(longest, taken)
                    yield Sample(name, taken)
                yield Sample("longest", longest)


def _fill(store: Store, count: int) -> None:
    fill(store, count)
    store.close()


def _timed(store: Store, ask: Callable[[Store], object]) -> float:
    """Return the milliseconds a question takes; the connection is closed."""
    began = time.perf_counter()
    ask(store)
    taken = 1000 * (time.perf_counter() - began)
    store.close()
    return taken
