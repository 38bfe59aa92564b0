"""One step of an answer, looked at through the sampling chain: exact, from the rows that were kept.

A kept row lacks the least probable tokens, but it knows how many lie how far below the best of them. They are put back
twice, each as high and each as low as it may be. Where the chain does the same with both, and none of them could win
the draw, whose noise is known for every token, what was kept settles it.

The two bound whatever depends on the others through their mass alone, at any temperature: top-p, or a limit that a
probability is compared with. A stage that looks at the whole row in another way is only settled if an earlier one cut
all of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from playground.core.events import Story
from playground.core.lens import Lot, Range, Seen, StageLook, StepLook, WhatIf
from playground.core.trail import Trail, Words
from playground.engine.kept_rows import BIN, BINS, KeptRow, Row, RowsFile
from playground.engine.sampling import gumbel
from playground.engine.shrunk import Shrunk

SHOWN = 60  # tokens of each stage
LOTS = 12


class Stage(Protocol):
    """A sampler, as the lens sees it."""

    @property
    def words(self) -> str: ...
    @property
    def looks_at(self) -> str: ...  # see `recipes.sampler.Sampler`
    @property
    def needs_words(self) -> bool: ...
    @property
    def remembers(self) -> bool: ...
    def apply(self, row: Row, trail: Trail) -> Row: ...


def look(kept: KeptRow, chain: Sequence[Stage], trail: Trail) -> StepLook:
    """Return what each stage did at one step, and the draw."""
    looks = [_looked(kept, row, chain, trail) for row in _rows(kept)]
    stages, lots = looks[0]
    exact = bool(lots) and all(_agree(looks[0], other) for other in looks[1:])
    exact = exact and _settled(kept, chain, trail) and _counts_are_sure(kept, chain, trail)
    if exact:
        stages = tuple(_joined(*same) for same in zip(*(stages for stages, _ in looks), strict=True))
    return StepLook(kept.step, kept.chosen, lots[0].id if lots else -1, kept.vocabulary, stages, lots, exact)


def what_if(file: RowsFile, chain: Sequence[Stage], seed: int, words: Words) -> Story[WhatIf]:
    """Return what other settings would have done along an answer.

    A stage that remembers would be in another state than the kept surprises tell: then no step is settled.
    """
    if any(stage.remembers for stage in chain):
        return WhatIf(file.steps, (), -1, -1, file.steps)
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
    ends = set()
    for row in _rows(kept):
        after = _through(row, chain, trail)
        lots = _lots(after, trail, kept.ids, 1)
        ends.add(End(lots[0].id if lots else -1, bool(after[kept.chosen] > -np.inf)))
    end = ends.pop()
    return end if not ends and end.drawn >= 0 and _settled(kept, chain, trail) else None


def trail_at(file: RowsFile, step: int, seed: int, words: Words) -> Trail:
    """Return what stood before a step."""
    return Trail(file.prompt, file.written(step), seed, file.surprises(step), words)


# -- the tokens that were not kept ---------------------------------------------------------------------------------


def _rows(kept: KeptRow) -> list[Row]:
    """Return whole rows that agree with all that is known: one if everything was kept, else two."""
    row = np.full(kept.vocabulary, -np.inf, np.float32)
    row[kept.ids] = kept.logits
    count = int(kept.bins.sum())  # what is missing then has no probability at all
    if not count:
        return [row]
    places, tops = _outside(kept)[:count], kept.outside_best - BIN * np.arange(BINS)
    floors = np.append(tops[1:], kept.outside_least)
    high, low = row.copy(), row.copy()
    high[places] = np.repeat(tops, kept.bins)
    low[places] = np.repeat(np.maximum(floors, kept.outside_least), kept.bins)
    low[places[0]] = kept.outside_best
    return [high, low]


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


def _counts_are_sure(kept: KeptRow, chain: Sequence[Stage], trail: Trail) -> bool:
    """Say whether each stage left all tokens outside or none: where the line runs among them nobody knows."""
    row, places = _rows(kept)[0], _outside(kept)
    whole = int((row[places] > -np.inf).sum())
    for stage in chain:
        row = stage.apply(row, trail)
        if int((row[places] > -np.inf).sum()) not in (0, whole):
            return False
    return True


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
        _sure(float(before_p[gone].sum())),
        _sure(bits(before_p)),
        _sure(bits(after_p)),
        float(before_p[left].min()) if left.any() else 0.0,
        tuple(Seen(int(id), float(before_p[id]), float(after_p[id])) for id in shown if alive[id]),
    )


def shares(row: Row) -> NDArray[np.float64]:
    """Return the probabilities of a row of logits: (vocabulary,)."""
    values: NDArray[np.float64] = np.exp(row.astype(np.float64) - float(row.max()))
    values /= values.sum()
    return values


def bits(probabilities: NDArray[np.float64]) -> float:
    """Return the entropy of probabilities, in bits."""
    alive = probabilities[probabilities > 0]
    return max(0.0, -float(alive @ np.log2(alive)))


def _lots(row: Row, trail: Trail, known: NDArray[np.int32], count: int) -> tuple[Lot, ...]:
    """Return the known tokens with the highest sums of log-probability and noise."""
    alive = np.sort(known[row[known] > -np.inf])
    if not len(alive):
        return ()
    values = row[alive].astype(np.float64)
    peak = float(row.max())
    logs = values - peak - math.log(np.exp(row.astype(np.float64) - peak).sum())
    noise = gumbel(trail.seed, trail.step, alive)
    best = np.argsort(-(values + noise), kind="stable")[:count]
    return tuple(
        Lot(int(alive[n]), math.exp(logs[n]), float(noise[n]), float(logs[n] + noise[n])) for n in best.tolist()
    )


def _agree(one: _Look, other: _Look) -> bool:
    """Say whether both rows lose the same tokens at each stage, and the same one wins."""
    return [_fates(stage) for stage in one[0]] == [_fates(stage) for stage in other[0]] and (
        bool(other[1]) and one[1][0].id == other[1][0].id
    )


def _fates(stage: StageLook) -> tuple[int, int, list[tuple[int, bool]]]:
    return stage.left, stage.cut, [(seen.id, seen.after > 0) for seen in stage.tokens]


def _sure(value: float) -> Range:
    return value, value


def _joined(*looks: StageLook) -> StageLook:
    """Return one look, whose numbers reach as far as those of all."""

    def over(values: Iterable[Range]) -> Range:
        every = [value for pair in values for value in pair]
        return min(every), max(every)

    return replace(
        looks[0],
        cut_mass=over(each.cut_mass for each in looks),
        entropy_before=over(each.entropy_before for each in looks),
        entropy_after=over(each.entropy_after for each in looks),
    )
