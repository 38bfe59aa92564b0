"""What a model is, read from its files without loading it. Knows no torch."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from playground.core.errors import UserError, redact
from playground.core.facts import ModelInfo
from playground.engine.files import inside, read_json
from playground.engine.gguf_header import GgufHeader, read_gguf_header
from playground.engine.kinds import refuse_bare, refuse_other_kind
from playground.engine.notes import OriginNote, read_note
from playground.engine.weight_files import TensorEntry, dominant_dtype, stored_tensors

LAYER_LIMIT = 1000
_MANY_LAYERS = 200  # more than this are built only when the weights hold them
_NUMBER_LIMIT = 2**31
_TOKENIZER_CONFIG_LIMIT = 20_000_000

# What the same thing is called in the configs of different architectures.
_WORDS = {
    "num_layers": ("num_hidden_layers", "n_layer", "n_layers", "num_layers", "decoder_layers"),
    "num_attention_heads": (
        *("num_attention_heads", "n_head", "n_heads", "num_heads", "attention_heads", "decoder_attention_heads"),
    ),
    "num_key_value_heads": ("num_key_value_heads", "n_kv_heads", "num_kv_heads", "multi_query_group_num"),
    "hidden_size": ("hidden_size", "n_embd", "d_model", "dim", "n_embed", "emb_dim"),
    "vocab_size": ("vocab_size", "padded_vocab_size"),
    "context": ("max_position_embeddings", "n_positions", "max_seq_len", "max_sequence_length", "seq_length", "n_ctx"),
    "head_size": ("head_dim", "kv_channels"),
}
_QUANTIZATION = re.compile(r"[.-]((?:I?Q\d\w*)|F16|BF16|F32)$", re.IGNORECASE)
_OPENED = (".json", ".jinja", ".txt", ".model", ".safetensors")
_LAYER = re.compile(r"(?:^|\.)(\d+)\.")


def describe(path: Path) -> ModelInfo:
    """Return what the model in this folder or GGUF file is; raise a UserError that names what is wrong with it."""
    try:
        if path.is_dir():
            return _describe_folder(path)
        if path.is_file():
            return _describe_gguf(path)
    except OSError as error:
        raise UserError(
            f"“{path.name}” cannot be read: {error.strerror}.",
            "Check that it is still there, and its permissions.",
            "E-MODEL-NOTFOUND",
        ) from error
    raise UserError(f"There is no model at {redact(str(path))}.", "It may have been moved.", "E-MODEL-NOTFOUND")


def read_config(folder: Path) -> dict[str, Any]:
    """Return config.json after the checks that need no library; raise a UserError otherwise."""
    if not inside(folder, "config.json").is_file():
        refuse_bare(folder)
        raise UserError(
            f"“{folder.name}” is no model folder: it has no config.json.",
            "Choose the folder that holds config.json and the weights.",
            "E-MODEL-NOCONFIG",
        )
    config = read_json(folder, "config.json")
    _refuse_code(folder, config)
    _check_beside(folder)
    if not isinstance(config.get("model_type"), str):
        raise UserError("config.json does not name its “model_type”.", _AGAIN, "E-MODEL-CONFIG")
    refuse_other_kind(folder, config)
    return config


def _refuse_code(folder: Path, config: dict[str, Any]) -> None:
    tokenizer = read_json(folder, "tokenizer_config.json", "E-TOKENIZER", _TOKENIZER_CONFIG_LIMIT)
    parts = [config, tokenizer, *(part for part in config.values() if isinstance(part, dict))]
    marks = ("auto_map", "trust_remote_code")
    if any(part.get(mark) for part in parts for mark in marks) or any(folder.glob("*.py")):
        raise UserError(
            f"“{folder.name}” contains code; it was not executed.",
            "Look for a version of this model that transformers knows without extra code.",
            "E-REMOTE-CODE",
        )


def _check_beside(folder: Path) -> None:
    """Refuse what the library would open later: files that lie elsewhere, and settings that cannot be read."""
    for file in folder.iterdir():
        if file.suffix in _OPENED:
            inside(folder, file.name)
    read_json(folder, "generation_config.json")


def _describe_folder(folder: Path) -> ModelInfo:
    config = read_config(folder)
    entries = stored_tensors(folder)
    numbers = _numbers(config)
    heads, width = numbers["num_attention_heads"], numbers["hidden_size"] or _embedding(entries)[1]
    stored = _count_layers(entry.name for entry in entries)
    layers = numbers["num_layers"] or stored
    _check_layers(max(layers, *_layer_counts(config)), stored)
    note = read_note(folder) or OriginNote()
    return ModelInfo(
        path=str(folder),
        name=note.name or _name(folder),
        format="safetensors",
        architecture=_architecture(config),
        parameters=sum(entry.count for entry in entries),
        layers=layers,
        heads=heads,
        kv_heads=numbers["num_key_value_heads"] or heads,
        head_size=numbers["head_size"] or (width // heads if heads else 0),
        width=width,
        vocabulary=numbers["vocab_size"] or _embedding(entries)[0],
        context=numbers["context"],
        dtype=dominant_dtype(entries),
        bytes=sum(file.stat().st_size for file in folder.iterdir() if file.is_file()),
        licence=note.licence or _licence(folder),
        origin=note.origin,
        has_template=_has_template(folder),
    )


def _numbers(config: dict[str, Any]) -> dict[str, int]:
    """Return the counts of a config under one set of names; 0 where it states none."""
    nested = config.get("text_config")
    config = {**config, **nested} if isinstance(nested, dict) else config
    numbers = {}
    for name, words in _WORDS.items():
        stated = next((word for word in words if config.get(word) is not None), "")
        numbers[name] = _count(stated, config[stated]) if stated else 0
    return numbers


def _check_layers(claimed: int, stored: int) -> None:
    if claimed > LAYER_LIMIT or claimed > max(_MANY_LAYERS, stored):
        raise UserError(
            f"config.json claims {claimed:,} layers; the weights hold {stored:,}.", _AGAIN, "E-MODEL-CONFIG"
        )


def _layer_counts(config: dict[str, Any]) -> list[int]:
    """Return every count of layers a config states, under whatever name."""
    parts = [config, *(part for part in config.values() if isinstance(part, dict))]
    counts = [value for part in parts for name, value in part.items() if "layer" in name and type(value) is int]
    return [0, *counts]


def _count(field: str, value: Any) -> int:
    if type(value) is not int or not 0 < value < _NUMBER_LIMIT:
        raise UserError(
            f"config.json: “{field}” should be a positive whole number, found {str(value)[:40]!r}.",
            _AGAIN,
            "E-MODEL-CONFIG",
        )
    return value


def _architecture(config: dict[str, Any]) -> str:
    names = config.get("architectures")
    return names[0] if isinstance(names, list) and names and isinstance(names[0], str) else config["model_type"]


def _count_layers(names: Iterable[str]) -> int:
    found = [int(match[1]) for name in names if (match := _LAYER.search(name)) and len(match[1]) < 7]
    return max(found) + 1 if found else 0


def _embedding(entries: Iterable[TensorEntry]) -> tuple[int, int]:
    """Return (vocabulary, width) from the largest two-dimensional weight with "embed" or "wte" in its name."""
    tables = [e.shape for e in entries if len(e.shape) == 2 and ("embed" in e.name or "wte" in e.name)]
    rows, width = max(tables, default=(0, 0))
    return rows, width


def _name(folder: Path) -> str:
    """Return the name users know: owner/name for what came from the Hub."""
    name = folder.absolute().name
    if folder.absolute().parent.name == "snapshots":
        name = folder.absolute().parent.parent.name.removeprefix("models--")
    owner, mark, rest = name.partition("--")
    return f"{owner}/{rest}" if mark else name


def _licence(folder: Path) -> str:
    """Return the licence the model card states at its head, or nothing."""
    card = inside(folder, "README.md")
    if not card.is_file():
        return ""
    with card.open(encoding="utf-8", errors="replace") as file:
        text = file.read(20_000)
    head = text.split("\n---", 1)[0] if text.startswith("---") else ""
    match = re.search(r"^license:[ \t]*[\"']?([\w.+ -]{1,60}?)[\"']?[ \t]*$", head, re.MULTILINE)
    return match[1] if match else ""


def _has_template(folder: Path) -> bool:
    if (folder / "chat_template.jinja").is_file():
        return True
    return bool(read_json(folder, "tokenizer_config.json", "E-TOKENIZER", _TOKENIZER_CONFIG_LIMIT).get("chat_template"))


def _describe_gguf(path: Path) -> ModelInfo:
    header = read_gguf_header(path)
    kind = header.text("general.architecture")
    if not re.fullmatch(r"[\w.-]{1,60}", kind):
        raise UserError("This GGUF file does not name its architecture.", "Get the file again.", "E-GGUF")
    heads, width = header.number(f"{kind}.attention.head_count"), header.number(f"{kind}.embedding_length")
    layers, stored = header.number(f"{kind}.block_count"), _count_layers(tensor.name for tensor in header.tensors)
    if layers > LAYER_LIMIT or layers > max(_MANY_LAYERS, stored):
        raise UserError(f"This GGUF file claims {layers:,} layers; it holds {stored:,}.", _AGAIN, "E-GGUF")
    dtype = _gguf_dtype(header)
    return ModelInfo(
        path=str(path),
        name=_QUANTIZATION.sub("", path.stem),
        format="gguf",
        architecture=kind,
        parameters=sum(tensor.count for tensor in header.tensors),
        layers=layers,
        heads=heads,
        kv_heads=header.number(f"{kind}.attention.head_count_kv") or heads,
        head_size=header.number(f"{kind}.attention.key_length") or (width // heads if heads else 0),
        width=width,
        vocabulary=header.number(f"{kind}.vocab_size") or header.lengths.get("tokenizer.ggml.tokens", 0),
        context=header.number(f"{kind}.context_length"),
        dtype=dtype,
        bytes=header.size,
        licence=header.text("general.license"),
        origin=f"quantized to {dtype}" if "Q" in dtype else "",
        has_template=bool(header.text("tokenizer.chat_template")),
    )


def _gguf_dtype(header: GgufHeader) -> str:
    """Return the format's name for what most weights are in, such as "Q4_1"."""
    from gguf.constants import GGMLQuantizationType, LlamaFileType

    stated = header.fields.get("general.file_type")
    if isinstance(stated, int) and stated in [kind.value for kind in LlamaFileType]:
        return LlamaFileType(stated).name.removeprefix("MOSTLY_").removeprefix("ALL_")
    sizes: dict[int, int] = {}
    for tensor in header.tensors:
        sizes[tensor.type] = sizes.get(tensor.type, 0) + tensor.count
    return GGMLQuantizationType(max(sizes, key=lambda kind: sizes[kind])).name if sizes else ""


_AGAIN = "Get the model's files again."
