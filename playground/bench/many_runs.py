"""A record with very many runs: their texts have the lengths and the word frequencies of real ones.

Words are drawn as in any language, the n-th most frequent about 1/n as often as the first; one record in twenty is
written in Chinese characters. The tokens are left out: they lie in a table of their own, which no search reads, and
would take most of the time and some 10 GB.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

from playground.core.history import annotate
from playground.core.store import Store

COUNT = 100_000
COMMON = "the of and to in a is that for it as was with be by on not he his but at are this have from".split()  # noqa: SIM905
COMMON_SIGNS = "的一是不了在人有我他"
RARE = "xylophone"  # once in 20,000 records
CODES = ("E-OOM", "E-CONTEXT", "E-ENGINE-DIED")
MODELS = ("SmolLM2-135M-Instruct", "Qwen3-0.6B", "Llama-3.2-1B-Instruct", "gemma-3-270m-it")


def fill(store: Store, count: int = COUNT) -> None:
    """Write so many runs as the engine and the window write them."""
    luck = random.Random(1)
    words = Words(luck)
    system = words.text(30)
    for number in range(count):
        _write(store, f"{number:032x}", luck, words, system, number)
        if number % 1000 == 0:
            store.commit()
    store.commit()


class Words:
    """Draws texts."""

    def __init__(self, luck: random.Random) -> None:
        self._luck = luck
        self._words = [*COMMON, *itertools.islice(_invented(luck), 40_000)]
        self._signs = [*COMMON_SIGNS, *(chr(0x4E00 + number) for number in luck.sample(range(6000), 3000))]
        self._often = list(itertools.accumulate(1 / (place + 3) for place in range(len(self._words))))

    def text(self, count: int) -> str:
        return " ".join(self._luck.choices(self._words, cum_weights=self._often, k=count))

    def chinese(self, count: int) -> str:
        return "".join(self._luck.choices(self._signs, cum_weights=self._often[: len(self._signs)], k=count))


def _invented(luck: random.Random) -> Iterator[str]:
    while True:
        yield "".join(luck.choice("bcdfghklmnprstvwz") + luck.choice("aeiou") for _ in range(luck.randint(2, 4)))


def _write(store: Store, id: str, luck: random.Random, words: Words, system: str, number: int) -> None:
    text = words.chinese if number % 20 == 7 else words.text
    prompt, answer = text(luck.randint(5, 80)), text(luck.randint(20, 300))
    if number % 20_000 == 77:
        prompt += f" {RARE}"
    model, code = luck.choice(MODELS), luck.choice(CODES) if luck.random() < 0.02 else ""
    store.begin_run(id, "jobs/reply", _job(model, prompt, system), "bench")
    store.settle_run(id, {"model": f"/models/{model}", "model_name": model, "prompt_tokens": 100, "seed": number})
    result = {"text": answer, "stop_reason": "end of turn", "prompt_tokens": 100, "new_tokens": 200}
    store.end_run(id, "failed" if code else luck.choice(("done", "done", "done", "stopped")), result, code)
    if number % 10 == 0:
        annotate(store, id, note=words.text(5), tags=(luck.choice(("good", "bad", "look again")),), starred=True)


def _job(model: str, prompt: str, system: str) -> dict[str, Any]:
    asked = {"messages": [{"role": "user", "content": prompt}], "system": system}
    return {"version": 1, "kind": "jobs/reply", "model": f"/models/{model}", "prompt": asked, "settings": {}}
