"""Folders as menus."""

from __future__ import annotations

import pytest

from playground.core.errors import UserError
from playground.core.registry import class_of, kind_of, scan, suggest
from playground.recipes import samplers
from playground.recipes.sampler import Sampler
from playground.recipes.samplers.top_p import TopP


def test_a_folder_is_scanned_into_its_choices() -> None:
    found = scan(samplers, Sampler)
    assert found["top_p"] is TopP
    assert all(issubclass(cls, Sampler) and cls is not Sampler for cls in found.values())


def test_kinds_go_both_ways() -> None:
    assert kind_of(TopP) == "samplers/top_p"
    assert class_of("samplers/top_p") is TopP
    assert kind_of(class_of("jobs/load")) == "jobs/load"


def test_a_misspelt_kind_is_answered_with_suggestions() -> None:
    with pytest.raises(UserError, match=r"There is no samplers/topp") as caught:
        class_of("samplers/topp")
    assert "top_p" in caught.value.hint


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "load",
        "jobs/",
        "jobs/../os",
        "os/path",
        "jobs/job",  # what a job is, none of them
        "jobs/host",
        "jobs/recording",
        "sampler/stage",
        "samplers/top_p/x",
        "playground.jobs/load",
        "../samplers/top_p",
        "x" * 10_000,
    ],
)
def test_what_is_no_kind_is_refused_in_words(kind: str) -> None:
    with pytest.raises(UserError) as caught:
        class_of(kind)
    assert caught.value.code == "E-KIND"
    assert len(caught.value.message) < 200


def test_an_unknown_word_gets_close_ones_or_all() -> None:
    assert suggest("tempratur", ["temperature", "top_k"]) == "Did you mean temperature?"
    assert suggest("xyz", ["b", "a"]) == "There is: a, b."
