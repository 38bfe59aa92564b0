"""Presets: named values of the sampling chain, ours and the user's own."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.core.errors import UserError
from playground.core.options import Option, options_of
from playground.core.paths import Paths, resources, write_atomically
from playground.core.registry import kind_of, scan, suggest
from playground.core.roles import file_for
from playground.core.token_rows import clean
from playground.recipes import samplers
from playground.recipes.run_settings import RunSettings, full_chain
from playground.recipes.sampler import Sampler, Stage

MODELS_OWN = "Model's own settings"
"""The preset whose values are those of the model's generation_config, over neutral ones."""

MAX_BYTES = 1_000_000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Preset:
    """Named values, each as ("stage.option", value). What is not named is neutral."""

    name: str
    values: tuple[tuple[str, float | str], ...] = ()
    ours: bool = False


def presets(paths: Paths) -> tuple[Preset, ...]:
    """Return our presets, then the user's; a file that cannot be read is left out and logged."""
    listed = json.loads((resources() / "presets.json").read_text(encoding="utf-8"))
    ours = [dataclasses.replace(_checked(entry, "presets.json"), ours=True) for entry in listed]
    own = []
    for file in sorted(paths.presets.glob("*.json")):
        try:
            own.append(read_preset(file))
        except UserError as error:
            log.warning("%s is left out: %s", file.name, error)
    return (*ours, *own)


def read_preset(file: Path) -> Preset:
    """Read a preset from a file somebody made; raise E-PRESET saying what is wrong with it."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise UserError(f"{file.name} is too large for a preset.", code="E-PRESET")
        data = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{file.name} cannot be read as a preset.", "It should be JSON.", "E-PRESET") from error
    return _checked(data, file.name)


def save_preset(paths: Paths, preset: Preset) -> Path:
    """Keep a preset of the user's; one of the same name is replaced in one step."""
    name = clean(preset.name).strip()
    if not name:
        raise UserError("A preset needs a name.", code="E-PRESET")
    if any(known.ours and known.name.lower() == name.lower() for known in presets(paths)):
        raise UserError(f"“{name}” is one of the built-in presets.", "Choose another name.", "E-PRESET")
    file = _place(paths, name)
    _write(file, dataclasses.replace(preset, name=name))
    return file


def import_preset(paths: Paths, file: Path) -> Preset:
    """Take over a preset from a file, and return it; one that is named like ours gets another name."""
    preset = read_preset(file)
    if any(known.ours and known.name.lower() == preset.name.lower() for known in presets(paths)):
        preset = dataclasses.replace(preset, name=f"{preset.name} (imported)")
    save_preset(paths, preset)
    return preset


def export_preset(preset: Preset, file: Path) -> None:
    """Write a preset into a file of the user's choice."""
    _write(file, preset)


def delete_preset(paths: Paths, name: str) -> None:
    """Remove one of the user's presets."""
    try:
        _place(paths, name.strip()).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"“{name}” cannot be deleted: {error.strerror}.", code="E-PRESET") from error


def preset_of(name: str, settings: RunSettings) -> Preset:
    """Return the present sampling values as a preset: those of the stages that are on and change something."""
    values = tuple(
        (f"{_stage_name(type(stage.sampler))}.{opt.name}", getattr(stage.sampler, opt.name))
        for stage in settings.chain
        if stage.on and not stage.sampler.is_neutral
        for opt in options_of(type(stage.sampler))
    )
    return Preset(name, values)


def apply(preset: Preset, settings: RunSettings, model_defaults: Mapping[str, float]) -> RunSettings:
    """Return the settings with every stage on and at the preset's values; what it does not name is neutral.

    `model_defaults` are the values of the model's generation_config by their names there; only `MODELS_OWN` uses
    them, cut to what our controls allow.
    """
    own = preset.ours and preset.name == MODELS_OWN
    values = _of_model(model_defaults) if own else dict(preset.values)
    present = {type(stage.sampler) for stage in settings.chain}
    chain = (*settings.chain, *(stage for stage in full_chain() if type(stage.sampler) not in present))
    stages = tuple(Stage(_with_values(stage.sampler, values)) for stage in chain)
    return dataclasses.replace(settings, chain=stages)


def _with_values(sampler: Sampler, values: Mapping[str, float | str]) -> Sampler:
    name, fields = _stage_name(type(sampler)), {}
    for opt in options_of(type(sampler)):
        neutral = opt.default if opt.neutral is None else opt.neutral
        fields[opt.name] = opt.type(values.get(f"{name}.{opt.name}", neutral))
    return dataclasses.replace(sampler, **fields)


def _of_model(defaults: Mapping[str, float]) -> dict[str, float | str]:
    """Translate the names of a generation_config: the stage's file is called after its first option there."""
    values: dict[str, float | str] = {}
    for name, kind in scan(samplers, Sampler).items():
        opt = options_of(kind)[0]
        if name in defaults:
            values[f"{name}.{opt.name}"] = _within(opt, defaults[name])
    return values


def _within(opt: Option, value: float) -> float:
    low = value if opt.low is None else max(value, opt.low)
    return low if opt.high is None else min(low, opt.high)


def _stage_name(kind: type[Sampler]) -> str:
    return kind_of(kind).rpartition("/")[2]


def _place(paths: Paths, name: str) -> Path:
    return file_for(paths.presets, name, _name_in)


def _name_in(file: Path) -> str:
    try:
        return read_preset(file).name
    except UserError:
        return ""


def _write(file: Path, preset: Preset) -> None:
    data = {"name": preset.name, "values": dict(preset.values)}
    try:
        write_atomically(file, json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(f"The preset cannot be written: {reason}.", "Choose another place.", "E-PRESET") from error


def _checked(data: Any, where: str) -> Preset:
    """Build a preset from a file's data; raise E-PRESET or E-OPTION naming what is wrong."""
    if not isinstance(data, dict) or not isinstance(data.get("name"), str) or not data["name"].strip():
        raise UserError(f"{where} holds no preset.", "It needs a “name” and “values”.", "E-PRESET")
    values = data.get("values", {})
    if not isinstance(values, dict):
        raise UserError(f"The values in {where} should be an object.", code="E-PRESET")
    known = {f"{name}.{o.name}": (kind, o) for name, kind in scan(samplers, Sampler).items() for o in options_of(kind)}
    for key, value in values.items():
        if key not in known:
            raise UserError(f"{where} sets “{key}”, which does not exist.", suggest(key, known), "E-PRESET")
        kind, opt = known[key]
        kind(**{opt.name: int(value) if _is_whole(opt, value) else value})  # refuses it by name
    return Preset(data["name"].strip(), tuple(values.items()))


def _is_whole(opt: Option, value: Any) -> bool:
    return opt.type is int and isinstance(value, float) and value.is_integer()
