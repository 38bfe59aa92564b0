"""What each process may hold: the window no torch, the engine no Qt."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "transformers", "peft", "optimum", "accelerate", "numpy", "pyqtgraph", "playground.engine")

_LOADED = """
import importlib, pkgutil, sys

def take(name):
    module = importlib.import_module(name)
    for info in pkgutil.walk_packages(getattr(module, "__path__", []), name + "."):
        importlib.import_module(info.name)

for name in {names!r}:
    take(name)
print(*sorted({unwanted!r} & set(sys.modules)))
"""


def loaded(names: tuple[str, ...], unwanted: tuple[str, ...]) -> list[str]:
    """Return which of these modules a fresh process holds after importing everything below some names."""
    code = _LOADED.format(names=names, unwanted=set(unwanted))
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_whole_window_imports_nothing_heavy() -> None:
    assert loaded(("playground.gui", "playground.app"), HEAVY) == []


def test_jobs_recipes_and_the_command_line_import_neither_torch_nor_qt() -> None:
    names = ("playground.core", "playground.jobs", "playground.recipes", "playground.cli")
    assert loaded(names, (*HEAVY, "PySide6")) == []


@pytest.mark.slow
def test_the_engine_never_holds_qt() -> None:
    names = ("playground.jobs", "playground.recipes", "playground.engine")
    assert loaded(names, ("PySide6", "torch")) == ["torch"]


def test_the_way_in_imports_nothing_until_asked() -> None:
    """The engine's process imports this file again, and must not pay for the window."""
    assert loaded(("playground.__main__",), (*HEAVY, "PySide6", "playground.app", "playground.cli")) == []
