"""What the sampler microscope and the what-if tell: built-in types, drawn by the window."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Seen:
    """A token before and after a stage of the chain: probabilities; 0 afterwards means it was cut."""

    id: int
    before: float
    after: float


Range = tuple[float, float]
"""The lowest and the highest a number can be, by what was kept; nearly always the same."""


@dataclass(frozen=True)
class StageLook:
    """What one stage of the chain did to a row."""

    words: str  # as the settings say it: "top-k 40"
    left: int  # tokens that can still be drawn
    cut: int  # tokens this stage took out
    cut_mass: Range  # the probability these had before it
    entropy_before: Range  # bits
    entropy_after: Range
    limit: float  # the smallest probability, before the stage, of a token it left
    tokens: tuple[Seen, ...]  # the most probable before the stage


@dataclass(frozen=True)
class Lot:
    """A token in the draw: its probability after the chain, its noise, and the sum that decided."""

    id: int
    probability: float
    noise: float
    total: float  # log-probability plus noise


@dataclass(frozen=True)
class StepLook:
    """One step of an answer under the microscope."""

    step: int
    chosen: int  # the token that was written
    drawn: int  # the token these settings draw with the same luck; -1: none of those that were kept
    vocabulary: int
    stages: tuple[StageLook, ...]
    lots: tuple[Lot, ...]  # the highest sums first
    exact: bool  # whether what was kept settles who is cut and who wins; else tokens outside could matter


@dataclass(frozen=True)
class WhatIf:
    """A whole answer under other settings, without new inference: the answer's own path, step by step."""

    steps: tuple[int, ...]
    impossible: tuple[int, ...]  # steps whose token could not be drawn any more
    first: int  # the first step that would draw another token; -1: none
    instead: int  # the token it would draw; -1: none
    unsure: tuple[int, ...]  # steps where a token that was not kept could matter
