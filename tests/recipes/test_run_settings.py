from __future__ import annotations

from dataclasses import replace

import pytest

from playground.recipes.run_settings import RunSettings, effective, full_chain


def test_the_chain_runs_in_the_order_of_transformers() -> None:
    names = [type(stage.sampler).__name__ for stage in full_chain()]
    assert names.index("FrequencyPenalty") < names.index("Temperature")
    assert names[-4:] == ["Temperature", "TopK", "TopP", "MinP"]


def test_the_defaults_in_words() -> None:
    assert effective(RunSettings(full_chain())) == ("temperature 0.7", "top-k 40", "top-p 0.95")


@pytest.mark.parametrize("at", range(len(full_chain())))
def test_a_switch_takes_its_stage_out(at: int) -> None:
    settings = RunSettings(full_chain())
    for name in ("repetition_penalty", "presence_penalty", "frequency_penalty"):
        settings = settings.with_sampler(name, penalty=1.5)
    settings = settings.with_sampler("min_p", min_p=0.1)
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
