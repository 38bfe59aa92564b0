"""A benchmark that measures nothing, and a runner with prepared answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from playground.bench.benchmark import Benchmark, Goal, Sample
from playground.bench.harness import Round, SideFailed


@dataclass(frozen=True)
class Fake(Benchmark):
    """Ours against a rival and one that is never installed."""

    shows: ClassVar[str] = "how a table looks"
    target: ClassVar[str] = "twice the rival"
    sides: ClassVar[tuple[str, ...]] = ("ours", "rival", "absent")
    units: ClassVar[dict[str, str]] = {"speed": "tokens/s", "wait": "ms"}
    goals: ClassVar[tuple[Goal, ...]] = (
        Goal("speed", "ours", at_least=2, rival="rival"),
        Goal("wait", "ours", at_most=50, worst=True),
    )
    needs_starter: ClassVar[bool] = False

    def why_not(self, side: str) -> str:
        return "not installed" if side == "absent" else ""

    def run(self, side: str) -> Iterator[Sample]:
        yield Sample("speed", {"ours": 40.0, "rival": 10.0}[side])
        if side == "ours":
            yield Sample("wait", 12.5)


class Runner:
    """Runs sides in this process and notes the order; `broken` sides fail, `others` is the work beside each round."""

    def __init__(self, broken: str = "", others: Iterable[float] = ()) -> None:
        self.order: list[str] = []
        self._broken, self._others = broken, iter(others)

    def __call__(self, name: str, side: str) -> Round:
        self.order.append(side)
        if side == self._broken:
            raise SideFailed("out of luck")
        return Round(tuple(Fake().run(side)), next(self._others, 0.0))
