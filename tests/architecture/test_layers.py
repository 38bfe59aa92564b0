"""Who may import whom, and that the checks would notice."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "playground"
FILES = sorted(PACKAGE.rglob("*.py"))

CONTRACTS = {
    "Layers point downwards": ("core/facts.py", "import playground.jobs.job"),
    "Qt stays in gui": ("jobs/orders.py", "import PySide6.QtCore"),
    "The GUI talks to jobs, not to the engine": ("gui/ticket.py", "import playground.engine.workspace"),
    "Recipes do not know each other": ("recipes/samplers/top_k.py", "import playground.recipes.samplers.top_p"),
}
"""Each contract, with a file and the line that breaks it."""


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


_LINT = """
import sys
sys.path.insert(0, ".")
from importlinter.cli import lint_imports_command
lint_imports_command()
"""


def lint(folder: Path) -> str:
    command = [sys.executable, "-c", _LINT, "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_every_contract_is_kept() -> None:
    told = lint(ROOT)
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in told, told


def test_every_contract_notices_its_violation(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "playground", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for file, line in CONTRACTS.values():
        path = tmp_path / "playground" / file
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    told = lint(tmp_path)
    for name in CONTRACTS:
        assert f"{name} BROKEN" in told, told


RUFF = [
    ("playground/jobs/x.py", "import torch\n", "TID253"),
    ("playground/recipes/samplers/x.py", "import numpy\n", "TID253"),
    ("playground/gui/x.py", "from playground.engine.workspace import Workspace\n", "TID253"),
    ("playground/core/x.py", "from .facts import Message\n", "TID252"),
    ("playground/core/x.py", "print(1)\n", "T201"),
    ("playground/gui/x.py", "try:\n    open('x')\nexcept Exception:\n    pass\n", "BLE001"),
]


@pytest.mark.parametrize(("file", "code", "rule"), RUFF)
def test_ruff_notices_what_is_banned(file: str, code: str, rule: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=concise", "--stdin-filename", file]
    done = subprocess.run([*command, "-"], cwd=ROOT, input=code, capture_output=True, text=True, check=False)
    assert rule in done.stdout


def imports(path: Path, everywhere: bool) -> Iterator[str]:
    """Return what a file imports: at its top, or everywhere in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if everywhere else tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", sorted((PACKAGE / "gui").rglob("*.py")), ids=named)
def test_the_window_never_imports_the_engine_not_even_later(path: Path) -> None:
    heavy = ("playground.engine", "torch", "transformers", "peft", "optimum")
    assert not [name for name in imports(path, everywhere=True) if name.startswith(heavy)]


@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_file_says_what_it_is_for_and_holds_one_idea(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "no docstring"
    assert text.count("\n") <= 480, "more than one idea, by its length"
