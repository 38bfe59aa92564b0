"""The real window opens, paints and closes: without a screen, and on an X display of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
XVFB = shutil.which("Xvfb")


@pytest.fixture
def display() -> Iterator[str]:
    """An X server with a number of its own choosing."""
    if XVFB is None:
        pytest.skip("Xvfb is not installed (Debian and Ubuntu: the package xvfb)")
    reading, writing = os.pipe()
    command = [XVFB, "-displayfd", str(writing), "-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    with (
        subprocess.Popen(command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server,
        os.fdopen(reading) as numbers,
    ):
        os.close(writing)
        number = numbers.readline().strip()
        assert number, "Xvfb ended at once"
        yield f":{number}"
        server.terminate()


def open_and_close(home: Path, **variables: str) -> str:
    """Run the application until its window has been painted; return what it said."""
    env = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    env |= {"PLAYGROUND_HOME": str(home), "PLAYGROUND_TRACE": "quit", **variables}
    command = [sys.executable, "-m", "playground"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def left_over(home: Path) -> list[list[str]]:
    """Return the processes that go on using this home."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("PLAYGROUND_HOME") == str(home):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    _, alive = psutil.wait_procs(found, timeout=10)  # multiprocessing's own tracker ends a moment after the window
    return [process.cmdline() for process in alive]


def test_the_window_opens_on_an_x_display(display: str, tmp_path: Path) -> None:
    told = open_and_close(tmp_path / "window", QT_QPA_PLATFORM="xcb", DISPLAY=display)
    assert "trace painted" in told  # an X window is painted only once it is mapped
    assert left_over(tmp_path / "window") == []


def test_the_window_opens_without_a_screen(tmp_path: Path) -> None:
    told = open_and_close(tmp_path / "window", QT_QPA_PLATFORM="offscreen")
    assert "trace painted" in told
    assert "trace modules \n" in told  # none of the heavy ones
    assert left_over(tmp_path / "window") == []


def test_a_second_start_after_a_damaged_record_and_settings_opens_too(tmp_path: Path) -> None:
    home = tmp_path / "window"
    home.mkdir()
    (home / "playground.sqlite").write_bytes(b"no database" * 1000)
    (home / "settings.json").write_text("{")
    assert "trace painted" in open_and_close(home, QT_QPA_PLATFORM="offscreen")
    assert len(list(home.glob("*.corrupt-*"))) == 2
