"""Preferences: one JSON file made of the same options as everything else."""

from __future__ import annotations

import dataclasses
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.core.errors import UserError
from playground.core.jsonfile import read_object, set_aside
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
    """Return the saved settings and what was wrong with the file, if anything; a bad file is kept aside.

    Of a file with bad values the good ones are used, and written down at once: the file is set aside only once.
    """
    data, trouble = read_object(path, "The settings file")
    if trouble:
        return Settings(), f"{trouble} The defaults are in use."
    settings, lost = _usable(data)
    if not lost:
        return settings, ""
    trouble = f"The settings file could not be used as a whole{set_aside(path)}"
    with suppress(OSError):
        write_settings(path, settings)
    return settings, f"{trouble} The defaults are in use for: {', '.join(lost)}."


def write_settings(path: Path, settings: Settings) -> None:
    """Save them in one step."""
    write_atomically(path, json.dumps(dataclasses.asdict(settings), indent=2) + "\n")


def _usable(data: dict[str, Any]) -> tuple[Settings, list[str]]:
    """Take every value that is valid; the others keep their defaults. Return the titles of those too.

    A name that is not known here belongs to another version, and says nothing to the user.
    """
    settings, lost = Settings(), []
    for opt in options_of(Settings):
        if opt.name in data:
            try:
                settings = dataclasses.replace(settings, **{opt.name: data[opt.name]})
            except UserError:
                lost.append(opt.title)
    return settings, lost
