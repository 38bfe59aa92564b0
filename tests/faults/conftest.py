from __future__ import annotations

from pathlib import Path

import pytest

from playground.core.paths import Paths
from playground.engine.loading import load
from playground.engine.workspace import Loaded
from tests.faults.house import House, count_connections, open_house
from tests.stories import outcome
from tests.toys import toy


@pytest.fixture(scope="session")
def resident(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """A good model, which is loaded while others fail."""
    folder = tmp_path_factory.mktemp("resident")
    return outcome(load(Paths(folder / "home"), toy("llama", folder / "toy"), "float32", threads=1))


@pytest.fixture
def house(tmp_path: Path, resident: Loaded, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house in which something will go wrong."""
    house = open_house(tmp_path, resident)
    count_connections(monkeypatch, house.connections)
    return house
