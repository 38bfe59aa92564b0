from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.house import House, count_connections, open_house
from tests.toys import toy


@pytest.fixture(scope="session")
def resident(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good model, which is loaded while others fail."""
    return toy("llama", tmp_path_factory.mktemp("resident") / "toy")


@pytest.fixture
def house(tmp_path: Path, resident: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house in which something will go wrong."""
    house = open_house(tmp_path, resident)
    count_connections(monkeypatch, house.connections)
    return house
