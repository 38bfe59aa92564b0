"""The option that accepts new golden pictures: `pytest tests/screens --update-screens`."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-screens", action="store_true", help="accept the pictures of today as the golden ones")
