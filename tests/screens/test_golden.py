"""Each screen in each theme looks as it was last accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.desktop import SIZE, Desktop, running
from tests.screens import pictures
from tests.screens.pictures import (
    FINGERPRINT,
    GOLDEN,
    Pixels,
    fault,
    fingerprint_of,
    picture_of,
    save,
    share_that_differs,
)
from tests.screens.scenes import SCENES

SHOWN = [name for name in SCENES if name not in ("writing", "loading", "palette")]  # these have a clock, or no news


@pytest.fixture
def _still(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Iterator[None]:
    """No clock, no luck, no folder of this machine, no blinking."""
    monkeypatch.setattr("playground.gui.chat.conversation_list.when", lambda *_: "12:00")
    monkeypatch.setattr("playground.recipes.run_settings.secrets.randbits", lambda _: 606_906_843)
    monkeypatch.setattr("playground.gui.panels.settings.redact", lambda text: f"~/{Path(text).name}")
    for module in ("history.record_head", "history.record_facts", "tokens.answer_head", "panels.tokens"):
        monkeypatch.setattr(f"playground.gui.{module}.moment", lambda *_: "Tue 14 Nov 2023, 12:00")
    before = qapp.cursorFlashTime()
    qapp.setCursorFlashTime(0)
    yield
    qapp.setCursorFlashTime(before)


def settled(desktop: Desktop) -> Pixels:
    """Return the picture once it stays: headings get their height a moment after the theme has changed."""
    seen = picture_of(desktop.window)
    for _ in range(10):
        desktop.settle()
        before, seen = seen, picture_of(desktop.window)
        if (before == seen).all():
            break
    return seen


@pytest.mark.usefixtures("_still")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("scene", SHOWN)
def test_it_looks_as_it_did(
    request: pytest.FixtureRequest, qtbot: QtBot, tmp_path: Path, scene: str, theme: str
) -> None:
    name = f"{scene}-{theme}"
    with running(qtbot) as desktop:
        desktop.session.settings = replace(desktop.session.settings, theme=theme)
        SCENES[scene](desktop)
        desktop.settle()
        if desktop.window.devicePixelRatioF() != 1:
            pytest.skip("the pictures were taken at a scale of 1")
        seen, here = settled(desktop), fingerprint_of(desktop.theme)
    assert seen.shape == (SIZE[1], SIZE[0], 3)
    if request.config.getoption("--update-screens", default=False):
        save(seen, GOLDEN / f"{name}.png")
        FINGERPRINT.write_text(json.dumps(here, indent=2) + "\n", encoding="utf-8")
    problem = fault(name, seen, here, tmp_path)
    assert not problem, problem


def test_every_golden_picture_belongs_to_a_screen() -> None:
    wanted = {f"{scene}-{theme}.png" for scene in SHOWN for theme in ("light", "dark")}
    assert {file.name for file in GOLDEN.glob("*.png")} == wanted


# -- comparing ---------------------------------------------------------------------------------------------------


@pytest.fixture
def golden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A golden picture of our own: grey, 100 by 100."""
    monkeypatch.setattr(pictures, "GOLDEN", tmp_path)
    monkeypatch.setattr(pictures, "FINGERPRINT", tmp_path / "fingerprint.json")
    (tmp_path / "fingerprint.json").write_text('{"qt": "6"}')
    save(np.full((100, 100, 3), 128, np.uint8), tmp_path / "grey.png")
    return tmp_path


@pytest.mark.parametrize(
    ("pixels", "step", "qt", "fits"),
    [
        (0, 0, "6", True),
        (10, 8, "6", True),  # one in a thousand
        (11, 8, "6", False),
        (5000, 64, "7", True),  # drawn otherwise: small steps do not count
        (100, 72, "7", True),
        (101, 72, "7", False),
    ],
)
def test_a_picture_may_differ_a_little(golden: Path, pixels: int, step: int, qt: str, fits: bool) -> None:
    seen = np.full((100, 100, 3), 128, np.uint8)
    seen.reshape(-1, 3)[:pixels, 1] += step
    problem = fault("grey", seen, {"qt": qt}, golden / "out")
    assert bool(problem) is not fits
    assert (golden / "out" / "grey.png").exists() is not fits


def test_a_picture_of_another_size_or_without_a_golden_one_is_told(golden: Path) -> None:
    assert "not (100, 100, 3)" in fault("grey", np.zeros((10, 10, 3), np.uint8), {}, golden)
    assert "--update-screens" in fault("new", np.zeros((10, 10, 3), np.uint8), {}, golden)


def test_a_picture_survives_its_file(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 32, (7, 5, 3), np.uint8) * 8
    save(pixels, tmp_path / "x.png")
    assert share_that_differs(pixels, pictures.pixels_of(QImage(str(tmp_path / "x.png"))), 0) == 0
