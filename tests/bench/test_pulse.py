"""The pulse counts how late beats come, and only in a phase."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("PySide6.QtCore", exc_type=ImportError)

from pytestqt.qtbot import QtBot

from playground.bench.pulse import Pulse


def test_a_stall_is_seen_in_its_phase_only(qtbot: QtBot) -> None:
    pulse = Pulse()
    qtbot.waitUntil(lambda: pulse._last > 0)
    pulse.enter("busy")
    end = time.perf_counter() + 0.06
    while time.perf_counter() < end:  # the event loop is not served meanwhile
        pass
    qtbot.waitUntil(lambda: len(pulse.late["busy"]) >= 3)
    pulse.enter("")
    count = len(pulse.late["busy"])
    qtbot.wait(30)
    assert max(pulse.late["busy"]) >= 50
    assert set(pulse.late) == {"busy"}
    assert len(pulse.late["busy"]) == count
