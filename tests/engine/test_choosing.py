"""Choices behind a prompt: the same numbers as the model's own forward over each whole text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from playground.core.paths import Paths
from playground.engine.cache import KeyValues
from playground.engine.choosing import log_probabilities
from playground.engine.loading import load
from playground.engine.workspace import Loaded
from tests.stories import outcome
from tests.toys import KINDS, toy

PROMPT = [3, 17, 250, 4, 91, 8]
CHOICES = [(5,), (7, 9), (7, 10, 11), (300,), (7, 9, 12, 13)]


@pytest.fixture
def make(tmp_path: Path) -> Callable[[str], Loaded]:
    def loaded(kind: str) -> Loaded:
        return outcome(load(Paths(tmp_path / "home"), toy(kind, tmp_path / kind), "float32", threads=1))

    return loaded


def theirs(loaded: Loaded, choice: tuple[int, ...]) -> float:
    """Score a text with one plain forward."""
    ids = torch.tensor([[*PROMPT, *choice]])
    with torch.inference_mode():
        logs = loaded.model(input_ids=ids, use_cache=False).logits[0].double().log_softmax(-1)
    return sum(float(logs[len(PROMPT) - 1 + place, id]) for place, id in enumerate(choice))


@pytest.mark.parametrize("kind", KINDS)
def test_every_architecture_scores_as_its_own_forward(make: Callable[[str], Loaded], kind: str) -> None:
    loaded = make(kind)
    found = outcome(log_probabilities(loaded, PROMPT, CHOICES, KeyValues(loaded.memory_dtype)))
    assert found == pytest.approx([theirs(loaded, choice) for choice in CHOICES], abs=1e-4)


def test_what_was_read_is_kept_and_unchanged_by_the_choices(make: Callable[[str], Loaded]) -> None:
    loaded = make("llama")
    memory = KeyValues(loaded.memory_dtype)
    first = outcome(log_probabilities(loaded, PROMPT, CHOICES, memory))
    assert memory.ids == PROMPT
    memory.cut(len(PROMPT) - 1)
    assert outcome(log_probabilities(loaded, PROMPT, CHOICES, memory)) == pytest.approx(first, abs=1e-5)
