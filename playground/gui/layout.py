"""What a restart restores: the window's place, the panel, the chat, the last model. One small JSON file."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from playground.core.paths import write_atomically


@dataclass
class Layout:
    """Remembered between two starts. Every part may be missing or stale."""

    geometry: str = ""  # base64 of Qt's own form
    panel: str = ""
    model: str = ""  # the path of the model used last
    model_name: str = ""
    panels: dict[str, Any] = field(default_factory=dict)


def read_layout(path: Path) -> Layout:
    """Return what was remembered; nothing when the file is missing or damaged. A damaged one is kept beside it."""
    layout = Layout()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return layout
    except (OSError, ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        with suppress(OSError):
            path.replace(path.with_name(f"{path.name}.corrupt"))
        return layout
    for part in fields(Layout):
        value = data.get(part.name)
        if isinstance(value, type(getattr(layout, part.name))):
            setattr(layout, part.name, value)
    return layout


def write_layout(path: Path, layout: Layout) -> None:
    write_atomically(path, json.dumps(asdict(layout), indent=1))
