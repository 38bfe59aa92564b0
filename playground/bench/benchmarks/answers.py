"""Eight answers to one prompt: in one batch, and one after another.

All sides are the engine as the window uses it, with the same eight seeds. The pace is all answers' tokens by the time
between the first and the last of them to arrive; the prompt is read before and does not count. How many answers of a
batch differ from those written alone is counted too: in fp32 none may.

Learnt: in fp32 a product of eight rows takes a quarter longer than one of one row. With dtype "auto" a single answer is
written in the format that is fastest for one row and a batch in the one that is fastest for eight: they round
differently, and after some dozen tokens a draw falls the other way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.bench.benchmark import Benchmark, Goal, Sample
from playground.bench.ground import fresh_home, starter

if TYPE_CHECKING:
    from playground.bench.engine import Engine

_DTYPES = {"fp32": "float32", "auto": "auto"}
_SEEDS = tuple(range(1, 9))
_TOKENS = 48


@dataclass(frozen=True)
class Answers(Benchmark):
    """Tokens per second of eight answers, in a batch and one by one."""

    shows: ClassVar[str] = "tokens per second of eight answers to one prompt, starter, T 0.7, top-k 40, top-p 0.95"
    target: ClassVar[str] = "a batch at least 4 × in fp32 with the same answers, at least 2 × with dtype auto"
    sides: ClassVar[tuple[str, ...]] = ("batch, fp32", "one by one, fp32", "batch, auto", "one by one, auto")
    units: ClassVar[dict[str, str]] = {"writing": "tokens/s", "differing": "answers"}
    goals: ClassVar[tuple[Goal, ...]] = (
        Goal("writing", "batch, fp32", at_least=4.0, rival="one by one, fp32"),
        Goal("differing", "batch, fp32", at_most=0, worst=True),
        Goal("writing", "batch, auto", at_least=2.0, rival="one by one, auto"),
    )

    def run(self, side: str) -> Iterator[Sample]:
        """Load, warm up, write eight answers."""
        from playground.bench.engine import Engine
        from playground.bench.story import WARM_UP_TOKENS
        from playground.jobs.load import Load

        how, dtype = side.split(", ")
        with fresh_home() as paths, Engine(paths) as engine:
            model = engine.run(Load(starter(), dtype=_DTYPES[dtype])).model.path
            _one_by_one(engine, model, WARM_UP_TOKENS)
            _batch(engine, model, WARM_UP_TOKENS)
            if how == "one by one":
                yield Sample("writing", _one_by_one(engine, model, _TOKENS)[0])
                return
            pace, together = _batch(engine, model, _TOKENS)
            _, alone = _one_by_one(engine, model, _TOKENS)
            yield Sample("writing", pace)
            yield Sample("differing", sum(a != b for a, b in zip(together, alone, strict=True)))


def _batch(engine: Engine, model: str, tokens: int) -> tuple[float, list[list[int]]]:
    """Return the pace of eight answers in one batch, and their tokens."""
    from playground.bench.story import PROMPT, settings
    from playground.core.conversation import new_id
    from playground.core.events import Token
    from playground.core.facts import Message, PromptInput
    from playground.jobs.replies import Replies

    prompt = PromptInput((Message("user", PROMPT),))
    others = tuple(new_id() for _ in _SEEDS[1:])
    job = Replies(new_id(), model, prompt, settings(tokens), _SEEDS, others)
    told = [(when, event) for when, event in engine.tell(job) if isinstance(event, Token)]
    rows = [[event.id for _, event in told if event.row == row] for row in range(len(_SEEDS))]
    # The first tokens of all rows come from the prompt's own pass.
    return (len(told) - len(_SEEDS)) / (told[-1][0] - told[len(_SEEDS) - 1][0]), rows


def _one_by_one(engine: Engine, model: str, tokens: int) -> tuple[float, list[list[int]]]:
    """Return the pace of eight answers one after another, and their tokens."""
    from playground.bench.story import reply
    from playground.core.events import Token

    count, seconds, rows = 0, 0.0, []
    for seed in _SEEDS:
        told = [(when, e) for when, e in engine.tell(reply(model, tokens, seed)) if isinstance(e, Token)]
        count += len(told) - 1
        seconds += told[-1][0] - told[0][0]
        rows.append([event.id for _, event in told])
    return count / seconds, rows
