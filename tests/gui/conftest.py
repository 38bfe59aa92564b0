"""One theme for each test."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from playground.gui.theme import Theme


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    theme = Theme()
    theme.apply(qapp, "light")
    return theme
