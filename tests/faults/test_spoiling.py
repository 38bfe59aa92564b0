"""The payloads are real: where they are executed, the canary shows it."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from tests.faults.spoiling import code, payload


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_pickle_that_is_loaded_touches_the_canary(tmp_path: Path, protocol: int) -> None:
    pickle.loads(payload(tmp_path / "canary", protocol))
    assert (tmp_path / "canary").exists()


def test_code_that_is_run_touches_the_canary(tmp_path: Path) -> None:
    exec(code(tmp_path / "canary"))
    assert (tmp_path / "canary").exists()
