from __future__ import annotations

from dataclasses import replace

import pytest

from playground.recipes.run_settings import RunSettings, effective, full_chain


def test_words_and_penalties_come_before_the_temperature_and_the_cuts_after() -> None:
    names = [type(stage.sampler).__name__ for stage in full_chain()]
    before = {"RepetitionPenalty", "PresencePenalty", "FrequencyPenalty", "Dry", "LogitBias", "BannedWords"}
    assert set(names[: len(before)]) == before
    cuts = ["TopK", "TopP", "MinP", "Typical", "TopNSigma", "Xtc", "Mirostat"]
    assert names[len(before) :] == ["Temperature", *cuts]


def test_the_defaults_in_words() -> None:
    assert effective(RunSettings(full_chain())) == ("temperature 0.7", "top-k 40", "top-p 0.95")


def strong() -> RunSettings:
    """Return a chain in which every stage changes something."""
    settings = RunSettings(full_chain())
    for name in ("repetition_penalty", "presence_penalty", "frequency_penalty"):
        settings = settings.with_sampler(name, penalty=1.5)
    for name, values in (
        ("min_p", {"min_p": 0.1}),
        ("typical", {"typical_p": 0.9}),
        ("top_n_sigma", {"n": 2.0}),
        ("xtc", {"probability": 0.5}),
        ("dry", {"multiplier": 0.8}),
        ("mirostat", {"tau": 5.0}),
        ("logit_bias", {"pairs": "sky: -5"}),
        ("banned_words", {"phrases": "as an AI"}),
    ):
        settings = settings.with_sampler(name, **values)
    return settings


def test_every_stage_says_in_words_what_it_does() -> None:
    assert effective(strong()) == (
        "repetition penalty 1.5 over the last 64 tokens",
        "presence penalty 1.5",
        "frequency penalty 1.5",
        "dry 0.8, base 1.75, from 2 tokens on",
        "logit bias “sky” -5",
        "banned words “as an AI”",
        "temperature 0.7",
        "top-k 40",
        "top-p 0.95",
        "min-p 0.1",
        "typical 0.9",
        "top-n-sigma 2",
        "xtc 0.1 with probability 0.5",
        "mirostat 5, eta 0.1",
    )


@pytest.mark.parametrize("at", range(len(full_chain())))
def test_a_switch_takes_its_stage_out(at: int) -> None:
    settings = strong()
    chain = list(settings.chain)
    chain[at] = replace(chain[at], on=False)
    off = replace(settings, chain=tuple(chain))
    assert len(settings.working()) == len(chain)
    assert [*off.working()] == [stage.sampler for i, stage in enumerate(chain) if i != at]


def test_nothing_is_applied_after_greedy() -> None:
    settings = RunSettings(full_chain()).with_sampler("temperature", temperature=0.0)
    settings = settings.with_sampler("presence_penalty", penalty=0.5)
    assert effective(settings) == ("presence penalty 0.5", "greedy")


def test_a_missing_seed_is_drawn_once() -> None:
    seeded = RunSettings().seeded()
    assert seeded.seed is not None
    assert seeded.seeded() == seeded
    assert RunSettings().seeded() != seeded
