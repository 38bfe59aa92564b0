"""What every test gets: fresh folders, no network, no screen, and the starter where a test asks for it."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest

if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HF_HUB_OFFLINE"] = "1"  # read once, when the library is imported
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"

from playground.core.errors import UserError
from playground.core.paths import Paths

DEFERRED_DELETE = 52  # QEvent.Type.DeferredDelete, without importing Qt where no test needs it


@pytest.fixture(autouse=True)
def _fresh_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "home"))


@pytest.fixture(autouse=True)
def _no_window_left() -> Iterator[None]:
    """Delete every window a test leaves: each would be styled again whenever a later test changes the theme."""
    yield
    widgets = sys.modules.get("PySide6.QtWidgets")
    app = widgets.QApplication.instance() if widgets is not None else None
    if widgets is None or not isinstance(app, widgets.QApplication):
        return
    for window in app.topLevelWidgets():
        if window.parent() is None:
            window.hide()
            window.deleteLater()
    app.sendPostedEvents(None, DEFERRED_DELETE)


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
