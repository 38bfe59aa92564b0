"""What README promises to those who add something."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from playground.core.registry import scan
from playground.core.trail import Trail
from playground.recipes import samplers
from playground.recipes.run_settings import full_chain
from playground.recipes.sampler import Sampler

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Sampler]]:
    """The sampler of the README, dropped into the folder of samplers as its text says."""
    code = re.search(r"### Add a sampler.*?```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    (tmp_path / "top_half.py").write_text(code[1], encoding="utf-8")
    monkeypatch.setattr(samplers, "__path__", [*samplers.__path__, str(tmp_path)])
    yield scan(samplers, Sampler)["top_half"]
    sys.modules.pop("playground.recipes.samplers.top_half", None)


def test_the_example_joins_the_chain_by_existing(example: type[Sampler]) -> None:
    assert example in [type(stage.sampler) for stage in full_chain()]


def test_the_example_cuts_the_lower_half(example: type[Sampler]) -> None:
    row = np.array([4.0, 1.0, 3.0, 2.0], dtype=np.float32)
    left = np.isfinite(example(strength=1.0).apply(row, Trail()))
    assert left.tolist() == [True, False, True, False]


def test_every_picture_named_is_there() -> None:
    for name in re.findall(r"\]\((\.github/[^)]+)\)", README.read_text(encoding="utf-8")):
        assert (README.parent / name).exists(), name
