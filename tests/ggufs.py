"""Tiny GGUF files, written from a toy model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from safetensors.numpy import load_file

from tests.toys import CHATML, toy

HEADS, KV_HEADS = 4, 2
VOCABULARY = 512  # more rows than tokens: some tokenizers add special tokens of their own


def toy_gguf(path: Path, kind: str = "llama", quantization: str = "Q4_1", tied: bool = True, **changes: Any) -> Path:
    """Write a toy of this kind ("llama", "qwen3" or "gemma2") as a GGUF file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = toy(kind, path.parent / f".{path.stem}-source", tied, vocab_size=VOCABULARY, **changes)
    config = json.loads((folder / "config.json").read_text())
    writer = gguf.GGUFWriter(path, kind)
    writer.add_name(f"Toy {kind}")
    writer.add_license("cc0-1.0")
    writer.add_block_count(2)
    writer.add_context_length(256)
    writer.add_embedding_length(32)
    writer.add_feed_forward_length(64)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(10_000.0)
    writer.add_vocab_size(config["vocab_size"])
    head_size = config.get("head_dim") or 8
    writer.add_rope_dimension_count(head_size)
    writer.add_key_length(head_size)
    writer.add_value_length(head_size)
    kinds = gguf.GGMLQuantizationType
    files = {
        "Q4_1": gguf.LlamaFileType.MOSTLY_Q4_1,
        "F16": gguf.LlamaFileType.MOSTLY_F16,
        "Q8_0": gguf.LlamaFileType.MOSTLY_Q8_0,
    }
    writer.add_file_type(files.get(quantization, gguf.LlamaFileType.ALL_F32))
    _add_tokenizer(writer, folder)
    table = gguf.get_tensor_name_map(next(k for k, v in gguf.MODEL_ARCH_NAMES.items() if v == kind), 2)
    for name, weight in load_file(folder / "model.safetensors").items():
        theirs = table.get_name(name, try_suffixes=(".weight", ".bias"))
        assert theirs is not None, name
        stored = kinds[quantization] if weight.ndim == 2 else kinds.F32
        values = _pairs(weight, theirs) if kind == "llama" else weight
        writer.add_tensor(theirs, gguf.quants.quantize(values, stored), raw_dtype=stored)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _pairs(weight: np.ndarray, name: str) -> np.ndarray:
    """Put rotary rows side by side in pairs, as llama.cpp keeps them."""
    heads = HEADS if ".attn_q." in name else KV_HEADS if ".attn_k." in name else 0
    if not heads:
        return weight
    halves = weight.reshape(heads, 2, -1, weight.shape[-1])  # (heads, 2, head size / 2, width)
    return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(weight.shape)


def _add_tokenizer(writer: gguf.GGUFWriter, folder: Path) -> None:
    data = json.loads((folder / "tokenizer.json").read_text())
    special = {token["id"] for token in data["added_tokens"]}
    words = sorted(data["model"]["vocab"].items(), key=lambda item: item[1])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([word for word, _ in words])
    writer.add_token_types([3 if number in special else 1 for _, number in words])
    writer.add_token_merges([" ".join(pair) for pair in data["model"]["merges"]])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(3)
    writer.add_chat_template(CHATML)
