"""Random two-layer models with a small real tokenizer, built in code and saved as plain safetensors folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    Gemma2Config,
    GPT2Config,
    LlamaConfig,
    OPTConfig,
    Phi3Config,
    PreTrainedConfig,
    PreTrainedTokenizerFast,
    Qwen3Config,
)

KINDS = ("llama", "qwen3", "gemma2", "phi3", "gpt2", "opt")
"""The architectures every test of loading and decoding runs on."""

END = "<|im_end|>"
SPECIAL = ("<|endoftext|>", "<|im_start|>", END, "<pad>")

CHATML = (
    "{% if messages[0]['role'] != 'system' %}<|im_start|>system\nYou are a toy.<|im_end|>\n{% endif %}"
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""A chat template with a system role, and a default system prompt of its own."""

NO_SYSTEM_ROLE = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for message in messages %}{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}"
    "<|im_start|>{{ role }}\n{{ message['content'] | trim }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>model\n{% endif %}"
)
"""A chat template in the manner of Gemma's: it refuses a system message."""

_TEXT = (
    "A language model reads the words so far and gives every token of its vocabulary a probability. ",
    "The quick brown fox jumps over the lazy dog, and the five boxing wizards jump quickly. ",
    "def add(first, second):\n    return first + second\n\nprint(add(2, 3))\n",
    "Temperature makes the choice bolder; top-k and top-p cut away what is unlikely. 1 2 3 4 5 6 7 8 9 0 ",
    "Größe, naïve café, señor, 你好，世界, привет, 🙂 and other characters take several bytes. ",
)


def toy(
    kind: str, folder: Path, tied: bool = False, template: str | None = CHATML, seed: int = 0, **changes: Any
) -> Path:
    """Save a random model of this kind into `folder`, which is returned. `changes` go into its config."""
    from transformers import AutoModelForCausalLM

    tokenizer = toy_tokenizer(template)
    config = toy_config(kind, len(tokenizer), tied, **changes)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
        _spread(model)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _spread(model: torch.nn.Module) -> None:
    """Make the weights larger than at a fresh start, so that the toy prefers some tokens clearly."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim > 1:
                weight.normal_(0.0, 0.3)
            elif "norm" not in name and "ln_" not in name:
                weight.normal_(0.0, 0.1)


def toy_tokenizer(template: str | None = CHATML) -> PreTrainedTokenizerFast:
    """Return a byte-level tokenizer of about 500 tokens, trained on a few lines."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        show_progress=False,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(_TEXT * 2, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<|im_start|>",
        eos_token=END,
        pad_token="<pad>",
        additional_special_tokens=["<|endoftext|>"],
        model_max_length=256,
        clean_up_tokenization_spaces=False,
    )
    if template is not None:
        fast.chat_template = template
    return fast


def toy_config(kind: str, vocabulary: int, tied: bool, **changes: Any) -> PreTrainedConfig:
    """Return the config of a tiny model: two layers, width 32, a context of 256 tokens."""
    ids = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 3, "vocab_size": vocabulary}
    common = {**ids, "tie_word_embeddings": tied}
    modern = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 256,
    }
    if kind == "llama":
        return LlamaConfig(**{**common, **modern, **changes})
    if kind == "qwen3":
        return Qwen3Config(**{**common, **modern, "head_dim": 16, **changes})
    if kind == "gemma2":
        small = {"head_dim": 16, "sliding_window": 64, "query_pre_attn_scalar": 16}
        return Gemma2Config(**{**common, **modern, **small, **changes})
    if kind == "phi3":
        return Phi3Config(**{**common, **modern, "original_max_position_embeddings": 256, **changes})
    if kind == "gpt2":
        sizes = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 256, "n_inner": 64}
        return GPT2Config(**{**common, **sizes, **changes})
    if kind == "opt":
        sizes = {"hidden_size": 32, "ffn_dim": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
        return OPTConfig(**{**common, **sizes, "max_position_embeddings": 256, "word_embed_proj_dim": 32, **changes})
    raise ValueError(f"no toy of kind {kind!r}")
