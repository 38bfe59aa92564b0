"""Find what a folder offers: one module, one class, one choice in the app."""

from __future__ import annotations

import dataclasses
import difflib
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterable
from types import ModuleType
from typing import TypeVar

from playground.core.errors import UserError

T = TypeVar("T")

_KIND = re.compile(r"(jobs|[a-z_]+)/([a-z][a-z0-9_]*)")


def scan(package: ModuleType, base: type[T]) -> dict[str, type[T]]:
    """Map each module name in `package` to the one `base` subclass it defines."""
    return {
        info.name: _the_class(f"{package.__name__}.{info.name}", base)
        for info in pkgutil.iter_modules(package.__path__)
    }


def _the_class(module_name: str, base: type[T]) -> type[T]:
    module = importlib.import_module(module_name)
    classes = [
        cls
        for cls in vars(module).values()
        if inspect.isclass(cls) and issubclass(cls, base) and cls.__module__ == module.__name__
    ]
    if len(classes) != 1:
        raise TypeError(f"{module.__name__} should define one {base.__name__}, found {len(classes)}")
    return classes[0]


def kind_of(cls: type) -> str:
    """Return the identity of a recipe or job: its folder and file, as in "samplers/top_p"."""
    _, *_, folder, name = cls.__module__.split(".")
    return f"{folder}/{name}"


def class_of(kind: str) -> type:
    """Find the recipe or job `kind` names; raise a UserError with suggestions for an unknown one."""
    match = _KIND.fullmatch(kind)
    if match is None:
        raise UserError(f"“{kind[:80]}” is no kind of job or recipe.", code="E-KIND")
    folder, name = match.groups()
    package_name = "playground.jobs" if folder == "jobs" else f"playground.recipes.{folder}"
    try:
        path = importlib.import_module(package_name).__path__
    except (ModuleNotFoundError, AttributeError):  # AttributeError: a module, not a folder of choices
        raise UserError(f"“{kind}” is no kind of job or recipe.", code="E-KIND") from None
    names = [info.name for info in pkgutil.iter_modules(path)]
    if name not in names:
        raise UserError(f"There is no {kind}.", suggest(name, names), "E-KIND")
    module = importlib.import_module(f"{package_name}.{name}")
    for cls in vars(module).values():
        own = inspect.isclass(cls) and cls.__module__ == module.__name__
        if own and cls.__name__.lower() == name.replace("_", "") and _is_choice(cls):
            return cls  # type: ignore[no-any-return]
    raise UserError(f"{kind} cannot be started.", code="E-KIND")


def _is_choice(cls: type) -> bool:
    """Tell jobs and recipes from what stands beside them: frozen dataclasses that descend from another one."""
    return dataclasses.is_dataclass(cls) and dataclasses.is_dataclass(cls.__mro__[1])


def suggest(word: str, known: Iterable[str]) -> str:
    """Return a hint for an unknown word: what it may have meant, or all there is."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(close)}?" if close else f"There is: {', '.join(names)}."
