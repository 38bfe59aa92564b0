"""A model larger than the free memory: a question with both numbers, and what happens to the one who insists."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from playground.core.paths import Paths
from playground.gui.link import in_process
from tests.faults import light
from tests.faults.windows import Window, let_go

needs_kill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no such signal")


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    paths = Paths.standard()
    window = Window(qtbot, paths, in_process(paths, light.prepare_full))
    try:
        yield window.show()
    finally:
        window.close()
        let_go()


def answer_with(monkeypatch: pytest.MonkeyPatch, button: str) -> list[QMessageBox]:
    """Press a button of every question; without one, press Enter."""
    asked: list[QMessageBox] = []

    def exec(box: QMessageBox) -> int:
        asked.append(box)
        pressed = next((b for b in box.buttons() if b.text().replace("&", "") == button), box.defaultButton())
        pressed.click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", exec)
    return asked


def test_who_just_presses_enter_loads_nothing(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer_with(monkeypatch, "")
    window.parts.desk.load("models/light")
    window.until(lambda: bool(asked))
    window.until(lambda: not window.parts.desk.is_busy)
    assert "needs 9.1 GB" in asked[0].text()
    assert "3.2 GB are free" in asked[0].text()
    assert "Your chats are safe" in asked[0].informativeText()
    assert (window.banner, window.parts.session.model) == ("", None)
    assert len(asked) == 1


@needs_kill
def test_who_insists_and_is_killed_reads_why_and_the_window_lives(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, "Load anyway")
    window.heart.start()
    window.parts.desk.load("models/light")
    window.until(lambda: window.banner.startswith("E-OOM"))
    assert "“light” did not fit" in window.banner
    assert "Traceback" not in window.banner
    window.until(lambda: not window.parts.desk.is_busy)
    assert window.parts.session.model is None
    assert window.heart.longest < 0.25
    answer_with(monkeypatch, "")
    window.parts.desk.load("models/light")  # a fresh engine listens
    window.until(lambda: not window.parts.desk.is_busy)
