"""Small JSON files the application keeps for itself: whatever has become of one, it is set aside and not lost."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path
from typing import Any

MOST = 1_000_000  # bytes; a larger file was not written here, and reading it would hold up the start


def read_object(path: Path, what: str) -> tuple[dict[str, Any], str]:
    """Return the object a file holds and what was wrong with it, in words; nothing when there is no file.

    A damaged file is kept under another name. `what` begins the sentence that says so: "The settings file".
    """
    data: Any = None
    try:
        state = path.stat()
        if stat.S_ISREG(state.st_mode) and state.st_size <= MOST:
            data = json.loads(path.read_text(encoding="utf-8-sig"))  # some editors begin with a byte order mark
    except FileNotFoundError:
        return {}, ""
    except (OSError, ValueError, RecursionError):
        data = None
    if isinstance(data, dict):
        return data, ""
    return {}, f"{what} could not be read{set_aside(path)}"


def set_aside(path: Path) -> str:
    """Give a file another name that is free; return how a sentence about it ends."""
    stamp, number = f"{path.name}.corrupt-{time.strftime('%Y%m%d-%H%M%S')}", 1
    kept = path.with_name(stamp)
    while kept.exists():
        number += 1
        kept = path.with_name(f"{stamp}-{number}")
    try:
        path.replace(kept)
    except OSError as error:
        return f", and not be kept under another name ({error.strerror})."
    return f". It was kept as {kept.name}."
