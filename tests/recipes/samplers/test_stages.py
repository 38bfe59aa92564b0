from __future__ import annotations

import pickle

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.core.options import options_of
from playground.core.plain import from_plain, to_plain
from playground.core.registry import scan
from playground.recipes import samplers
from playground.recipes.sampler import Sampler, Trail
from playground.recipes.samplers.frequency_penalty import FrequencyPenalty
from playground.recipes.samplers.min_p import MinP
from playground.recipes.samplers.presence_penalty import PresencePenalty
from playground.recipes.samplers.repetition_penalty import RepetitionPenalty
from playground.recipes.samplers.temperature import Temperature
from playground.recipes.samplers.top_k import TopK
from playground.recipes.samplers.top_p import TopP

KINDS = sorted(scan(samplers, Sampler).items())
ROW = np.array([1.0, 3.0, 2.0, -1.0, 3.0], np.float32)


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_every_sampler_can_be_shown_saved_and_sent(name: str, kind: type[Sampler]) -> None:
    sampler = kind()
    assert pickle.loads(pickle.dumps(sampler)) == sampler
    assert from_plain(Sampler, to_plain(sampler)) == sampler
    assert kind.shelf in ("basic", "more")
    assert "https://" in (kind.__doc__ or "")  # says where it comes from
    for opt in options_of(kind):
        assert opt.help
        if opt.type is str:
            assert opt.lines
            assert opt.longest
            continue
        assert opt.low is not None
        assert opt.high is not None
        assert opt.step


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_neutral_values_change_nothing(name: str, kind: type[Sampler]) -> None:
    neutral = {opt.name: opt.neutral for opt in options_of(kind) if opt.neutral is not None}
    sampler = kind(**neutral)
    assert sampler.is_neutral
    assert np.array_equal(sampler.apply(ROW, Trail((1, 2), (3, 4))), ROW)


def test_temperature_zero_keeps_only_the_first_highest() -> None:
    assert np.flatnonzero(np.isfinite(Temperature(0.0).apply(ROW, Trail()))).tolist() == [1]
    assert Temperature(0.0).words == "greedy"


def test_a_tiny_temperature_is_nearly_greedy_and_stays_finite_at_the_top() -> None:
    row = Temperature(1e-300).apply(np.array([1e4, -1e4, 9.9e3], np.float32), Trail())
    assert row[0] == 0
    assert not np.isnan(row).any()


def test_the_repetition_window_looks_at_the_last_tokens_only() -> None:
    trail = Trail(prompt=(0, 1), written=(2,))
    moved = RepetitionPenalty(2.0, window=2).apply(ROW, trail) != ROW
    assert np.flatnonzero(moved).tolist() == [1, 2]
    assert np.flatnonzero(RepetitionPenalty(2.0, window=1).apply(ROW, trail) != ROW).tolist() == [2]
    assert np.flatnonzero(RepetitionPenalty(2.0, window=0).apply(ROW, trail) != ROW).tolist() == [0, 1, 2]


def test_presence_counts_a_written_token_once_and_frequency_each_time() -> None:
    trail = Trail(prompt=(0,), written=(1, 1, 2))
    assert (ROW - PresencePenalty(0.5).apply(ROW, trail)).tolist() == [0, 0.5, 0.5, 0, 0]
    assert (ROW - FrequencyPenalty(0.5).apply(ROW, trail)).tolist() == [0, 1.0, 0.5, 0, 0]


def test_top_k_keeps_what_ties_with_the_last_one() -> None:
    assert np.flatnonzero(np.isfinite(TopK(1).apply(ROW, Trail()))).tolist() == [1, 4]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Temperature(-1.0),
        lambda: Temperature(float("nan")),
        lambda: Temperature(1e9),
        lambda: TopP(1.5),
        lambda: TopK(-1),
        lambda: MinP(0.6),
    ],
)
def test_values_outside_the_limits_are_refused(make: object) -> None:
    with pytest.raises(UserError) as caught:
        make()  # type: ignore[operator]
    assert caught.value.code == "E-OPTION"
