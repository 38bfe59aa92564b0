"""What a folder's safetensors files hold, read from their headers alone.

https://huggingface.co/docs/safetensors: eight bytes of length, a JSON header, then the bytes of all tensors
without gaps. Everything is checked against the file's size before anything is believed.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.core.errors import UserError
from playground.engine.files import inside, read_json
from playground.engine.kinds import refuse_other_format

SINGLE, INDEX = "model.safetensors", "model.safetensors.index.json"
_HEADER_LIMIT = 100_000_000
_INDEX_LIMIT = 20_000_000
_BITS = {
    **{"F64": 64, "I64": 64, "U64": 64, "F32": 32, "I32": 32, "U32": 32, "F16": 16, "BF16": 16, "I16": 16, "U16": 16},
    **{"I8": 8, "U8": 8, "BOOL": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6},
}
_NAMES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}


@dataclass(frozen=True)
class TensorEntry:
    """One stored tensor. `dtype` is in the file format's words, such as "BF16"."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    bytes: int
    file: Path

    @property
    def count(self) -> int:
        return math.prod(self.shape)


def stored_tensors(folder: Path) -> tuple[TensorEntry, ...]:
    """Return every tensor of the folder, file by file in the order of their bytes."""
    entries = [entry for file in weight_files(folder) for entry in _entries(file)]
    twice = [name for name, times in Counter(entry.name for entry in entries).items() if times > 1]
    if twice:
        raise UserError(f"The tensor “{twice[0]}” is stored twice.", _AGAIN, "E-WEIGHTS-CORRUPT")
    return tuple(entries)


def weight_files(folder: Path) -> tuple[Path, ...]:
    """Return the weight files: the one, or those the index names. Pickles are refused."""
    if inside(folder, SINGLE).is_file():
        return (folder / SINGLE,)
    index = read_json(folder, INDEX, "E-WEIGHTS-CORRUPT", _INDEX_LIMIT)
    if index:
        return _shards(folder, index)
    refuse_other_format(folder)
    raise UserError(f"“{folder.name}” holds no weights: there is no {SINGLE}.", _AGAIN, "E-MODEL-NOTFOUND")


def dominant_dtype(entries: tuple[TensorEntry, ...]) -> str:
    """Return the number format most of the bytes are in, in torch's words where torch has one."""
    sizes: Counter[str] = Counter()
    for entry in entries:
        sizes[entry.dtype] += entry.bytes
    kind = sizes.most_common(1)[0][0] if sizes else ""
    return _NAMES.get(kind, kind)


def _shards(folder: Path, index: dict[str, Any]) -> tuple[Path, ...]:
    places = index.get("weight_map")
    if not places or not isinstance(places, dict) or not all(isinstance(name, str) for name in places.values()):
        raise UserError(f"{INDEX} names no files.", _AGAIN, "E-WEIGHTS-CORRUPT")
    files = [inside(folder, name) for name in sorted(set(places.values()))]
    for file in files:
        if file.suffix != ".safetensors":
            raise UserError(f"The index names “{file.name}”, which is no safetensors file.", _AGAIN, "E-PICKLE-REFUSED")
        if not file.is_file():
            raise UserError(f"The weight file “{file.name}” is missing.", _AGAIN, "E-MODEL-INCOMPLETE")
    return tuple(files)


def _entries(file: Path) -> list[TensorEntry]:
    size = file.stat().st_size
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if size < 8 or length > size - 8 or length > _HEADER_LIMIT:
            raise _corrupt(file, 8 + length, size)
        header = _header(file, stream.read(length))
    places = [_entry(file, name, fields) for name, fields in header.items() if name != "__metadata__"]
    places.sort(key=lambda place: place[:2])
    position = 0
    for begin, end, entry in places:
        if begin != position:
            raise UserError(f"{file.name} has a hole before “{entry.name}”.", _AGAIN, "E-WEIGHTS-CORRUPT")
        position = end
    if 8 + length + position != size:
        raise _corrupt(file, 8 + length + position, size)
    return [entry for _, _, entry in places]


def _header(file: Path, raw: bytes) -> dict[str, Any]:
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise UserError(f"{file.name} has no readable header: it is no safetensors file.", _AGAIN, "E-WEIGHTS-CORRUPT")
    return header


def _entry(file: Path, name: str, fields: Any) -> tuple[int, int, TensorEntry]:
    """Return where a tensor begins and ends, and what it is."""
    fields = fields if isinstance(fields, dict) else {}
    dtype, shape, offsets = fields.get("dtype"), fields.get("shape"), fields.get("data_offsets")
    if isinstance(dtype, str) and dtype in _BITS and _counts(shape) and _counts(offsets) and len(offsets) == 2:
        begin, end = offsets
        if (end - begin) * 8 == math.prod(shape) * _BITS[dtype]:
            return begin, end, TensorEntry(name, dtype, tuple(shape), end - begin, file)
    raise UserError(f"{file.name} describes the tensor “{name[:80]}” wrongly.", _AGAIN, "E-WEIGHTS-CORRUPT")


def _counts(value: Any) -> bool:
    return isinstance(value, list) and all(type(item) is int and 0 <= item < 2**62 for item in value)


def _corrupt(file: Path, expected: int, found: int) -> UserError:
    return UserError(
        f"{file.name} is damaged: expected {expected:,} bytes, found {found:,}.", _AGAIN, "E-WEIGHTS-CORRUPT"
    )


_AGAIN = "Get the model's files again."
