"""What every test gets: fresh folders, no network, no screen, and the starter where a test asks for it."""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path

import platformdirs
import pytest

if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HF_HUB_OFFLINE"] = "1"  # read once, when the library is imported
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"

from playground.core.errors import UserError
from playground.core.paths import Paths


@pytest.fixture(autouse=True)
def _fresh_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def starter_home() -> Paths:
    """The folders that keep the starter between test runs: PLAYGROUND_TEST_HOME, or one in the user's cache."""
    return Paths(Path(os.environ.get("PLAYGROUND_TEST_HOME") or platformdirs.user_cache_dir("llm-playground-tests")))


@pytest.fixture(scope="session")
def starter(starter_home: Paths) -> Path:
    """The converted starter's folder; fetched and converted when it is not there yet."""
    from playground.engine.workspace import Workspace
    from playground.jobs.convert import Convert
    from playground.jobs.get_starter import GetStarter
    from tests.stories import outcome

    workspace = Workspace(starter_home)
    try:
        file = outcome(GetStarter().run(workspace))
    except UserError as error:
        if error.code != "E-OFFLINE":
            raise
        pytest.skip(f"the starter cannot be fetched: {error}")
    return Path(outcome(Convert(file).run(workspace)))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """An engine that a test left behind fails the run: Python would wait for it for ever."""
    for process in multiprocessing.active_children():
        process.join(10)  # one that is just ending
    if left := multiprocessing.active_children():
        for process in left:
            process.kill()
        sys.stderr.write(f"\n{len(left)} engine(s) left behind by a test\n")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
