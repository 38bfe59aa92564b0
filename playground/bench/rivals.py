"""What others do with the same model on the same machine. Imports torch at the top: only sides import this file."""

from __future__ import annotations

import os
import time
from importlib import import_module
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.generation.streamers import BaseStreamer

from playground.bench.story import TOKENS, WARM_UP_TOKENS, tokens_per_second


class _Arrivals(BaseStreamer):
    """Notes when each token came; the first call brings the prompt."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._prompt_seen = False

    def put(self, value: torch.Tensor) -> None:
        if self._prompt_seen:
            self.times.append(time.perf_counter())
        self._prompt_seen = True

    def end(self) -> None:
        return


def load_with_transformers(folder: str, dtype: str) -> tuple[Any, Any]:
    """Return model and tokenizer as anyone loads them; dtype "auto" is the one on disk."""
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)
    return model.eval(), AutoTokenizer.from_pretrained(folder)


def generate_speed(folder: str, dtype: str, prompt: str) -> float:
    """Return tokens per second of one answer by `generate`, with the same sampling and a plain streamer."""
    model, tokenizer = load_with_transformers(folder, dtype)
    model.generation_config.eos_token_id = None  # it may not stop early
    inputs = tokenizer.apply_chat_template(
        [{"role": "user", "content": prompt}], add_generation_prompt=True, return_tensors="pt", return_dict=True
    )

    def write(tokens: int) -> list[float]:
        arrivals = _Arrivals()
        model.generate(
            **inputs,
            do_sample=True,
            temperature=0.7,
            top_k=40,
            top_p=0.95,
            max_new_tokens=tokens,
            pad_token_id=tokenizer.pad_token_id or 0,
            streamer=arrivals,
        )
        return arrivals.times

    write(WARM_UP_TOKENS)
    return tokens_per_second(write(TOKENS))


@torch.inference_mode()
def forward_paces(folder: str, dtype: str, length: int, times: int) -> list[float]:
    """Return tokens per second of plain forwards over prompts that compute the last position's logits only."""
    model, _ = load_with_transformers(folder, dtype)
    paces = []
    for number in range(times + 1):
        ids = torch.randint(1000, 40_000, (1, length), generator=torch.Generator().manual_seed(number))
        begin = time.perf_counter()
        model(input_ids=ids, use_cache=True, logits_to_keep=1)
        paces.append(length / (time.perf_counter() - begin))
    return paces[1:]


def llama_cpp_reading_paces(gguf: str, length: int, times: int) -> list[float]:
    """Return tokens per second of prompts read by llama.cpp."""
    model: Any = import_module("llama_cpp").Llama(gguf, n_ctx=2048, n_threads=os.cpu_count(), verbose=False)
    paces = []
    for number in range(times + 1):
        ids = torch.randint(1000, 40_000, (length,), generator=torch.Generator().manual_seed(number)).tolist()
        model.reset()
        begin = time.perf_counter()
        model.eval(ids)
        paces.append(length / (time.perf_counter() - begin))
    return paces[1:]


def llama_cpp_speed(gguf: str, prompt: str) -> float:
    """Return tokens per second of one answer by llama.cpp, from the 4-bit file the starter was made of."""
    model: Any = import_module("llama_cpp").Llama(gguf, n_ctx=2048, n_threads=os.cpu_count(), verbose=False)
    never = {str(model.token_eos()): -100.0}  # it may not stop early

    def write(tokens: int) -> list[float]:
        pieces = model.create_chat_completion(
            [{"role": "user", "content": prompt}],
            stream=True,
            temperature=0.7,
            top_k=40,
            top_p=0.95,
            max_tokens=tokens,
            logit_bias=never,
        )
        return [time.perf_counter() for piece in pieces if piece["choices"][0]["delta"].get("content")]

    write(WARM_UP_TOKENS)
    return tokens_per_second(write(TOKENS))
