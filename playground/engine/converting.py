"""GGUF file → plain safetensors folder, once, so that every later load takes a second.

What was quantized is stored in float16: its scales are float16 already, and rounding the products moves a
weight by at most 0.6 % of its quantization step (measured on the starter: KL ≤ 7e-6 to float32, same best
tokens), for half the disk and loading time. Float32 and bfloat16 files keep their format.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gguf as gguf_library
import numpy as np
import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig, PreTrainedConfig

from playground.core.errors import UserError
from playground.core.events import Progress, Story
from playground.core.facts import ModelInfo
from playground.core.paths import Paths
from playground.engine.building import empty_model
from playground.engine.gguf_header import GgufHeader, GgufTensor, read_gguf_header
from playground.engine.leftovers import fresh_folder, put_in_place
from playground.engine.notes import NOTE, OriginNote, converted_folder, is_converted
from playground.engine.quiet import quiet
from playground.engine.reader import reader
from playground.engine.weight_files import dominant_dtype, stored_tensors

__all__ = ["convert", "converted_folder", "is_converted"]

GRID_LEVELS, GRID_GROUP = 16, 32
_SHARD_BYTES = 2_000_000_000
_CHUNK = 4_000_000  # weights de-quantized between two signs of life
_SAMPLING = {
    "general.sampling.temp": "temperature",
    "general.sampling.top_k": "top_k",
    "general.sampling.top_p": "top_p",
    "general.sampling.min_p": "min_p",
}


def convert(paths: Paths, gguf: Path) -> Story[Path]:
    """Write the safetensors form of a GGUF file into the models folder and return that folder.

    Written beside and renamed at the end: what is interrupted leaves nothing that looks complete. A complete
    one is returned at once. Raises E-GGUF for a file that cannot be read or whose architecture is unknown.
    """
    yield Progress(0, 100, "Reading the description")
    target = converted_folder(paths, gguf)
    if is_converted(paths, gguf):
        return target
    info = reader("files").describe(gguf)
    with fresh_folder(paths.models, "converting") as folder, quiet(), _in_words():
        digest = yield from _digest(gguf)
        config = yield from _config(gguf)
        yield from _tokenizer(gguf, folder, config)
        on_grid = yield from _weights(gguf, folder, config)
        _write_config(read_gguf_header(gguf), folder, config)
        note = OriginNote(info.name, _origin(info, on_grid), info.licence, digest, info.bytes)
        (folder / NOTE).write_text(json.dumps(asdict(note), indent=2), encoding="utf-8")
        put_in_place(folder, target)
    yield Progress(100, 100, "Done")
    return target


@contextmanager
def _in_words() -> Iterator[None]:
    """Say of a file whose parts do not fit each other that it cannot be converted."""
    try:
        yield
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, StrictDataclassError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise UserError(
            f"This GGUF file cannot be converted: {reason}", "Try the model's safetensors form.", "E-GGUF"
        ) from error


def _digest(gguf: Path) -> Story[str]:
    sha, size, done = hashlib.sha256(), gguf.stat().st_size, 0
    with gguf.open("rb") as file:
        while block := file.read(16_000_000):
            sha.update(block)
            done += len(block)
            yield Progress(5 * done // size, 100, "Checking the file")
    return sha.hexdigest()


def _config(gguf: Path) -> Story[PreTrainedConfig]:
    yield Progress(5, 100, "Reading the description")
    try:
        config = AutoConfig.from_pretrained(
            gguf.parent, gguf_file=gguf.name, trust_remote_code=False, local_files_only=True
        )
    except (ValueError, KeyError, NotImplementedError, OSError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise UserError(
            f"This GGUF file cannot be converted: {reason}", "Try the model's safetensors form.", "E-GGUF"
        ) from error
    header = read_gguf_header(gguf)
    stated = header.number(f"{header.text('general.architecture')}.attention.key_length")
    if stated and getattr(config, "head_dim", None):
        config.head_dim = stated  # the library does not look at it and takes the architecture's usual value
    return config  # type: ignore[no-any-return]


def _tokenizer(gguf: Path, folder: Path, config: PreTrainedConfig) -> Story[None]:
    yield Progress(35, 100, "Building the tokenizer")
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            gguf.parent, gguf_file=gguf.name, trust_remote_code=False, local_files_only=True
        )
    except (GeneratorExit, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the Rust part panics with one that is no Exception
        raise UserError("The file's tokenizer cannot be read.", "Get the file again.", "E-TOKENIZER") from error
    tokenizer.model_max_length = config.max_position_embeddings
    tokenizer.save_pretrained(folder)
    # A class of its own would rebuild its usual pipeline at the next load; what the file says is in tokenizer.json.
    file = folder / "tokenizer_config.json"
    settings = {**json.loads(file.read_text(encoding="utf-8")), "tokenizer_class": "PreTrainedTokenizerFast"}
    file.write_text(json.dumps(settings, indent=2), encoding="utf-8")


def _weights(gguf: Path, folder: Path, config: PreTrainedConfig) -> Story[bool]:
    """Write all weights; return whether the quantized ones lie on a 4-bit grid."""
    header = read_gguf_header(gguf)
    direct = header.text("general.architecture") in _DIRECT
    yield Progress(60, 100, "De-quantizing the weights")
    tensors = _direct(gguf, header, config) if direct else _by_transformers(gguf)
    shards, done, on_grid = _Shards(folder), 0, []
    total = max(1, sum(tensor.count for tensor in header.tensors))
    for name, weight in tensors:
        done += weight.numel()
        if name:
            stored = _stored(weight, header)
            shards.add(name, stored)
            on_grid += [_on_grid(weight)] if weight.ndim == 2 and "layers." in name else []
        yield Progress(60 + min(35, 35 * done // total), 100, "De-quantizing the weights")
    yield Progress(95, 100, "Writing")
    shards.close()
    return bool(on_grid) and all(on_grid)


def _stored(weight: torch.Tensor, header: GgufHeader) -> torch.Tensor:
    """Return a weight in the format it is kept in."""
    sizes = {tensor.type for tensor in header.tensors if len(tensor.shape) > 1}
    if sizes == {gguf_library.GGMLQuantizationType.F32.value} or weight.abs().max() > torch.finfo(torch.float16).max:
        return weight.contiguous()
    bf16 = sizes == {gguf_library.GGMLQuantizationType.BF16.value}
    return weight.to(torch.bfloat16 if bf16 else torch.float16).contiguous()


Rearrange = Callable[[np.ndarray, str, PreTrainedConfig], np.ndarray]


def _as_is(weight: np.ndarray, name: str, config: PreTrainedConfig) -> np.ndarray:
    return weight


def _rotary_halves(weight: np.ndarray, name: str, config: PreTrainedConfig) -> np.ndarray:
    """Undo llama.cpp's order of query and key rows: pairs side by side there, two halves here."""
    if ".attn_q." not in name and ".attn_k." not in name:
        return weight
    heads = config.num_attention_heads if ".attn_q." in name else config.num_key_value_heads
    pairs = weight.reshape(heads, -1, 2, *weight.shape[1:])  # (heads, head size / 2, 2, width)
    return pairs.swapaxes(1, 2).reshape(weight.shape)


# Architectures whose GGUF form differs by names, and at most by the order of rows. All others take transformers' way.
_DIRECT: dict[str, Rearrange] = {"llama": _rotary_halves, "qwen2": _as_is, "qwen3": _as_is}


def _direct(gguf: Path, header: GgufHeader, config: PreTrainedConfig) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield (name, float32 weight) one by one; an empty name marks a part of one that is still in the making."""
    architecture = header.text("general.architecture")
    names, rearrange = _names(architecture, config), _DIRECT[architecture]
    data = np.memmap(gguf, dtype=np.uint8, mode="r", offset=header.start)
    for tensor in header.tensors:
        if tensor.name not in names:
            continue
        parts = []
        for part in _dequantized(data, tensor):
            parts.append(part)
            yield "", torch.empty(0)
        weight = np.concatenate(parts).reshape(tensor.shape)
        yield names[tensor.name], torch.from_numpy(np.ascontiguousarray(rearrange(weight, tensor.name, config)))


def _dequantized(data: np.ndarray, tensor: GgufTensor) -> Iterator[np.ndarray]:
    """Yield a tensor's values as float32, some rows at a time, flat."""
    kind = gguf_library.GGMLQuantizationType(tensor.type)
    rows = tensor.count // tensor.shape[-1]
    blocks = data[tensor.offset : tensor.offset + tensor.bytes].reshape(rows, -1)  # (rows, bytes of a row)
    step = max(1, _CHUNK // tensor.shape[-1])
    for row in range(0, rows, step):
        values = gguf_library.quants.dequantize(np.array(blocks[row : row + step]), kind)
        yield values.astype(np.float32, copy=False).reshape(-1)


def _names(architecture: str, config: PreTrainedConfig) -> dict[str, str]:
    """Map GGUF tensor names to those of the transformers model."""
    kind = next(key for key, value in gguf_library.MODEL_ARCH_NAMES.items() if value == architecture)
    table = gguf_library.get_tensor_name_map(kind, config.num_hidden_layers)
    names = empty_model(config, torch.float32).state_dict()
    found = {table.get_name(name, try_suffixes=(".weight", ".bias")): name for name in names}
    return {theirs: ours for theirs, ours in found.items() if theirs is not None}


def _by_transformers(gguf: Path) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield (name, float32 weight) of what transformers makes of the file: one long call."""
    yield "", torch.empty(0)
    model = AutoModelForCausalLM.from_pretrained(
        gguf.parent, gguf_file=gguf.name, dtype=torch.float32, trust_remote_code=False, local_files_only=True
    )
    tied = getattr(model, "all_tied_weights_keys", {})
    for name, weight in model.state_dict().items():
        if name not in tied:
            yield name, weight.detach()


def _on_grid(weight: torch.Tensor) -> bool:
    """Say whether groups of 32 weights hold at most 16 different values; looks at up to 2048 groups."""
    if weight.numel() % GRID_GROUP:
        return False
    groups = weight.reshape(-1, GRID_GROUP)[:2048].sort(dim=1).values  # (groups, 32)
    return bool(((groups.diff(dim=1) != 0).sum(dim=1) < GRID_LEVELS).all())


def _origin(info: ModelInfo, on_grid: bool) -> str:
    bits = re.match(r"I?Q(\d)", info.dtype)
    if bits is None:
        return f"from a GGUF file in {info.dtype}"
    return f"de-quantized from {bits[1]} bits ({info.dtype})" + (", on a 4-bit grid" if on_grid else "")


def _write_config(header: GgufHeader, folder: Path, config: PreTrainedConfig) -> None:
    config.architectures = [type(empty_model(config, torch.float32)).__name__]
    config.dtype = dominant_dtype(stored_tensors(folder))
    config.save_pretrained(folder)
    ids = {key: getattr(config, key, None) for key in ("bos_token_id", "eos_token_id", "pad_token_id")}
    sampling: dict[str, Any] = {
        ours: header.fields[theirs] for theirs, ours in _SAMPLING.items() if theirs in header.fields
    }
    if sampling:
        sampling["do_sample"] = True
    stated = GenerationConfig(**ids, **sampling)  # type: ignore[no-untyped-call]
    stated.save_pretrained(folder)


class _Shards:
    """Writes weights to safetensors files of bounded size, so that memory stays bounded too."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.waiting: dict[str, torch.Tensor] = {}
        self.bytes = 0
        self.files: list[tuple[Path, list[str]]] = []

    def add(self, name: str, weight: torch.Tensor) -> None:
        self.waiting[name] = weight
        self.bytes += weight.nbytes
        if self.bytes >= _SHARD_BYTES:
            self._write()

    def close(self) -> None:
        """Write what waits, and name the files as transformers expects them."""
        self._write()
        if len(self.files) == 1:
            self.files[0][0].rename(self.folder / "model.safetensors")
            return
        places: dict[str, str] = {}
        for number, (file, names) in enumerate(self.files, 1):
            final = file.rename(self.folder / f"model-{number:05d}-of-{len(self.files):05d}.safetensors")
            places.update(dict.fromkeys(names, final.name))
        index = {"metadata": {}, "weight_map": places}
        (self.folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")

    def _write(self) -> None:
        if self.waiting:
            file = self.folder / f"part-{len(self.files)}.safetensors"
            save_file(self.waiting, file, {"format": "pt"})
            self.files.append((file, list(self.waiting)))
            self.waiting, self.bytes = {}, 0
