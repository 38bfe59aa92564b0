"""Bad model folders: each is refused with its reason, and nothing of it is executed."""

from __future__ import annotations

from playground.jobs.load import Load
from tests.faults.house import House


def test_a_missing_folder(house: House) -> None:
    told = house.fails(Load(str(house.ground / "gone")))
    assert told.code == "E-MODEL-NOTFOUND"
    assert "gone" in told.message
