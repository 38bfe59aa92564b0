"""What a restart restores: the window's place, the panel, the chat, the last model. One small JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from playground.core.jsonfile import read_object, set_aside
from playground.core.paths import write_atomically

WIDEST = 100_000  # pixels; Qt takes no number of any size


@dataclass
class Layout:
    """Remembered between two starts. Every part may be missing or stale."""

    geometry: str = ""  # base64 of Qt's own form
    panel: str = ""
    model: str = ""  # the path of the model used last
    model_name: str = ""
    panels: dict[str, Any] = field(default_factory=dict)


def read_layout(path: Path) -> tuple[Layout, str]:
    """Return what was remembered, and what was wrong with the file, if anything; a damaged one is kept aside.

    Parts of the wrong kind are left out.
    """
    data, trouble = read_object(path, "The layout of the window")
    layout, bad = Layout(), False
    for part in fields(Layout):
        value = data.get(part.name, getattr(layout, part.name))
        if isinstance(value, type(getattr(layout, part.name))):
            setattr(layout, part.name, value)
        else:
            bad = True
    if bad:
        trouble = f"The layout of the window could not be used as a whole{set_aside(path)}"
    return layout, f"{trouble} What is missing is as usual." if trouble else ""


def widths_in(value: object, count: int) -> list[int]:
    """Return the widths of this many parts in pixels; nothing when a file holds anything else in their place."""
    if not isinstance(value, list) or len(value) != count:
        return []
    return value if all(type(width) is int and 0 <= width <= WIDEST for width in value) else []


def write_layout(path: Path, layout: Layout) -> None:
    write_atomically(path, json.dumps(asdict(layout), indent=1))
