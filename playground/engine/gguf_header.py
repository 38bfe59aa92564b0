"""Read a GGUF file's header with hard limits, so that a crafted one can neither hang nor fill the memory.

https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path

from playground.core.errors import UserError

Scalar = str | int | float | bool

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_STRING, _ARRAY, _BOOL = 8, 9, 7
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "B", 10: "Q", 11: "q", 12: "d"}
_TENSOR_LIMIT, _FIELD_LIMIT, _ARRAY_STRINGS = 100_000, 10_000, 2_000_000
_KEY_LIMIT, _STRING_LIMIT = 65_535, 4_000_000


@dataclass(frozen=True)
class GgufTensor:
    """One tensor: `shape` in the order torch uses, `type` the number of its quantization."""

    name: str
    shape: tuple[int, ...]
    type: int
    offset: int  # from the beginning of the data

    @property
    def count(self) -> int:
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """Return what it takes in the file; raise E-GGUF for a quantization nobody knows."""
        from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

        try:
            block, width = GGML_QUANT_SIZES[GGMLQuantizationType(self.type)]
        except (ValueError, KeyError):
            raise _bad(f"the tensor “{self.name[:80]}” has the unknown type {self.type}") from None
        return -(-self.count // block) * width


@dataclass(frozen=True)
class GgufHeader:
    """The fields (of arrays only the length) and the tensors of a GGUF file; their bytes begin at `start`."""

    fields: dict[str, Scalar]
    lengths: dict[str, int]
    tensors: tuple[GgufTensor, ...]
    size: int  # of the file, in bytes
    start: int

    def text(self, key: str) -> str:
        value = self.fields.get(key, "")
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        value = self.fields.get(key, 0)
        return value if isinstance(value, int) and value >= 0 else 0


def read_gguf_header(path: Path) -> GgufHeader:
    """Return the header of a GGUF file; raise E-GGUF for one that is damaged, crafted or too new."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Reader(data).header()
    except (struct.error, ValueError, IndexError) as error:
        raise _bad("it ends too early or is damaged") from error


class _Reader:
    """Walks over the bytes; every length is compared with what is left before it is used."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.at, self.strings = data, 0, 0

    def header(self) -> GgufHeader:
        if self.data[:4] != _MAGIC:
            raise _bad("it does not begin with “GGUF”")
        self.at = 4
        version = self._number("I")
        if version not in _VERSIONS:
            raise _bad(f"its version is {version}; this program reads {' and '.join(map(str, _VERSIONS))}")
        tensors, count = self._number("Q"), self._number("Q")
        if tensors > _TENSOR_LIMIT or count > _FIELD_LIMIT:
            raise _bad(f"it claims {tensors:,} tensors and {count:,} fields")
        fields: dict[str, Scalar] = {}
        lengths: dict[str, int] = {}
        for _ in range(count):
            self._field(fields, lengths)
        found = tuple(self._tensor() for _ in range(tensors))
        start = self._data_start(int(fields.get("general.alignment", 32)))
        for tensor in found:
            self._check_size(tensor, start)
        return GgufHeader(fields, lengths, found, len(self.data), start)

    def _field(self, fields: dict[str, Scalar], lengths: dict[str, int]) -> None:
        key, kind = self._text(_KEY_LIMIT), self._number("I")
        if kind == _ARRAY:
            lengths[key] = self._skip_array()
        else:
            fields[key] = self._value(kind)

    def _value(self, kind: int) -> Scalar:
        if kind == _STRING:
            return self._text(_STRING_LIMIT)
        if kind not in _SCALARS:
            raise _bad(f"it has a field of the unknown type {kind}")
        (value,) = struct.unpack_from("<" + _SCALARS[kind], self.data, self.at)
        self.at += struct.calcsize(_SCALARS[kind])
        return bool(value) if kind == _BOOL else value

    def _skip_array(self) -> int:
        kind, length = self._number("I"), self._number("Q")
        if kind == _STRING:
            self.strings += length
            if self.strings > _ARRAY_STRINGS or 8 * length > self._left():
                raise _bad(f"it claims a list of {length:,} texts")
            for _ in range(length):
                self._skip(self._number("Q"))
        elif kind in _SCALARS:
            self._skip(length * struct.calcsize("<" + _SCALARS[kind]))
        else:
            raise _bad(f"it has a list of the unknown type {kind}")
        return length

    def _tensor(self) -> GgufTensor:
        name, dimensions = self._text(_KEY_LIMIT), self._number("I")
        if dimensions > 4:
            raise _bad(f"the tensor “{name[:80]}” has {dimensions} dimensions")
        shape = tuple(self._number("Q") for _ in range(dimensions))
        return GgufTensor(name, shape[::-1], self._number("I"), self._number("Q"))

    def _data_start(self, alignment: int) -> int:
        if not 0 < alignment <= 2**20:
            raise _bad(f"its alignment is {alignment}")
        return -(-self.at // alignment) * alignment

    def _check_size(self, tensor: GgufTensor, start: int) -> None:
        end = start + tensor.offset + tensor.bytes
        if end > len(self.data):
            raise _bad(f"expected {end:,} bytes, found {len(self.data):,}")

    def _number(self, form: str) -> int:
        (value,) = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize(form)
        return int(value)

    def _text(self, limit: int) -> str:
        length = self._number("Q")
        if length > min(limit, self._left()):
            raise _bad(f"it claims a text of {length:,} bytes")
        self.at += length
        return self.data[self.at - length : self.at].decode("utf-8", "replace")

    def _skip(self, length: int) -> None:
        if length > self._left():
            raise _bad(f"it claims {length:,} bytes where {self._left():,} are left")
        self.at += length

    def _left(self) -> int:
        return len(self.data) - self.at


def _bad(reason: str) -> UserError:
    return UserError(f"This GGUF file cannot be read: {reason}.", "Get the file again.", "E-GGUF")
