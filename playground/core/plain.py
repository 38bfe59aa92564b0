"""Jobs and recipes as JSON, and back: presets, records, run folders and `playground run` share this form."""

from __future__ import annotations

import dataclasses
import functools
import importlib.util
import types
from typing import Any, Union, get_args, get_origin, get_type_hints

from playground.core.errors import UserError
from playground.core.registry import class_of, kind_of, suggest

VERSION = 1


def to_plain(value: Any) -> Any:
    """Turn a job, recipe or fact into dictionaries, lists and scalars. Kinds are named where they can vary."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"kind": kind_of(type(value)), **fields} if _is_open(type(value)) else fields
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"{type(value).__name__} has no JSON form")


def dump(value: Any) -> dict[str, Any]:
    """Like `to_plain` for the outermost thing of a file, with the version of this form."""
    return {"version": VERSION, **to_plain(value)}


def load(data: Any) -> Any:
    """Build the job or recipe a file describes; raise a UserError naming what is wrong with it."""
    if not isinstance(data, dict) or not isinstance(data.get("kind"), str):
        raise UserError("This file describes no job: it has no “kind”.", code="E-JSON")
    if data.get("version", VERSION) != VERSION:
        raise UserError(f"This file has version {data['version']}; this program reads {VERSION}.", code="E-JSON")
    fields = {key: item for key, item in data.items() if key != "version"}
    return from_plain(class_of(data["kind"]), fields, data["kind"])


def from_plain(hint: Any, data: Any, where: str = "") -> Any:
    """Build a value of the type `hint` from its JSON form. `where` names the place in error messages."""
    if get_origin(hint) in (Union, types.UnionType):
        return _one_of(get_args(hint), data, where)
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint), data, where)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _dataclass(hint, data, where)
    if hint is float and isinstance(data, int) and not isinstance(data, bool) and abs(data) < 1e300:
        return float(data)
    if hint in (str, int, float, bool) and type(data) is not hint:
        raise UserError(f"{where} should be {hint.__name__}, found {str(data)[:60]!r}.", code="E-JSON")
    return data


def _is_open(cls: type) -> bool:
    """Say whether values of this type name their kind: those that live in the folders of jobs and recipes."""
    parts = cls.__module__.split(".")
    return parts[:2] == ["playground", "jobs"] or (parts[:2] == ["playground", "recipes"] and len(parts) > 3)


@functools.cache
def _hints(cls: Any) -> dict[str, Any]:
    """Return the types of a dataclass's fields; reading annotations is slow, and they do not change."""
    return get_type_hints(cls)


def _is_base(cls: type) -> bool:
    """Say whether a type only stands for the choices in the folder of its plural: Sampler for those in samplers."""
    name = cls.__module__.rpartition(".")[2]
    named_so = cls.__name__.lower() == name.replace("_", "")
    return named_so and importlib.util.find_spec(f"{cls.__module__}s") is not None


def _one_of(choices: tuple[Any, ...], data: Any, where: str) -> Any:
    if data is None and type(None) in choices:
        return None
    return from_plain(next(c for c in choices if c is not type(None)), data, where)


def _tuple(kinds: tuple[Any, ...], data: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(data, list | tuple):
        raise UserError(f"{where} should be a list.", code="E-JSON")
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(from_plain(kinds[0], item, f"{where}[{i}]") for i, item in enumerate(data))
    if len(kinds) != len(data):
        raise UserError(f"{where} should have {len(kinds)} entries, found {len(data)}.", code="E-JSON")
    return tuple(from_plain(k, item, f"{where}[{i}]") for i, (k, item) in enumerate(zip(kinds, data, strict=True)))


def _dataclass(cls: type, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise UserError(f"{where} should be an object.", code="E-JSON")
    if isinstance(data.get("kind"), str):
        named = class_of(data["kind"])
        if not issubclass(named, cls):
            raise UserError(f"{where} should be a {cls.__name__}, found {data['kind']}.", code="E-JSON")
        cls = named
    elif _is_base(cls):
        raise UserError(f"{where} lacks the field “kind”.", code="E-JSON")
    hints = _hints(cls)
    known = {field.name: field for field in dataclasses.fields(cls)}
    given = {key: item for key, item in data.items() if not (key == "kind" and key not in known)}
    for key in given:
        if key not in known:
            raise UserError(f"{where} has an unknown field “{key}”.", suggest(key, known), "E-JSON")
    for name, field in known.items():
        missing = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if missing and name not in given:
            raise UserError(f"{where} lacks the field “{name}”.", code="E-JSON")
    return cls(**{key: from_plain(hints[key], item, f"{where}.{key}") for key, item in given.items()})
