"""Jobs and recipes as JSON, and back."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pytest

from playground.core.errors import UserError
from playground.core.facts import Example, Message, PromptInput
from playground.core.plain import dump, from_plain, load, to_plain
from playground.gui.setup import Setup
from playground.jobs.reply import Reply
from playground.recipes.run_settings import RunSettings, full_chain


def reply() -> Reply:
    prompt = PromptInput(
        messages=(Message("user", "Größe? \U0001f642"),),
        system="Be brief.",
        examples=(Example("2+2", "4"), Example("x", "y", on=False)),
        switches=(("thinking", True),),
    )
    settings = RunSettings(full_chain(), max_tokens=9, stop=("###", "\n\n"), seed=2**64 - 1)
    return Reply("run", "models/toy", prompt, settings.with_sampler("top_k", top_k=7), (1, 2, 3))


def through_text(data: Any) -> Any:
    return json.loads(json.dumps(data))


def test_a_job_with_nested_recipes_comes_back_the_same() -> None:
    data = through_text(dump(reply()))
    assert data["kind"] == "jobs/reply"
    assert data["version"] == 1
    kinds = [stage["sampler"]["kind"] for stage in data["settings"]["chain"]]
    assert "samplers/temperature" in kinds
    assert load(data) == reply()


def changed(path: str, value: Any) -> Any:
    """Return the JSON of a reply with one place changed, or taken out (...)."""
    data = through_text(dump(reply()))
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    at = data
    for step in steps:
        at = at[step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("kind", "jobs/repyl", "reply"),
        ("kind", "samplers/top_k", "jobs/reply|unknown field"),
        ("kind", 7, "kind"),
        ("version", 99, "version 99"),
        ("model", ..., "model"),
        ("model", 5, "model"),
        ("modle", "x", "modle"),
        ("settings", [], "settings"),
        ("settings.max_tokens", -1, "max_tokens"),
        ("settings.max_tokens", 10**9, "max_tokens"),
        ("settings.max_tokens", 1.5, "max_tokens"),
        ("settings.seed", 2**64, "seed"),
        ("settings.seed", "luck", "seed"),
        ("settings.stop", "###", "stop"),
        ("settings.stop", [1], r"stop\[0\]"),
        ("settings.chain.0.sampler.kind", "samplers/nope", "samplers/nope"),
        ("settings.chain.0.sampler.kind", "jobs/load", "jobs/load"),
        ("settings.chain.0.sampler.kind", ..., "kind"),
        ("settings.chain.0.on", "yes", "on"),
        ("settings.chain.0", None, r"chain\[0\]"),
        ("prompt.examples.0.question", None, "question"),
        ("prompt.switches.0", ["thinking"], "switches"),
        ("reply_ids.1", "2", r"reply_ids\[1\]"),
    ],
)
def test_what_is_wrong_is_named(path: str, value: Any, words: str) -> None:
    with pytest.raises(UserError) as caught:
        load(changed(path, value))
    assert re.search(words, f"{caught.value.message} {caught.value.hint}")
    assert caught.value.code in ("E-JSON", "E-OPTION", "E-KIND")


@pytest.mark.parametrize("value", [-1, 9, math.nan, math.inf, "hot", None, 10**400])
def test_a_bad_number_of_a_nested_recipe_names_its_field(value: Any) -> None:
    data = through_text(dump(reply()))
    stage = next(s for s in data["settings"]["chain"] if s["sampler"]["kind"] == "samplers/temperature")
    stage["sampler"]["temperature"] = value
    with pytest.raises(UserError, match="temperature"):
        load(data)


@pytest.mark.parametrize("data", [None, [], "text", 3, {}, {"kind": None}, {"version": 1}])
def test_what_is_no_job_at_all_is_refused(data: Any) -> None:
    with pytest.raises(UserError, match="kind"):
        load(data)


def test_missing_fields_take_their_defaults() -> None:
    setup = from_plain(Setup, {"system": "Hi"}, "setup")
    assert setup.system == "Hi"
    assert setup.examples == ()


def test_only_built_in_types_have_a_json_form() -> None:
    with pytest.raises(TypeError, match="bytes"):
        to_plain({"x": b"raw"})
