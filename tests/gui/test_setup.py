"""How a conversation is run, as it is kept."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from playground.core.facts import Example, Message
from playground.gui.setup import Setup, new_setup, setup_from_json, setup_to_json
from playground.recipes.run_settings import RunSettings, full_chain


def full() -> Setup:
    return Setup(
        system="You are {{who}}.",
        role="Pirate",
        context="About {{topic}}",
        examples=(Example("Q {{topic}}", "A {{who}}"), Example("off", "x", on=False)),
        variables=(("who", "Ann"), ("topic", "{{who}}")),
        reply_start="Dear {{who}},",
        switches=(("thinking", False),),
        run=RunSettings(full_chain(), max_tokens=64, stop=("###",), seed=2**64 - 1),
        preset="Precise",
        sources=(("temperature.temperature", "you"),),
    )


def test_a_setup_comes_back_the_same() -> None:
    assert setup_from_json(setup_to_json(full())) == (full(), ())
    assert setup_from_json(setup_to_json(new_setup())) == (new_setup(), ())


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "7", "[" * 100_000])
def test_what_cannot_be_read_gives_a_fresh_one_and_says_so(text: str) -> None:
    assert setup_from_json(text) == (new_setup(), ("all of it",))


def test_what_is_not_there_is_as_in_a_fresh_one() -> None:
    assert setup_from_json("{}") == (new_setup(), ())


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ('{"new": 1}', "new"),
        ('{"system": 5}', "system"),
        ('{"run": []}', "run"),
        ('{"run": {"chain": "all"}}', "run.chain"),
        ('{"run": {"max_tokens": -5}}', "run.max_tokens"),
        ('{"run": {"seed": 1e999}}', "run.seed"),
        ('{"run": {"luck": 1}}', "run.luck"),
        ('{"run": {"chain": [{"sampler": {"kind": "samplers/gone"}}]}}', "the sampler gone"),
        ('{"run": {"chain": [{"sampler": {"kind": "samplers/top_p", "top_p": 1.5}}]}}', "the sampler top_p"),
        ('{"run": {"chain": [7]}}', "a sampler"),
    ],
)
def test_what_does_not_fit_is_left_out_and_named(text: str, lost: str) -> None:
    setup, left_out = setup_from_json(text)
    assert left_out == (lost,)
    assert set(setup.run.chain) == set(full_chain())
    assert replace(setup, run=replace(setup.run, chain=full_chain())) == new_setup()


@pytest.mark.parametrize("answers", [0, 9, True, "2", 1.5, None])
def test_an_impossible_number_of_answers_is_one(answers: object) -> None:
    data = {**json.loads(setup_to_json(full())), "answers": answers}
    setup, lost = setup_from_json(json.dumps(data))
    assert (setup.answers, lost) == (1, ("answers",))


def test_one_unknown_sampler_costs_nothing_but_itself() -> None:
    data = json.loads(setup_to_json(full()))
    data["run"]["chain"].insert(1, {"sampler": {"kind": "samplers/gone", "strength": 3}, "on": True})
    data["run"]["max_tokens"] = -5
    setup, lost = setup_from_json(json.dumps(data))
    assert lost == ("run.max_tokens", "the sampler gone")
    assert setup == replace(full(), run=replace(full().run, max_tokens=new_setup().run.max_tokens))


def test_samplers_that_a_saved_chain_does_not_name_are_at_their_defaults() -> None:
    data = json.loads(setup_to_json(full()))
    del data["run"]["chain"][1:]
    assert setup_from_json(json.dumps(data)) == (full(), ())


def test_the_prompt_has_its_variables_filled_in_once() -> None:
    prompt = full().prompt((Message("user", "Hi {{who}}, {{unknown}}"),))
    assert prompt.system == "You are Ann."
    assert prompt.context == "About {{who}}"  # a value is not read again
    assert prompt.messages[0].content == "Hi Ann, {{unknown}}"
    assert prompt.reply_start == "Dear Ann,"
    assert prompt.examples[0] == Example("Q {{who}}", "A Ann")
    assert prompt.switches == (("thinking", False),)


def test_the_names_of_variables_are_found_everywhere_in_order() -> None:
    assert full().variable_names("and {{draft}} {{who}}") == ("who", "topic", "draft")


def test_a_new_setup_has_the_whole_chain() -> None:
    assert new_setup().run.chain == full_chain()
