"""From pressing Stop to the answer being marked as stopped, on the screen's side.

The real window, painted into memory: Stop is its command, and the end is when Send is possible again, so the pipe
both ways, the rest of the token or of the chunk being read, and the window's frame of 33 ms all count. Writing is
stopped after a few tokens; reading is stopped somewhere within a prompt of about 1500 tokens, each one different
from its first word so that nothing comes from a cache.

Learnt: it is the rest of a token or of a chunk of the prompt, and the wait for the window's next frame; other work on
the machine makes single stops three times as long.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.bench.benchmark import Benchmark, Goal, Sample
from playground.bench.ground import fresh_home, starter
from playground.core.errors import UserError

if TYPE_CHECKING:
    from playground.bench.window import Driver

TIMES = 4  # in each phase, in each round


@dataclass(frozen=True)
class Stop(Benchmark):
    """Milliseconds from Stop to stopped."""

    shows: ClassVar[str] = "Stop pressed to answer stopped"
    target: ClassVar[str] = "at most 150 ms while writing, at most 300 ms while reading, the worst too"
    sides: ClassVar[tuple[str, ...]] = ("window",)
    units: ClassVar[dict[str, str]] = {"writing": "ms", "reading": "ms"}
    goals: ClassVar[tuple[Goal, ...]] = (
        Goal("writing", "window", at_most=150),
        Goal("writing", "window", at_most=150, worst=True),
        Goal("reading", "window", at_most=300),
        Goal("reading", "window", at_most=300, worst=True),
    )

    def run(self, side: str) -> Iterator[Sample]:
        """Stop a few answers while they are written, and a few while their prompt is read."""
        from playground.bench.story import PROMPT
        from playground.bench.window import long_prompt, open_window

        with fresh_home() as paths, open_window(paths) as driver:
            driver.load(starter())
            for number in range(1, TIMES + 1):
                driver.send(PROMPT)
                driver.wait(lambda: driver.tokens >= 5 or not driver.is_writing, "tokens")
                yield Sample("writing", _stopped_after(driver))
                driver.send(long_prompt(number))
                driver.wait(lambda: driver.is_reading, "reading")
                yield Sample("reading", _stopped_after(driver))


def _stopped_after(driver: Driver) -> float:
    """Press Stop at some moment and return how long it took, in milliseconds."""
    driver.pause(random.uniform(0.05, 0.4))
    if not driver.is_writing:
        raise UserError("The answer ended before it could be stopped.")
    return 1000 * driver.stop()
