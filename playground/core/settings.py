"""Preferences: one JSON file made of the same options as everything else."""

from __future__ import annotations

import dataclasses
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.core.errors import UserError
from playground.core.options import check_options, option, options_of
from playground.core.paths import write_atomically


@dataclass(frozen=True)
class Settings:
    """What the user prefers, on every screen."""

    theme: str = option("system", "Light, dark, or what the system says.", choices=("system", "light", "dark"))
    zoom: int = option(
        100, "Size of everything in the window. Ctrl + and Ctrl − change it too.", low=70, high=200, step=10, unit="%"
    )
    threads: int = option(
        0,
        "Processor threads the model may use. 0 takes every core.",
        low=0,
        high=256,
        slider_high=32,
        label="CPU threads",
    )
    cache_mb: int = option(
        1000,
        "Memory for what was read: the beginning of a prompt that repeats is not read again. 0 reads everything anew.",
        low=0,
        high=1_000_000,
        slider_high=8000,
        step=100,
        unit="MB",
        label="Prompt cache",
    )
    send_with_ctrl: bool = option(False, "Ctrl+Enter sends and Enter starts a new line.", label="Send with Ctrl+Enter")
    notify: bool = option(
        True, "Tell when a long job has ended while the window is in the background.", label="Notify me"
    )
    load_at_start: bool = option(
        False, "Load the model used last when the window opens.", label="Load the last model at start"
    )
    models_folder: str = option(
        "",
        "Where models are looked for, besides the application's own folder. Empty: nowhere else.",
        label="Models folder",
    )

    def __post_init__(self) -> None:
        check_options(self)


def read_settings(path: Path) -> tuple[Settings, str]:
    """Return the saved settings and what was wrong with the file, if anything; a bad file is kept aside."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings(), ""
    except (OSError, ValueError, RecursionError):
        return Settings(), _set_aside(path)
    if not isinstance(data, dict):
        return Settings(), _set_aside(path)
    return _usable(data), ""


def write_settings(path: Path, settings: Settings) -> None:
    """Save them in one step."""
    write_atomically(path, json.dumps(dataclasses.asdict(settings), indent=2) + "\n")


def _usable(data: dict[str, Any]) -> Settings:
    """Take every value that is valid; the others keep their defaults."""
    settings = Settings()
    for opt in options_of(Settings):
        if opt.name in data:
            try:
                settings = dataclasses.replace(settings, **{opt.name: data[opt.name]})
            except UserError:
                continue
    return settings


def _set_aside(path: Path) -> str:
    kept = path.with_name(f"{path.name}.corrupt-{time.strftime('%Y%m%d-%H%M%S')}")
    try:
        path.replace(kept)
    except OSError as error:
        return f"The settings file could not be read ({error.strerror}); the defaults are in use."
    return f"The settings file could not be read. It was kept as {kept.name}; the defaults are in use."
