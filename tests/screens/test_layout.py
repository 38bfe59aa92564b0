"""No screen cuts a word, puts one control over another, or has one without a name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.desktop import running
from tests.gui.layout_check import cut_forms, problems
from tests.screens.scenes import SCENES

SIZES = ((1280, 720), (1440, 900))
LOOKS = (("light", 100), ("dark", 150), ("light", 150), ("dark", 100))


@pytest.mark.parametrize("scene", list(SCENES))
def test_everything_has_its_room(qtbot: QtBot, scene: str) -> None:
    faults: list[str] = []
    with running(qtbot) as desktop:
        SCENES[scene](desktop)
        for theme, zoom in LOOKS:
            desktop.session.settings = replace(desktop.session.settings, theme=theme, zoom=zoom)
            for width, height in SIZES:
                desktop.window.resize(width, height)
                desktop.settle()
                assert (desktop.window.width(), desktop.window.height()) == (width, height)
                found = [*problems(desktop.window), *cut_forms(desktop.window)]
                faults += [f"{theme} {zoom} % {width}: {fault}" for fault in found]
    assert not faults, "\n".join(faults)
