"""One declaration per option: it becomes the form, the saved run, the check and the documentation."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from playground.core.errors import UserError


@dataclass(frozen=True)
class Option:
    """What the user needs to know about one field."""

    name: str
    type: type
    default: Any
    help: str
    low: float | None = None
    high: float | None = None  # what may be typed
    slider_high: float | None = None  # where the slider ends, when more may be typed
    step: float | None = None
    choices: Sequence[Any] = ()
    label: str = ""
    neutral: Any = None  # the value that changes nothing
    example: str = ""
    unit: str = ""
    lines: bool = False  # a text of several lines
    longest: int | None = None  # characters of a text

    @property
    def title(self) -> str:
        """Return the words in front of the editor."""
        return self.label or self.name.replace("_", " ").capitalize()

    def check(self, value: Any, owner: str) -> None:
        """Raise a UserError naming the field when `value` is of the wrong kind or outside the limits."""
        where = f"{owner}.{self.name}"
        if self.choices and value not in self.choices:
            names = ", ".join(str(choice) for choice in self.choices)
            raise UserError(f"{where} cannot be {value!r}.", f"Choose one of: {names}.", "E-OPTION")
        if self.type in (int, float):
            self._check_number(value, where)
        elif self.type in (str, bool) and not isinstance(value, self.type):
            raise UserError(f"{where} must be a {_WORDS[self.type]}, not {_brief(value)}.", code="E-OPTION")
        elif self.longest is not None and len(value) > self.longest:
            words = f"{len(value):,} characters long, {self.longest:,} are allowed"
            raise UserError(f"{where} is {words}.", "Shorten it.", "E-OPTION")

    def _check_number(self, value: Any, where: str) -> None:
        fits = isinstance(value, int) or (self.type is float and isinstance(value, float))
        if isinstance(value, bool) or not fits or value != value:
            raise UserError(f"{where} must be a {_WORDS[self.type]}, not {value!r}.", code="E-OPTION")
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        if not low <= value <= high or value in (math.inf, -math.inf):
            raise UserError(f"{where} is {_brief(value)}, {self._limits()}.", code="E-OPTION")

    def _limits(self) -> str:
        if self.low is None or self.high is None:
            return "outside its limits"
        return f"outside {_brief(self.low)} to {_brief(self.high)}"


def _brief(value: Any) -> str:
    """Return a value in a few characters; a file may hold a number of thousands of digits."""
    if isinstance(value, float):
        return f"{value:g}"
    if not isinstance(value, int):
        return repr(value)[:60]
    return str(value) if abs(value) < 10**20 else f"{'-' if value < 0 else ''}1e{round(value.bit_length() * 0.30103)}"


_WORDS = {int: "whole number", float: "number", str: "text", bool: "yes or no"}


def option(default: Any, help: str, **limits: Any) -> Any:
    """Declare a dataclass field the user can change. `limits` are the other fields of `Option`."""
    return dataclasses.field(default=default, metadata={"help": help, **limits})


def options_of(cls: type) -> tuple[Option, ...]:
    """List the options a dataclass declares, in order."""
    key: Any = cls  # mypy does not see that a class can be a key
    return _declared(key)


@functools.cache  # a class declares them once, and reading annotations is slow
def _declared(cls: Any) -> tuple[Option, ...]:
    types = get_type_hints(cls)
    return tuple(
        Option(field.name, _plain_type(types[field.name]), field.default, **field.metadata)
        for field in dataclasses.fields(cls)
        if "help" in field.metadata
    )


def _plain_type(hint: Any) -> Any:
    """Reduce `int | None` to int: None always means "not set"."""
    kinds = [kind for kind in get_args(hint) if kind is not type(None)]
    return kinds[0] if type(None) in get_args(hint) and len(kinds) == 1 else hint


def check_options(choice: Any) -> None:
    """Check every option of a dataclass instance; call it from `__post_init__`."""
    for opt in options_of(type(choice)):
        value = getattr(choice, opt.name)
        if value is None and opt.default is None:
            continue
        opt.check(value, type(choice).__name__)
