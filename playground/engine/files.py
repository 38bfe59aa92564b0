"""Read small untrusted files of a model folder: never too much, never outside the folder, never code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playground.core.errors import UserError

SMALL = 1_000_000
"""More than this is no config: it is refused unread."""

_LONG_NAME = 250


def inside(folder: Path, name: str) -> Path:
    """Return the file `name` of a model folder; raise E-MODEL-PATH when it leads out of it.

    The Hub's own cache links the files of a snapshot into its `blobs/`: those links are fine.
    """
    if "\0" in name or len(name) > _LONG_NAME:
        raise UserError(f"“{name[:40]}…” is no name of a file.", _AGAIN, "E-MODEL-PATH")
    file = folder / name
    home, real = folder.resolve(), file.resolve()
    allowed = [home]
    if folder.absolute().parent.name == "snapshots":
        allowed.append(folder.absolute().parent.parent.resolve() / "blobs")
    if not any(real.is_relative_to(place) for place in allowed):
        raise UserError(
            f"“{name}” leads out of the model's folder.",
            "It was not opened. Get the model from a source you trust.",
            "E-MODEL-PATH",
        )
    return file


def read_json(folder: Path, name: str, code: str = "E-MODEL-CONFIG", limit: int = SMALL) -> dict[str, Any]:
    """Return a JSON object from the folder, or an empty one when there is no such file."""
    file = inside(folder, name)
    if not file.is_file():
        return {}
    if file.stat().st_size > limit:
        raise UserError(f"{name} is larger than {limit // 1_000_000} MB: it was not read.", _AGAIN, code)
    try:
        data = json.loads(file.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UserError(f"{name} is no UTF-8 text.", _AGAIN, code) from None
    except json.JSONDecodeError as error:
        raise UserError(f"{name} is no valid JSON: line {error.lineno}, {error.msg}.", _AGAIN, code) from None
    except ValueError:
        raise UserError(f"{name} holds a number that is too long.", _AGAIN, code) from None
    except RecursionError:
        raise UserError(f"{name} is nested too deeply.", _AGAIN, code) from None
    if not isinstance(data, dict):
        raise UserError(f"{name} should hold an object, found a {type(data).__name__}.", _AGAIN, code)
    return data


_AGAIN = "Get the model's files again."
