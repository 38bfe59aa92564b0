"""How fast the starter reads a prompt of 512 tokens.

Ours is the engine as the window uses it, in chunks, telling how far it is after each: the pace is taken from the
arrivals of the first and the last of these words on the other side of the pipe. The rivals are one plain forward over
as many tokens that computes the logits of the last position only, in three dtypes, and llama.cpp where it is installed.
Every side reads a prompt to warm up, and none twice.

Learnt: chunks of 256 tokens keep about 93 % of the pace of one pass, chunks of 128 about 70–80 %. Far into a long
prompt a chunk takes longer (attention as long as all products after 1,500 tokens of the starter), so chunks get smaller
there. torch copies the whole output layer to multiply one row cut out of many, 50 ms in bf16: a plain forward pays that
once, a chunked one would pay it for each chunk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import ClassVar

from playground.bench.benchmark import Benchmark, Goal, Sample
from playground.bench.ground import fresh_home, starter
from playground.core.catalogue import starter_gguf
from playground.core.paths import Paths

_DTYPES = {"forward fp32": "float32", "forward bf16": "bfloat16", "forward fp16": "float16"}
LENGTH = 512
_TIMES = 3  # in each round


@dataclass(frozen=True)
class Reading(Benchmark):
    """Tokens per second of a prompt, against one plain forward."""

    shows: ClassVar[str] = "tokens per second of a prompt of 512 tokens, starter"
    target: ClassVar[str] = "at least 0.9 × the best plain forward, over the dtypes"
    sides: ClassVar[tuple[str, ...]] = ("playground", *_DTYPES, "llama.cpp")
    units: ClassVar[dict[str, str]] = {"reading": "tokens/s"}
    goals: ClassVar[tuple[Goal, ...]] = tuple(
        Goal("reading", "playground", at_least=0.9, rival=rival) for rival in _DTYPES
    )

    def why_not(self, side: str) -> str:
        """Return whether llama.cpp or its file is missing."""
        if side != "llama.cpp":
            return ""
        if find_spec("llama_cpp") is None:
            return "llama-cpp-python is not installed"
        return "" if starter_gguf(Paths.standard()).exists() else "the starter's GGUF file is not here"

    def run(self, side: str) -> Iterator[Sample]:
        """Load, warm up, read a few prompts."""
        if side == "playground":
            yield from (Sample("reading", pace) for pace in _ours())
            return
        from playground.bench.rivals import forward_paces, llama_cpp_reading_paces

        if side == "llama.cpp":
            paces = llama_cpp_reading_paces(str(starter_gguf(Paths.standard())), LENGTH, _TIMES)
        else:
            paces = forward_paces(starter(), _DTYPES[side], LENGTH, _TIMES)
        yield from (Sample("reading", pace) for pace in paces)


def _ours() -> Iterator[float]:
    from playground.bench.engine import Engine
    from playground.bench.story import long_text, reply
    from playground.core.events import Progress
    from playground.jobs.load import Load

    with fresh_home() as paths, Engine(paths) as engine:
        model = engine.run(Load(starter())).model.path
        for number in range(_TIMES + 1):
            job = reply(model, 1, prompt=long_text(LENGTH, number))
            steps = [(when, event) for when, event in engine.tell(job) if isinstance(event, Progress)]
            (begun, _), (ended, last) = steps[0], steps[-1]
            if number:
                yield last.total / (ended - begun)
