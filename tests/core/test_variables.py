from __future__ import annotations

import pytest

from playground.core.variables import fill, variables_in


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Write about {{topic}} in {{ style }}, about {{topic}}.", ("topic", "style")),
        ("{{größe}} {{_x1}}", ("größe", "_x1")),
        ("{x} {{}} {{ }} {{1a}} {{a b}} {{a", ()),
        ("", ()),
    ],
)
def test_the_names_in_a_text(text: str, names: tuple[str, ...]) -> None:
    assert variables_in(text) == names


def test_known_variables_are_filled_and_unknown_ones_stay() -> None:
    assert fill("{{a}} and {{ b }} and {{a}}", {"a": "1"}) == "1 and {{ b }} and 1"


def test_a_value_is_not_read_again() -> None:
    assert fill("{{a}}{{b}}", {"a": "{{b}}", "b": r"\1"}) == r"{{b}}\1"
