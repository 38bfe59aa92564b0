"""One step of an answer, looked at through the sampling chain: exact, from the rows that were kept.

A kept row lacks the least probable tokens. They are put back twice, in the two ways that bound everything known of
them: as few tokens as probable as the best of them may be, and as all of them alike. Where the chain does the same with
both, and none of them could win the draw, whose noise is known for every token, what was kept settles it.

The two bound what depends on the outside through its mass alone: top-p after a temperature (the sum of a power of the
probabilities is highest and lowest at these two), and whatever compares a probability with a limit. A stage that looks
at the whole row in another way is only settled if an earlier one cut all of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from playground.core.events import Story
from playground.core.lens import Lot, Seen, StageLook, StepLook, WhatIf
from playground.core.trail import Trail, Words
from playground.engine.kept_rows import KeptRow, Row, RowsFile
from playground.engine.sampling import gumbel
from playground.engine.shrunk import Shrunk

SHOWN = 24  # tokens of each stage
LOTS = 12
_FAINT = 60.0  # how far below the best of them a token lies that counts but weighs nothing: e^-60
_SAME_MASS, _SAME_BITS = 5e-5, 0.02  # what the two rows may differ by and still be shown as one


class Stage(Protocol):
    """A sampler, as the lens sees it."""

    @property
    def words(self) -> str: ...
    @property
    def looks_at(self) -> str: ...  # see `recipes.sampler.Sampler`
    @property
    def needs_words(self) -> bool: ...
    def apply(self, row: Row, trail: Trail) -> Row: ...


def look(kept: KeptRow, chain: Sequence[Stage], trail: Trail) -> StepLook:
    """Return what each stage did at one step, and the draw."""
    first, *others = (_looked(kept, row, chain, trail) for row in _rows(kept))
    exact = all(_agree(first, other) for other in others) and _settled(kept, chain, trail)
    return StepLook(kept.step, kept.chosen, first[1][0].id, kept.vocabulary, *first, exact)


def what_if(file: RowsFile, chain: Sequence[Stage], seed: int, words: Words) -> Story[WhatIf]:
    """Return what other settings would have done along an answer."""
    impossible, unsure, first, instead = [], [], -1, -1
    for step in file.steps:
        yield None
        kept = file.row(step)
        trail = trail_at(file, step, seed, words)
        end = quick_end(kept, chain, trail) or _bounded_end(kept, chain, trail)
        if end is None:
            unsure.append(step)
            continue
        if not end.possible:
            impossible.append(step)
        if first < 0 and end.drawn != kept.chosen:
            first, instead = step, end.drawn
    return WhatIf(file.steps, tuple(impossible), first, instead, tuple(unsure))


@dataclass(frozen=True)
class End:
    """How a step ends: the token that is drawn, and whether the one that was written could be."""

    drawn: int
    possible: bool


def quick_end(kept: KeptRow, chain: Sequence[Stage], trail: Trail) -> End | None:
    """Return how a step ends if the chain cuts all tokens outside before it looks at their mass; else None.

    Works on the kept tokens and two places that stand for all others.
    """
    if any(stage.needs_words for stage in chain):  # words know tokens by their ids
        return None
    small = Shrunk(kept, trail)
    row, others = small.row, slice(len(kept.ids), None)
    for stage in chain:
        if stage.looks_at != "tokens" and _any_alive(row[others]):
            return None
        row = stage.apply(row, small.trail)
    if _any_alive(row[others]):
        return None
    alive = np.flatnonzero(row > -np.inf)
    sums = row[alive].astype(np.float64) + gumbel(trail.seed, trail.step, kept.ids[alive])
    chosen = small.place(kept.chosen)
    return End(int(kept.ids[alive[np.argmax(sums)]]), bool(row[chosen] > -np.inf))


def _bounded_end(kept: KeptRow, chain: Sequence[Stage], trail: Trail) -> End | None:
    """Return how a step ends if that is the same for both ways to put the others back; else None."""
    ends = {
        End(_lots(row, trail, kept.ids, 1)[0].id, bool(row[kept.chosen] > -np.inf))
        for row in (_through(row, chain, trail) for row in _rows(kept))
    }
    return ends.pop() if len(ends) == 1 and _settled(kept, chain, trail) else None


def trail_at(file: RowsFile, step: int, seed: int, words: Words) -> Trail:
    """Return what stood before a step."""
    return Trail(file.prompt, file.written(step), seed, file.surprises(step), words)


# -- the tokens that were not kept ---------------------------------------------------------------------------------


def _rows(kept: KeptRow) -> list[Row]:
    """Return whole rows that agree with all that is known: one if everything was kept, else two."""
    row = np.full(kept.vocabulary, -np.inf, np.float32)
    row[kept.ids] = kept.logits
    if not kept.outside:
        return [row]
    places = _outside(kept)
    few, even = row.copy(), row.copy()
    best = kept.outside_best
    if not math.isfinite(best) or kept.outside_mass <= 0:
        few[places] = best - (_FAINT if math.isfinite(best) else 0.0)
        few[places[0]] = best
        return [few]
    each = math.exp(best - kept.normalizer)  # the probability of the best of them
    count = min(len(places), max(1, int(kept.outside_mass / each)))
    few[places] = best - _FAINT
    few[places[:count]] = best
    even[places] = min(best, math.log(kept.outside_mass / len(places)) + kept.normalizer)
    return [few, even]


def _outside(kept: KeptRow) -> NDArray[np.int64]:
    inside = np.zeros(kept.vocabulary, bool)
    inside[kept.ids] = True
    return np.flatnonzero(~inside)


def _settled(kept: KeptRow, chain: Sequence[Stage], trail: Trail) -> bool:
    """Say whether no token outside could win the draw, or change what a stage does that looks at all of them."""
    if not kept.outside:
        return True
    row, places = _rows(kept)[0], _outside(kept)
    if _raises_others(kept, places, chain, trail):
        return False
    for stage in chain:
        if stage.looks_at == "all" and _any_alive(row[places]):
            return False
        row = stage.apply(row, trail)
    alive = places[row[places] > -np.inf]
    if not len(alive):
        return True
    # Any of them may be the best one: the highest value with the highest noise bounds what they could reach.
    highest = float(row[alive].max()) + float(gumbel(trail.seed, trail.step, places).max())
    winner = kept.ids[row[kept.ids] > -np.inf]
    sums = row[winner].astype(np.float64) + gumbel(trail.seed, trail.step, winner)
    return bool(len(sums)) and float(sums.max()) > highest


def _raises_others(kept: KeptRow, places: NDArray[np.int64], chain: Sequence[Stage], trail: Trail) -> bool:
    """Say whether a stage lifts some token outside above the bound of all: a bias, say, or a negative penalty."""
    row = np.full(kept.vocabulary, np.float32(kept.outside_best))
    row[kept.ids] = kept.logits
    for stage in chain:
        if stage.looks_at != "tokens":
            break
        row = stage.apply(row, trail)
    others = row[places]
    return bool(others.max() > np.median(others))


def _any_alive(row: Row) -> bool:
    return bool((row > -np.inf).any())


# -- looking -------------------------------------------------------------------------------------------------------

_Look = tuple[tuple[StageLook, ...], tuple[Lot, ...]]


def _through(row: Row, chain: Sequence[Stage], trail: Trail) -> Row:
    for stage in chain:
        row = stage.apply(row, trail)
    return row


def _looked(kept: KeptRow, row: Row, chain: Sequence[Stage], trail: Trail) -> _Look:
    stages = []
    for stage in chain:
        after = stage.apply(row, trail)
        stages.append(_stage_look(stage.words, row, after, kept.ids))
        row = after
    return tuple(stages), _lots(row, trail, kept.ids, LOTS)


def _stage_look(words: str, row: Row, after: Row, known: NDArray[np.int32]) -> StageLook:
    before_p, after_p = shares(row), shares(after)
    alive, left = row > -np.inf, after > -np.inf
    gone = alive & ~left
    shown = known[np.argsort(-before_p[known], kind="stable")[:SHOWN]]
    return StageLook(
        words,
        int(left.sum()),
        int(gone.sum()),
        float(before_p[gone].sum()),
        bits(before_p),
        bits(after_p),
        float(before_p[left].min()) if left.any() else 0.0,
        tuple(Seen(int(id), float(before_p[id]), float(after_p[id])) for id in shown if alive[id]),
    )


def shares(row: Row) -> NDArray[np.float64]:
    """Return the probabilities of a row of logits: (vocabulary,)."""
    values: NDArray[np.float64] = np.exp(row.astype(np.float64) - float(row.max()))
    return values / values.sum()


def bits(probabilities: NDArray[np.float64]) -> float:
    """Return the entropy of probabilities, in bits."""
    alive = probabilities[probabilities > 0]
    return max(0.0, -float(alive @ np.log2(alive)))


def _lots(row: Row, trail: Trail, known: NDArray[np.int32], count: int) -> tuple[Lot, ...]:
    """Return the known tokens with the highest sums of log-probability and noise."""
    alive = np.sort(known[row[known] > -np.inf])
    values = row[alive].astype(np.float64)
    peak = float(row.max())
    logs = values - peak - math.log(np.exp(row.astype(np.float64) - peak).sum())
    noise = gumbel(trail.seed, trail.step, alive)
    best = np.argsort(-(values + noise), kind="stable")[:count]
    return tuple(
        Lot(int(alive[n]), math.exp(logs[n]), float(noise[n]), float(logs[n] + noise[n])) for n in best.tolist()
    )


def _agree(one: _Look, other: _Look) -> bool:
    """Say whether two looks are shown as the same."""
    same = one[1][0].id == other[1][0].id
    for first, second in zip(one[0], other[0], strict=True):
        same &= (first.left, first.cut) == (second.left, second.cut)
        same &= abs(first.cut_mass - second.cut_mass) <= _SAME_MASS
        same &= abs(first.entropy_before - second.entropy_before) <= _SAME_BITS
        same &= abs(first.entropy_after - second.entropy_after) <= _SAME_BITS
        same &= all(
            a.id == b.id and (a.after > 0) == (b.after > 0) and abs(a.before - b.before) <= _SAME_MASS
            for a, b in zip(first.tokens, second.tokens, strict=False)
        )
    return bool(same)
