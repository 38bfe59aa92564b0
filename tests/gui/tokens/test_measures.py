"""Numbers of tokens: values, classes, places on the scale."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from playground.gui.tokens.measures import MEASURES, PATTERNS, Measure, entropy_bits, rank_of, surprise
from tests.gui.tokens.sample import token, unknown

BY = {measure.name: measure for measure in MEASURES}


@pytest.mark.parametrize(("share", "bits"), [(1.0, 0.0), (0.5, 1.0), (0.125, 3.0), (0.0, math.inf), (1.0000001, 0.0)])
def test_surprise_is_minus_log2(share: float, bits: float) -> None:
    assert surprise(share) == bits


def test_entropy_comes_in_nats_and_is_told_in_bits() -> None:
    assert entropy_bits(token(0, "a", entropy=math.log(8))) == pytest.approx(3.0)


def test_nothing_measured_is_no_number() -> None:
    lost = unknown(0, "a")
    assert math.isnan(surprise(lost.raw_probability))
    assert math.isnan(rank_of(lost))
    for measure in MEASURES:
        value = measure.value(lost)
        assert measure.level(value) == -1
        assert math.isnan(measure.position(value))
        assert measure.words(value) == "—"


@pytest.mark.parametrize(
    ("name", "value", "level"),
    [
        ("probability", 1.0, 0), ("probability", 0.5, 0), ("probability", 0.499, 1), ("probability", 0.1, 1),
        ("probability", 0.0999, 2), ("probability", 0.01, 2), ("probability", 0.0099, 3), ("probability", 0.0, 3),
        ("rank", 1, 0), ("rank", 2, 1), ("rank", 5, 1), ("rank", 6, 2), ("rank", 50, 2), ("rank", 51, 3),
        ("entropy", 0.0, 0), ("entropy", 0.99, 0), ("entropy", 1.0, 1), ("entropy", 3.0, 2), ("entropy", 5.0, 3),
        ("surprise", 0.0, 0), ("surprise", 0.999, 0), ("surprise", 1.0, 1), ("surprise", 7.0, 3),
        ("surprise", math.inf, 3),
    ],
)  # fmt: skip
def test_the_limits_of_the_classes_are_those_in_the_legend(name: str, value: float, level: int) -> None:
    assert BY[name].level(value) == level


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_the_scale_goes_from_expected_to_surprising_without_a_step_back(measure: Measure) -> None:
    first, last = measure.edges[0], measure.edges[4]
    values = [first + (last - first) * step / 400 for step in range(401)]
    places = [measure.position(value) for value in values]
    assert all(one <= other for one, other in pairwise(places))
    assert (places[0], places[-1]) == (0.0, pytest.approx(1.0))
    assert all(
        measure.level(value) / 4 <= place <= (measure.level(value) + 1) / 4
        for value, place in zip(values, places, strict=True)
    )
    assert measure.position(last * 1e-9 if last < first else last * 1e9) == 1.0


def test_each_class_has_a_pattern_of_its_own() -> None:
    assert len(set(PATTERNS)) == 4
    assert PATTERNS[0] == "none"
    assert all(len(set(measure.classes)) == 4 for measure in MEASURES)
