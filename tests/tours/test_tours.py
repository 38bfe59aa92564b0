"""Each tour, short, through the real window with the real engine and the starter model."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from playground.core.paths import Paths
from playground.demo.driver import all_tours, know_the_machine, play
from playground.engine.machine import speeds


@pytest.mark.slow
@pytest.mark.parametrize("name", list(all_tours()))
def test_a_tour_runs_and_tells_its_steps(
    name: str, qapp: QApplication, starter: Path, starter_home: Paths, tmp_path: Path
) -> None:
    paths = Paths(tmp_path / "demo", shared_models=starter.parent)
    speeds(starter_home, 0, "cpu")  # measured by the first tour
    know_the_machine(paths, starter_home)
    pictures = play(name, all_tours()[name](), paths, tmp_path / "out", "light", (1280, 720), short=True)
    assert len(pictures) >= 4
    for picture in pictures:
        assert picture.caption.endswith(".")
        assert (tmp_path / "out" / picture.file).stat().st_size > 5_000
