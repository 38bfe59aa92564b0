"""Our samplers against transformers' processors, on random logits with and without ties."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from transformers import (
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    TypicalLogitsWarper,
)

from playground.engine.sampling import Row
from playground.recipes.run_settings import RunSettings, full_chain
from playground.recipes.sampler import Sampler, Trail
from playground.recipes.samplers.min_p import MinP
from playground.recipes.samplers.repetition_penalty import RepetitionPenalty
from playground.recipes.samplers.temperature import Temperature
from playground.recipes.samplers.top_k import TopK
from playground.recipes.samplers.top_p import TopP
from playground.recipes.samplers.typical import Typical

Theirs = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

PAIRS: list[tuple[Sampler, Theirs]] = [
    *((Temperature(t), TemperatureLogitsWarper(t)) for t in (0.05, 0.7, 1.3, 5.0)),
    *((TopK(k), TopKLogitsWarper(k)) for k in (1, 5, 40, 200)),
    *((TopP(p), TopPLogitsWarper(p)) for p in (0.0, 0.1, 0.5, 0.9, 0.95, 0.99)),
    *((MinP(m), MinPLogitsWarper(m)) for m in (0.005, 0.1, 0.5)),
    *((Typical(p), TypicalLogitsWarper(p)) for p in (0.1, 0.5, 0.9, 0.99)),
    *((RepetitionPenalty(p, window=0), RepetitionPenaltyLogitsProcessor(p)) for p in (1.05, 1.5, 2.0)),
]
PROMPT, WRITTEN = (3, 7, 7, 150), (9, 3, 999)


@pytest.fixture(autouse=True)
def _stable_sort(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of several equal tokens top-p cuts is left to torch's unstable sort; a stable one makes it comparable."""
    unstable = torch.sort
    monkeypatch.setattr(torch, "sort", lambda row, descending=False: unstable(row, descending=descending, stable=True))


def rows() -> list[Row]:
    random = np.random.default_rng(7)
    smooth = [random.normal(0, spread, 1000).astype(np.float32) for spread in (0.5, 2, 8) for _ in range(6)]
    ties = [np.round(row).astype(np.float32) for row in smooth[6:12]]
    cut = [np.where(row > 0, row, np.float32(-np.inf)) for row in ties[:2] + smooth[:2]]
    return [*smooth, *ties, *cut, np.zeros(1000, np.float32), np.array([0, 0, 0, 0], np.float32).repeat(250)]


def theirs(processor: Theirs, row: Row) -> Row:
    ids = torch.tensor([[*PROMPT, *WRITTEN]])
    return processor(ids, torch.from_numpy(row)[None])[0].numpy()


def same(ours: Row, other: Row) -> None:
    assert np.array_equal(np.isfinite(ours), np.isfinite(other))  # the same tokens survive
    alive = np.isfinite(ours)
    np.testing.assert_allclose(ours[alive], other[alive], atol=1e-5, rtol=1e-6)


@pytest.mark.parametrize(("sampler", "processor"), PAIRS, ids=lambda value: getattr(value, "words", ""))
def test_a_stage_does_what_transformers_does(sampler: Sampler, processor: Theirs) -> None:
    for row in rows():
        before = row.copy()
        same(sampler.apply(row, Trail(PROMPT, WRITTEN)), theirs(processor, row))
        assert np.array_equal(row, before)  # the given row stays as it is


def test_the_whole_chain_does_what_transformers_does() -> None:
    settings = RunSettings(full_chain())
    for name, values in (
        ("repetition_penalty", {"penalty": 1.2, "window": 0}),
        ("temperature", {"temperature": 1.4}),
        ("top_k", {"top_k": 60}),
        ("top_p", {"top_p": 0.9}),
        ("min_p", {"min_p": 0.05}),
        ("typical", {"typical_p": 0.8}),
    ):
        settings = settings.with_sampler(name, **values)
    chain = LogitsProcessorList(
        [
            RepetitionPenaltyLogitsProcessor(1.2),
            TemperatureLogitsWarper(1.4),
            TopKLogitsWarper(60),
            TopPLogitsWarper(0.9),
            MinPLogitsWarper(0.05),
            TypicalLogitsWarper(0.8),
        ]
    )
    for row in rows():
        ours = row
        for sampler in settings.working():
            ours = sampler.apply(ours, Trail(PROMPT, WRITTEN))
        same(ours, theirs(chain, row))
