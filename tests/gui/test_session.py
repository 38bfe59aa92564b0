"""The shared state: one signal per fact, and only when the fact is new."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication

from playground.core.events import Memory
from playground.core.facts import LoadedInfo, ModelInfo
from playground.core.settings import Settings
from playground.gui.session import Bringing, Session

MODEL = LoadedInfo(ModelInfo("models/toy", "Toy", "safetensors"), "float32", "cpu", 1, 0.1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model", MODEL),
        ("models", (MODEL,)),
        ("shelf", (MODEL.model,)),
        ("bringing", Bringing("models/toy", "Loading Toy")),
        ("memory", Memory(1, 2, 3)),
        ("settings", Settings(theme="dark")),
    ],
)
def test_a_fact_is_told_once_when_it_changes(qapp: QCoreApplication, name: str, value: Any) -> None:
    session = Session(Settings())
    told: list[Any] = []
    getattr(session, f"{name}_changed").connect(told.append)
    setattr(session, name, value)
    setattr(session, name, value)
    assert getattr(session, name) == value
    assert told == [value]
