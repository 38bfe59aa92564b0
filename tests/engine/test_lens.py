"""The lens never guesses: whatever it calls settled is what the whole row says."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from playground.core.trail import NoWords, Trail
from playground.engine.kept_rows import Row, RowKeeper, RowsFile, kept_row
from playground.engine.lens import End, look, quick_end, what_if
from playground.engine.measuring import measured, probability_in
from playground.engine.sampling import draw
from playground.recipes.sampler import Sampler
from playground.recipes.samplers.frequency_penalty import FrequencyPenalty
from playground.recipes.samplers.min_p import MinP
from playground.recipes.samplers.mirostat import Mirostat
from playground.recipes.samplers.presence_penalty import PresencePenalty
from playground.recipes.samplers.repetition_penalty import RepetitionPenalty
from playground.recipes.samplers.temperature import Temperature
from playground.recipes.samplers.top_k import TopK
from playground.recipes.samplers.top_n_sigma import TopNSigma
from playground.recipes.samplers.top_p import TopP
from playground.recipes.samplers.typical import Typical
from playground.recipes.samplers.xtc import Xtc
from tests.stories import outcome

VOCABULARY, KEPT = 4000, 100
CHAINS: dict[str, tuple[Sampler, ...]] = {
    "nothing": (),
    "greedy": (Temperature(0.0),),
    "usual": (Temperature(0.7), TopK(40), TopP(0.95)),
    "hot": (Temperature(2.0),),
    "hot, min-p": (Temperature(1.5), MinP(0.1)),
    "top-p": (TopP(0.9),),
    "top-p, hot": (Temperature(1.3), TopP(0.8)),
    "wide top-k": (TopK(150),),
    "penalties": (RepetitionPenalty(1.3, window=0), FrequencyPenalty(0.5), Temperature(0.8), TopK(20)),
    "encouraged": (PresencePenalty(-2.0), TopK(30)),
    "typical": (Typical(0.5),),
    "typical of few": (TopK(50), Typical(0.5)),
    "sigma": (TopNSigma(1.0),),
    "xtc": (Xtc(0.05, 1.0),),
    "mirostat": (Mirostat(3.0),),
}


def row(seed: int, spread: float) -> Row:
    return np.random.default_rng(seed).normal(0, spread, VOCABULARY).astype(np.float32)


def trail(seed: int) -> Trail:
    random = np.random.default_rng(seed + 1000)
    prompt, written = (tuple(random.integers(0, VOCABULARY, 30).tolist()) for _ in range(2))
    return Trail(prompt, written, seed, (3.0, 5.0))


def truth(raw: Row, chain: tuple[Sampler, ...], before: Trail) -> Row:
    for sampler in chain:
        raw = sampler.apply(raw, before)
    return raw


CASES = list(itertools.product(range(12), (0.3, 2.0, 5.0)))


@pytest.mark.parametrize("name", CHAINS)
def test_what_is_settled_is_what_the_whole_row_says(name: str) -> None:
    chain, settled = CHAINS[name], 0
    for seed, spread in CASES:
        raw, before = row(seed, spread), trail(seed)
        small = look(kept_row(measured(raw, 30), 30, 7, 0.5, KEPT), chain, before)
        if not small.exact:
            continue
        settled += 1
        whole = look(kept_row(measured(raw, 30), 30, 7, 0.5, VOCABULARY), chain, before)
        assert whole.exact
        assert small.drawn == whole.drawn == draw(truth(raw, chain, before), seed, before.step)
        assert [(s.left, s.cut) for s in small.stages] == [(s.left, s.cut) for s in whole.stages]
        for ours, theirs in zip(small.stages, whole.stages, strict=True):
            for name in ("cut_mass", "entropy_before", "entropy_after"):
                (low, high), (true, same) = getattr(ours, name), getattr(theirs, name)
                assert true == same
                assert low - 0.01 <= true <= high + 0.01
                assert high - low < 0.4
            assert [seen.id for seen in ours.tokens[:5]] == [seen.id for seen in theirs.tokens[:5]]
    if name in ("greedy", "usual", "penalties", "typical of few"):
        assert settled > len(CASES) // 2  # or it would be of no use
    if name in ("typical", "sigma"):
        assert settled == 0  # they look at what was not kept


@pytest.mark.parametrize("name", CHAINS)
def test_the_quick_way_ends_as_the_whole_row_does(name: str) -> None:
    chain, quick = CHAINS[name], 0
    for seed, spread in CASES:
        raw, before = row(seed, spread), trail(seed)
        kept = kept_row(measured(raw, 30), 30, int(np.argsort(-raw)[seed]), 0.5, KEPT)
        end = quick_end(kept, chain, before)
        if end is not None:
            quick += 1
            after = truth(raw, chain, before)
            assert end == End(draw(after, seed, before.step), bool(after[kept.chosen] > -np.inf))
    assert (quick > 0) == (name in ("greedy", "usual", "hot, min-p", "penalties", "encouraged", "typical of few"))


def written(file: Path, chain: tuple[Sampler, ...], seed: int, most: int, steps: int = 20) -> RowsFile:
    """Write an answer of random rows."""
    keeper, so_far, surprises = RowKeeper(file, (1, 2, 3), (), most), [], []
    for step in range(steps):
        raw = row(100 * seed + step, 3.0)
        after = truth(raw, chain, Trail((1, 2, 3), tuple(so_far), seed, tuple(surprises)))
        id = draw(after, seed, step)
        keeper.keep(measured(raw, step), step, id, probability_in(after, id))
        so_far.append(id)
        surprises.append(-np.log2(probability_in(after, id)))
    keeper.close()
    return RowsFile(file)


@pytest.mark.parametrize("name", CHAINS)
def test_what_if_says_the_same_of_the_kept_rows_as_of_whole_ones(name: str, tmp_path: Path) -> None:
    first = CHAINS["usual"]
    small, whole = (written(tmp_path / f"{most}.rows", first, 5, most) for most in (KEPT, VOCABULARY))
    ours, theirs = (outcome(what_if(file, CHAINS[name], 5, NoWords())) for file in (small, whole))
    if name == "mirostat":  # its state would have been another one
        assert ours.unsure == theirs.unsure == theirs.steps
        return
    assert theirs.unsure == ()
    assert ours.steps == theirs.steps == tuple(range(20))
    assert set(ours.impossible) == set(theirs.impossible) - set(ours.unsure)
    if theirs.first not in ours.unsure and not any(step < theirs.first for step in ours.unsure):
        assert (ours.first, ours.instead) == (theirs.first, theirs.instead)


def test_the_same_settings_and_luck_change_nothing(tmp_path: Path) -> None:
    for name in ("usual", "greedy", "penalties"):
        found = outcome(what_if(written(tmp_path / name, CHAINS[name], 9, KEPT), CHAINS[name], 9, NoWords()))
        assert (found.impossible, found.first, found.unsure) == ((), -1, ())
