"""One declaration per option: what it tells, and what it refuses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pytest

from playground.core.errors import UserError
from playground.core.options import check_options, option, options_of


@dataclass(frozen=True)
class Dish:
    """Something with every kind of option."""

    heat: float = option(0.5, "How hot.", low=0.0, high=5.0, slider_high=2.0, step=0.1)
    spoons: int = option(2, "How much.", low=0)
    name: str = option("stew", "What.", choices=("stew", "soup"), label="Dish")
    title: str = option("", "On the card.")
    salt: bool = option(True, "Salted or not.")
    luck: int | None = option(None, "Empty: random.", low=0, high=2**64 - 1)
    recipe: str = option("", "How it is made.", lines=True, longest=1000)
    hidden: int = 3

    def __post_init__(self) -> None:
        check_options(self)


def test_options_are_listed_in_order_with_what_a_form_needs() -> None:
    heat, spoons, name, *_, luck, recipe = options_of(Dish)
    assert [opt.name for opt in options_of(Dish)] == ["heat", "spoons", "name", "title", "salt", "luck", "recipe"]
    assert (heat.type, heat.default, heat.low, heat.high, heat.slider_high) == (float, 0.5, 0.0, 5.0, 2.0)
    assert (spoons.title, name.title) == ("Spoons", "Dish")
    assert luck.type is int
    assert (recipe.lines, recipe.longest, name.lines, name.longest) == (True, 1000, False, None)


@pytest.mark.parametrize(
    "values",
    [
        {"heat": 0},
        {"heat": 5.0},
        {"spoons": 10**15},
        {"name": "soup"},
        {"luck": None},
        {"luck": 2**64 - 1},
        {"title": "“”\u202e\x00"},
        {"title": "x" * 100_000},
        {"recipe": "\n" * 1000},
    ],
)
def test_values_within_the_limits_are_taken(values: dict[str, Any]) -> None:
    Dish(**values)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("heat", -0.1),
        ("heat", 5.01),
        ("heat", math.nan),
        ("heat", math.inf),
        ("heat", "hot"),
        ("heat", True),
        ("heat", 10**400),
        ("heat", None),
        ("spoons", 1.5),
        ("spoons", -1),
        ("spoons", [1]),
        ("name", "pie"),
        ("name", ["stew"]),
        ("title", 7),
        ("title", 10**400),
        ("title", [1] * 1000),
        ("recipe", "x" * 1001),
        ("recipe", None),
        ("salt", 1),
        ("luck", 2**64),
        ("luck", -(10**400)),
    ],
)
def test_others_are_refused_naming_the_field(field: str, value: Any) -> None:
    with pytest.raises(UserError) as caught:
        Dish(**{field: value})
    assert f"Dish.{field}" in caught.value.message
    assert caught.value.code == "E-OPTION"
    assert len(caught.value.message) < 200


def test_the_message_says_the_limits() -> None:
    with pytest.raises(UserError, match=r"Dish\.heat is 9, outside 0 to 5\."):
        Dish(heat=9)
