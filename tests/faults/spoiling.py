"""Ways to spoil a model folder."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

INDEX = "model.safetensors.index.json"


def change_json(file: Path, **changes: Any) -> None:
    """Set fields of a JSON object; a missing file becomes one."""
    data = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.write_text(json.dumps({**data, **changes}), encoding="utf-8")


def change_weights(folder: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
    """Change the stored tensors."""
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file({name: weight.contiguous() for name, weight in weights.items()}, folder / "model.safetensors")


def change_header(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what the weights' header says, and leave the bytes behind it."""
    file = folder / "model.safetensors"
    data = file.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    change(header)
    write_header(file, json.dumps(header).encode(), data[8 + length :])


def write_header(file: Path, header: bytes, rest: bytes = b"") -> None:
    """Write a safetensors file with this header."""
    file.write_bytes(len(header).to_bytes(8, "little") + header + rest)


def shard(folder: Path, name: str) -> None:
    """Replace the weights by an index that names one file."""
    names = load_file(folder / "model.safetensors")
    (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": dict.fromkeys(names, name)}))
    (folder / "model.safetensors").unlink()


class _Touch:
    """Unpickling one creates a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> tuple[Any, tuple[str, int]]:
        return os.open, (str(self._file), os.O_CREAT)


def payload(canary: Path, protocol: int = 2) -> bytes:
    """Return a pickle that touches the canary when it is loaded."""
    return pickle.dumps({"weight": _Touch(canary)}, protocol)


def code(canary: Path) -> str:
    """Return Python source that touches the canary when it is imported."""
    return f"import pathlib\npathlib.Path({str(canary)!r}).touch()\n\n\nclass Evil:\n    pass\n"
