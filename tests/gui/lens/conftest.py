"""A clean table for each test."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from tests.gui.desktop import sweep


@pytest.fixture(autouse=True)
def _swept(qapp: QApplication) -> None:
    sweep()
