"""Without a network, or with a proxy that is not there, what needs the network says so at once."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from playground.core.events import Failed, Progress
from playground.core.paths import Paths
from playground.gui.link import in_thread
from playground.jobs.download import Download
from playground.jobs.get_starter import GetStarter
from playground.jobs.job import Job
from playground.jobs.narrating import narrate
from tests.faults import light
from tests.faults.house import check_banner, last_of
from tests.faults.windows import Window
from tests.jobs.helpers import Toy

SECONDS = 8.0  # pip takes one or two to start, on a busy computer more; nobody waits for a network besides
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
ASKING: dict[str, Callable[[], Job]] = {"starter": GetStarter, "Hub": lambda: Download("owner/toy")}


class Door:
    """Stands where a server or a proxy should: counts who knocks, and lets nobody in."""

    def __init__(self, silent: bool = False) -> None:
        self.knocks, self._held, self._silent = 0, list[socket.socket](), silent
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            self.knocks += 1
            if self._silent:
                self._held.append(visitor)
            else:
                visitor.close()

    def close(self) -> None:
        for each in (*self._held, self._socket):
            each.close()


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    """A workspace for errands; nothing but this computer is to be reached."""
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_RETRIES", "PIP_PROXY", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    for name in (*PROXIES, "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    _send_to(monkeypatch, "127.0.0.1:9")
    return Toy(Paths(tmp_path / "home"))


def _send_to(patch: pytest.MonkeyPatch, address: str, scheme: str = "http") -> None:
    patch.setenv("PIP_INDEX_URL", f"{scheme}://me:hunter2@{address}/simple")
    patch.setenv("HF_ENDPOINT", f"{scheme}://{address}")


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    yield door
    door.close()


def refused(job: Job, toy: Toy) -> Failed:
    begun = time.monotonic()
    told = last_of(job, toy)
    assert time.monotonic() - begun < SECONDS
    assert isinstance(told, Failed), told
    check_banner(told)
    for secret in ("hunter2", "127.0.0.1", "http:"):
        assert secret not in told.message + told.hint
    assert "hunter2" not in told.details
    assert [path.name for path in toy.paths.models.iterdir()] == []
    return told


@pytest.mark.parametrize("what", ASKING)
def test_nobody_is_there(toy: Toy, what: str) -> None:
    told = refused(ASKING[what](), toy)
    assert told.code == "E-OFFLINE"
    assert "cannot be reached" in told.message
    assert "network" in told.hint


@pytest.mark.parametrize("what", ASKING)
def test_a_name_nobody_knows(toy: Toy, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    _send_to(monkeypatch, "no-such-host.invalid", "https")
    assert refused(ASKING[what](), toy).code == "E-OFFLINE"


@pytest.mark.parametrize("what", ASKING)
def test_somebody_who_hangs_up_has_been_asked(toy: Toy, monkeypatch: pytest.MonkeyPatch, door: Door, what: str) -> None:
    _send_to(monkeypatch, door.address)
    assert refused(ASKING[what](), toy).code == "E-OFFLINE"
    assert door.knocks >= 1


@pytest.mark.parametrize(("what", "scheme"), [("starter", "https"), ("Hub", "https"), ("Hub", "http")])
def test_a_proxy_is_asked_and_its_refusal_told(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, door: Door, what: str, scheme: str
) -> None:
    for name in PROXIES:
        monkeypatch.setenv(name, f"http://me:hunter2@{door.address}")
    _send_to(monkeypatch, "models.invalid", scheme)
    assert refused(ASKING[what](), toy).code == "E-OFFLINE"
    assert door.knocks >= 1


@pytest.mark.parametrize("what", ASKING)
@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "socks5://127.0.0.1:9", "nonsense://x", "http://[", "::::"])
def test_a_proxy_that_cannot_be_used_is_no_riddle(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, what: str, proxy: str
) -> None:
    for name in PROXIES:
        monkeypatch.setenv(name, proxy)
    _send_to(monkeypatch, "models.invalid", "https")
    told = refused(ASKING[what](), toy)
    assert told.code == "E-OFFLINE"
    assert "cannot be reached" in told.message


def test_an_index_that_pip_does_not_trust_is_told_apart(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    _send_to(monkeypatch, "no-such-host.invalid", "http")
    told = refused(GetStarter(), toy)
    assert told.code == "E-DOWNLOAD"
    assert "not trusted" in told.message


@pytest.mark.parametrize("what", ASKING)
def test_somebody_who_never_answers_does_not_keep_the_user(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    door = Door(silent=True)
    _send_to(monkeypatch, door.address)
    others = set(psutil.Process().children())
    story = narrate(ASKING[what](), toy)
    for event in story:
        if door.knocks and isinstance(event, Progress):
            break
    begun = time.monotonic()
    story.close()  # Stop
    assert time.monotonic() - begun < 3
    assert not [child for child in psutil.Process().children() if child not in others and child.is_running()]
    assert [path.name for path in toy.paths.models.iterdir()] == []
    door.close()


@pytest.mark.parametrize("command", ["get starter", "get owner/toy"])
def test_the_command_line_says_so(toy: Toy, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    from playground.cli import main

    assert main(command.split()) == 1
    told = capsys.readouterr().err
    assert "E-OFFLINE" in told
    assert "Traceback" not in told


def test_the_window_says_so_and_goes_on(toy: Toy, qtbot: QtBot) -> None:
    window = Window(qtbot, toy.paths, in_thread(toy.paths, light.prepare_here))
    try:
        window.show()
        window.heart.start()
        for act in (window.parts.desk.get_starter, lambda: window.parts.desk.download("owner/toy")):
            act()
            window.until(lambda: window.banner.startswith("E-OFFLINE"))
            assert "cannot be reached" in window.banner
            window.until(lambda: not window.parts.desk.is_busy)
            window.window.banner.close_message()
        assert window.heart.longest < 1.0
    finally:
        window.close()
