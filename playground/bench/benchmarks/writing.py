"""How fast one answer is written by the starter.

Ours is the engine as the window uses it: its own process, the job Reply, dtype "auto", every token with its
probabilities and alternatives, recorded and sent through the pipe. The pace is taken from the arrivals of the first and
the last token on the other side of the pipe. The rivals are `generate` with the same sampling and a plain streamer,
keeping nothing, in three dtypes, and llama.cpp where it is installed. Every side writes a few tokens to warm up;
loading and reading do not count; no rival is stopped by its end token.

Learnt: beside other work every side falls to a fraction, because torch's threads wait for one that has no processor:
only undisturbed rounds can be compared. How much half precision gains depends on the processor's one-row product.

- One that stores float16 but computes in float32 (2 cores, AVX-512 without its half-precision part): all products of a
  token take 45 ms in fp32, 22 in bf16, 9 in fp16. The lean path adds about 3.5 ms: 1.4 of attention, the rest in some
  twenty small operations a layer. Attention in half precision is up to four times slower there than in float32, so
  keys and values are float32. Buffers for every result, with their views made once, took a step from 13.4 to 12.4 ms.
  Folding the norms' weights into the products would save one operation of 1.1 µs per norm, 0.07 ms a token, and is not
  done: the modules' weights stay what the files say. Sampling and token data take 1.3 ms. Finding the most probable
  tokens through a sample of the row took 0.1 ms instead of 0.5; keeping 2,000 tokens of each row adds 0.2.
- One with AMX (2 cores): fp32 already reads at the memory's speed; products 18 ms in bf16, of which fusing saves 2.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import ClassVar

from playground.bench.benchmark import Benchmark, Goal, Sample
from playground.bench.ground import fresh_home, starter
from playground.core.catalogue import starter_gguf
from playground.core.errors import UserError
from playground.core.paths import Paths

_DTYPES = {"generate fp32": "float32", "generate bf16": "bfloat16", "generate fp16": "float16"}
_SEEDS = range(1, 8)  # an answer may end early by itself; then another luck is tried


@dataclass(frozen=True)
class Writing(Benchmark):
    """Tokens per second of one answer, against transformers and llama.cpp."""

    shows: ClassVar[str] = "tokens per second of one answer, starter, T 0.7, top-k 40, top-p 0.95"
    target: ClassVar[str] = "at least 2.5 × generate in fp32, 1.8 × in bf16, 1.1 × in fp16"
    sides: ClassVar[tuple[str, ...]] = ("playground", *_DTYPES, "llama.cpp")
    units: ClassVar[dict[str, str]] = {"writing": "tokens/s", "tokens": "tokens"}
    goals: ClassVar[tuple[Goal, ...]] = (
        Goal("writing", "playground", at_least=2.5, rival="generate fp32"),
        Goal("writing", "playground", at_least=1.8, rival="generate bf16"),
        Goal("writing", "playground", at_least=1.1, rival="generate fp16"),
    )

    def why_not(self, side: str) -> str:
        """Return whether llama.cpp or its file is missing."""
        if side != "llama.cpp":
            return ""
        if find_spec("llama_cpp") is None:
            return "llama-cpp-python is not installed"
        return "" if starter_gguf(Paths.standard()).exists() else "the starter's GGUF file is not here"

    def run(self, side: str) -> Iterator[Sample]:
        """Load, warm up, write one answer."""
        if side == "playground":
            yield from _ours()
            return
        from playground.bench.rivals import generate_speed, llama_cpp_speed
        from playground.bench.story import PROMPT

        if side == "llama.cpp":
            yield Sample("writing", llama_cpp_speed(str(starter_gguf(Paths.standard())), PROMPT))
        else:
            yield Sample("writing", generate_speed(starter(), _DTYPES[side], PROMPT))


def _ours() -> Iterator[Sample]:
    from playground.bench.engine import Engine
    from playground.bench.story import LEAST, WARM_UP_TOKENS, reply, tokens_per_second
    from playground.core.events import Token
    from playground.jobs.load import Load

    with fresh_home() as paths, Engine(paths) as engine:
        model = engine.run(Load(starter())).model.path
        engine.run(reply(model, WARM_UP_TOKENS))
        for seed in _SEEDS:
            arrivals = [when for when, event in engine.tell(reply(model, seed=seed)) if isinstance(event, Token)]
            if len(arrivals) >= LEAST:
                yield Sample("writing", tokens_per_second(arrivals))
                yield Sample("tokens", len(arrivals))
                return
    raise UserError(f"No answer had {LEAST} tokens.")
