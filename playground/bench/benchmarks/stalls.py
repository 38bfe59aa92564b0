"""How long the window does not answer while the engine works.

The real window, painted into memory, with a precise timer of 5 ms in its event loop; a stall is how much later
than 5 ms a beat came. The phases: the engine starts (torch is imported in its process), the starter is loaded, a
prompt of about 1500 tokens is read, an answer is written, and nothing happens: that last one is what the machine
itself does to any window, and what the others are to be held against.

Learnt: with the engine in a process of its own reading and writing cost the beat a few milliseconds more than the
idle window; the longest stall is the moment in which a loaded model is shown in every panel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.bench.benchmark import Benchmark, Goal, Sample
from playground.bench.ground import fresh_home, starter

if TYPE_CHECKING:
    from playground.bench.pulse import Pulse
    from playground.bench.window import Driver

PHASES = ("starting", "loading", "reading", "writing", "idle")
BUSY = ("loading", "reading", "writing")
IDLE_SECONDS = 4.0
WRITING_SECONDS = 3.0


@dataclass(frozen=True)
class Stalls(Benchmark):
    """Milliseconds in which the event loop was not free."""

    shows: ClassVar[str] = "stalls of the window's event loop beyond its 5 ms beat"
    target: ClassVar[str] = "longest at most 50 ms, p99 at most 16 ms, while loading, reading and writing"
    sides: ClassVar[tuple[str, ...]] = ("window",)
    units: ClassVar[dict[str, str]] = {f"{phase} {what}": "ms" for phase in PHASES for what in ("longest", "p99")}
    goals: ClassVar[tuple[Goal, ...]] = tuple(
        Goal(f"{phase} {what}", "window", at_most=limit, worst=True)
        for phase in BUSY
        for what, limit in (("longest", 50), ("p99", 16))
    )

    def run(self, side: str) -> Iterator[Sample]:
        """Go through the phases once."""
        from playground.bench.pulse import Pulse
        from playground.bench.verdict import percentile
        from playground.bench.window import open_window

        with fresh_home() as paths, open_window(paths) as driver:
            pulse = Pulse()
            _go_through(driver, pulse)
        for phase in PHASES:
            yield Sample(f"{phase} longest", max(pulse.late[phase]))
            yield Sample(f"{phase} p99", percentile(pulse.late[phase], 0.99))


def _go_through(driver: Driver, pulse: Pulse) -> None:
    from playground.bench.pulse import PERIOD_MS
    from playground.bench.story import PROMPT
    from playground.bench.window import long_prompt

    driver.reading.connect(lambda: pulse.enter("reading"))
    driver.token.connect(lambda: pulse.enter("writing"))
    driver.ended.connect(lambda: pulse.enter(""))
    pulse.enter("starting")
    driver.parts.jobs.start()
    driver.wait(lambda: driver.parts.session.memory is not None, "the engine")
    pulse.enter("loading")
    driver.load(starter())
    pulse.enter("")
    driver.answer(long_prompt(1))
    while len(pulse.late["writing"]) * PERIOD_MS < 1000 * WRITING_SECONDS:  # a short answer is followed by another
        driver.answer(PROMPT)
    pulse.enter("")
    driver.pause(0.5)
    pulse.enter("idle")
    driver.pause(IDLE_SECONDS)
    pulse.enter("")
