"""What holds for every fault: the house stands afterwards."""

from __future__ import annotations

import os
import re
import shutil
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from playground.core.events import Done, Event, Failed
from playground.core.facts import Message, PromptInput
from playground.core.paths import Paths
from playground.engine.workspace import Loaded, Workspace
from playground.jobs.describe import Describe
from playground.jobs.job import Job
from playground.jobs.load import Load
from playground.jobs.narrating import narrate
from playground.jobs.reply import Reply
from playground.recipes.run_settings import RunSettings, full_chain

WITHIN = 5.0  # seconds in which a job ends after its fault
SECRET = "hf_abcdefghijklmnop"
"""An access token: a test may put it into a bad file, and no banner may repeat it."""

_TRACES = re.compile(r'Traceback|File "|\.py\b.*line \d|0x[0-9a-f]{8}')
_BEGINS = re.compile(r"[A-Z“0-9]|\w+\.\w+")  # a sentence may begin with a file's name
_RUN = RunSettings(full_chain(), max_tokens=2, seed=1)


@dataclass
class House:
    """The application's folders, an engine with a model in it, and a place for what is bad.

    `ground` is the test's own folder outside the application's: whatever lies there must stay as it is.
    """

    paths: Paths
    ground: Path
    model: str  # the path of the resident model
    workspace: Workspace
    connections: list[str] = field(default_factory=list)  # what anybody in this process tried to reach

    def folder(self, name: str = "bad") -> Path:
        """Return a copy of the resident model's folder on the ground, to be spoilt."""
        return Path(shutil.copytree(self.model, self.ground / name))

    @property
    def canary(self) -> Path:
        """The file that a payload touches when it is executed."""
        return self.ground / "canary"

    def fails(self, job: Job, within: float = WITHIN) -> Failed:
        """Run a job that has to fail, check that the house stands, and return what the user is told."""
        before, began = seen(self.ground), time.monotonic()
        last = last_of(job, self.workspace)
        took = time.monotonic() - began
        assert isinstance(last, Failed), last
        assert took <= within, f"it took {took:.2f} s"
        assert seen(self.ground) == before
        check_banner(last)
        self.stands()
        return last

    def refuses(self, path: Path, within: float = WITHIN) -> Failed:
        """Have a bad model described and loaded: both fail alike. Return what the user is told."""
        described = last_of(Describe(str(path)), self.workspace)
        told = self.fails(Load(str(path), dtype="float32"), within)
        assert isinstance(described, Failed), described
        assert (described.message, described.hint, described.code) == (told.message, told.hint, told.code)
        return told

    def stands(self) -> None:
        """Check that no payload ran, nothing was asked of the network, and the resident model still answers."""
        assert not self.canary.exists()
        assert self.connections == []
        prompt = PromptInput((Message("user", "The quick brown fox"),))
        answer = last_of(Reply("after", self.model, prompt, _RUN), self.workspace)
        assert isinstance(answer, Done), answer


def open_house(folder: Path, resident: Loaded) -> House:
    """Return a house in a test's folder, with this model in it."""
    paths = Paths(folder / "home")
    workspace = Workspace(paths)
    workspace.threads = 1
    model = resident.info.model.path
    workspace.models[model] = resident
    ground = folder / "ground"
    ground.mkdir()
    return House(paths, ground, model, workspace)


def count_connections(patch: pytest.MonkeyPatch, tried: list[str]) -> None:
    """Refuse every way out of this process, and write down who tried."""

    def refuse(*words: Any, **_: Any) -> Any:
        tried.append(repr(words[1:] or words)[:200])
        raise OSError("a test tried to reach the network")

    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, refuse)
    for name in ("create_connection", "getaddrinfo"):
        patch.setattr(socket, name, refuse)


def last_of(job: Job, workspace: Any) -> Event:
    """Run a job as the engine does and return its last event."""
    last: Event | None = None
    for event in narrate(job, workspace):
        last = event or last
    assert last is not None
    return last


def check_banner(told: Failed) -> None:
    """Check that the user gets a code and plain sentences, without traces, private folders and secrets."""
    text = f"{told.message}\n{told.hint}"
    assert re.fullmatch(r"E-[A-Z]+(-[A-Z]+)*", told.code)
    assert told.code not in ("E-UNKNOWN", "E-USER"), told
    assert told.hint, told
    assert _BEGINS.match(told.message), told.message
    assert len(text) < 600, text
    assert "\n" not in told.message.strip(), told.message
    assert not _TRACES.search(text), text
    for private in (str(Path.home()), SECRET):
        assert private not in text, text
        assert private not in told.details, told.details


def seen(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of everything below a folder, without following links."""
    found = {}
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            state = path.lstat()
            found[str(path)] = (state.st_size if name in files else 0, state.st_mtime_ns)
    return found
