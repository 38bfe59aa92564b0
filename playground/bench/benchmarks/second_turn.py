"""How soon the first word of a second turn comes, after a conversation of about 1,000 tokens.

Both sides are the engine as the window uses it, with the same turns: once what was read and written is kept, once
everything is read again. Measured is the time from handing the job over to the first token on the other side of the
pipe.

Learnt: with the cache it is the reading of the few new tokens, one pass over the weights, and the copy of the kept
keys and values into the number format that reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.bench.benchmark import Benchmark, Goal, Sample
from playground.bench.ground import fresh_home, starter
from playground.core.errors import UserError

if TYPE_CHECKING:
    from playground.bench.engine import Engine

_CACHE_MB = {"playground": 1000, "without the cache": 0}
_HISTORY = 1000
_TIMES = 3  # in each round


@dataclass(frozen=True)
class SecondTurn(Benchmark):
    """Milliseconds to the first token of a second turn, with and without the prompt cache."""

    shows: ClassVar[str] = "time to the first token of a second turn after 1,000 tokens of history, starter"
    target: ClassVar[str] = "at most 1/5 of reading it all again"
    sides: ClassVar[tuple[str, ...]] = tuple(_CACHE_MB)
    units: ClassVar[dict[str, str]] = {"first token": "ms"}
    goals: ClassVar[tuple[Goal, ...]] = (Goal("first token", "playground", at_most=0.2, rival="without the cache"),)

    def run(self, side: str) -> Iterator[Sample]:
        """Hold a few conversations of two turns."""
        from playground.bench.engine import Engine
        from playground.jobs.load import Load

        with fresh_home() as paths, Engine(paths) as engine:
            model = engine.run(Load(starter())).model.path
            for number in range(_TIMES + 1):
                milliseconds = _second_turn(engine, model, number, _CACHE_MB[side])
                if number:
                    yield Sample("first token", milliseconds)


def _second_turn(engine: Engine, model: str, number: int, cache_mb: int) -> float:
    import time

    from playground.bench.story import long_text, settings
    from playground.core.conversation import new_id
    from playground.core.events import Token
    from playground.core.facts import Message, PromptInput
    from playground.jobs.reply import Reply

    def turn(*messages: Message) -> Reply:
        return Reply(
            new_id(), model, PromptInput(messages), settings(4), conversation=f"chat {number}", cache_mb=cache_mb
        )

    question = Message("user", long_text(_HISTORY, number))
    answer = engine.run(turn(question)).text
    job = turn(question, Message("assistant", answer), Message("user", "Which of these words was the first?"))
    begun = time.perf_counter()
    arrivals = [when for when, event in engine.tell(job) if isinstance(event, Token)]
    if not arrivals:
        raise UserError("The second turn has no token.")
    return 1000 * (arrivals[0] - begun)
