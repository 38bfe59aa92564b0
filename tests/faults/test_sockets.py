"""Nobody opens a connection unless the user asked for the network: not the window, its engine, or their helpers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from playground.cli import main
from playground.core.paths import Paths
from playground.gui.link import in_process
from tests.faults.house import count_connections
from tests.faults.windows import Window
from tests.ggufs import toy_gguf
from tests.toys import toy

ROOT = Path(__file__).parents[2]

_GUARD = """
import os, socket

def _refuse(*words, **_):
    with open(os.environ["PLAYGROUND_KNOCKS"], "a") as file:
        file.write(f"{os.getpid()} {words}\\n")
    raise OSError("a test tried to reach the network")

for name in ("connect", "connect_ex"):
    setattr(socket.socket, name, _refuse)
for name in ("create_connection", "getaddrinfo"):
    setattr(socket, name, _refuse)
with open(os.environ["PLAYGROUND_KNOCKS"] + ".guarded", "a") as file:
    file.write(f"{os.getpid()}\\n")
"""


class Guard:
    """Refuses every connection of this process and of those it starts, and counts them."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._here: list[str] = []
        self._file = folder / "knocks"
        (folder / "site").mkdir()
        (folder / "site" / "sitecustomize.py").write_text(_GUARD)
        patch.setenv("PYTHONPATH", os.pathsep.join((str(folder / "site"), str(ROOT))))
        patch.setenv("PLAYGROUND_KNOCKS", str(self._file))
        patch.delenv("HF_HUB_OFFLINE", raising=False)  # the user may not have it
        count_connections(patch, self._here)

    @property
    def knocks(self) -> list[str]:
        """Who tried to reach what."""
        return [*self._here, *(self._file.read_text().splitlines() if self._file.exists() else ())]

    @property
    def guarded(self) -> int:
        """How many processes that were started were guarded."""
        log = self._file.with_name(f"{self._file.name}.guarded")
        return len(log.read_text().splitlines()) if log.exists() else 0


@pytest.fixture
def guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guard]:
    guard = Guard(tmp_path, monkeypatch)
    yield guard
    assert guard.knocks == []


@pytest.mark.slow
def test_a_day_with_the_window(guard: Guard, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    paths = Paths(tmp_path / "home")
    model, file = toy("llama", paths.models / "toy"), toy_gguf(tmp_path / "other.gguf")
    window = Window(qtbot, paths, in_process(paths))
    try:
        window.show()
        window.load(str(model))
        window.chat.side.run.output.max_tokens.set_value(16, "you")
        window.ask("The quick brown fox")
        window.chat.act(window.last.id, "regenerate")
        window.until(lambda: not window.chat.talk.is_writing)
        window.chat.side.setCurrentIndex(window.chat.side.count() - 1)  # X-ray
        window.type("More?")
        window.wait_for_send()
        window.chat.list.search.setText("fox")
        window.until(lambda: not window.chat.list._pause.isActive())
        for kind in ("md", "json"):
            window.chat.library.export_to(window.talk.id, tmp_path / f"chat.{kind}", kind == "json")
        for name in window.window.panels:  # history, models, settings and whatever else there is
            window.window.open_panel(name)
            qtbot.wait(50)
        window.window.take_drop(tmp_path / "other.gguf")  # described
        window.parts.desk.open(str(file))  # converted and loaded
        window.until(lambda: len(window.parts.session.models) == 2)
        window.parts.desk.eject()
        window.until(lambda: len(window.parts.session.models) == 1)
        assert "E-" not in window.banner
    finally:
        window.close()
    assert guard.guarded >= 1  # the engine, and what it started


COMMANDS: dict[str, Callable[[Path], list[str]]] = {
    "models": lambda model: ["models", "--json"],
    "ask": lambda model: [
        "ask",
        "The quick brown fox",
        "--model",
        str(model),
        "--max-tokens",
        "4",
        "--dtype",
        "float32",
    ],
    "doctor": lambda model: ["doctor"],
    "run": lambda model: ["run", str(model.with_name("job.json"))],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command(guard: Guard, tmp_path: Path, command: str) -> None:
    model = toy("llama", Paths.standard().models / "toy")
    model.with_name("job.json").write_text(json.dumps({"kind": "jobs/describe", "path": str(model)}))
    assert main(COMMANDS[command](model)) == 0


def test_the_guard_sees_who_knocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the tests above could not fail."""
    guard = Guard(tmp_path, monkeypatch)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert main(["get", "owner/toy"]) == 1
    assert guard.guarded >= 1
    assert any("127.0.0.1" in knock for knock in guard.knocks)
