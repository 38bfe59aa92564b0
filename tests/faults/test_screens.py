"""Settings and layouts that are damaged, screens that are gone or small: the window opens and says what is lost."""

from __future__ import annotations

import base64
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMargins, QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractSlider, QApplication
from pytestqt.qtbot import QtBot

from playground.core.options import options_of
from playground.core.paths import Paths
from playground.core.settings import Settings, read_settings
from playground.core.store import Store
from playground.gui.layout import Layout
from playground.gui.main_window import SMALLEST
from tests.faults.long_talk import long_talk, save
from tests.gui.desktop import Desktop, running

QUICK = 0.1  # seconds a scroll step or a filter may take
FRAME = QMargins(2, 2, 2, 2)  # Qt gives windows without a screen a frame
Step = QAbstractSlider.SliderAction


@pytest.fixture
def paths() -> Paths:
    return Paths.standard()


def told(desktop: Desktop) -> str:
    """Return what the banner says: plain words, once."""
    banner = desktop.window.banner
    text = banner.text() if banner.isVisible() else ""
    assert "Traceback" not in text
    assert str(desktop.paths.home) not in text
    return text


def check_chat(desktop: Desktop) -> None:
    """Check that the window can be used."""
    desktop.run("chat.open")
    desktop.load()
    desktop.exchange("Why?", "Because.")
    assert desktop.stored().path()[-1].text == "Because."


def kept(paths: Paths, name: str) -> list[Path]:
    return sorted(paths.home.glob(f"{name}.corrupt-*"))


# -- damaged files -----------------------------------------------------------------------------------------------------

DAMAGES = {
    "empty": b"",
    "cut off": b'{"theme": "da',
    "binary": bytes(range(256)) * 4,
    "zeros": b"\x00" * 5000,
    "UTF-16": '{"theme": "dark"}'.encode("utf-16"),
    "a list": b"[1, 2]",
    "a number": b"7",
    "nothing": b"null",
    "nested": b"[" * 100_000,
    "a long number": b'{"zoom": ' + b"9" * 10_000 + b"}",
    "two objects": b"{}{}",
    "larger than it can be": b'{"theme": "dark"}' + b" " * 2_000_000,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_settings_and_layout_are_kept_and_said_once(
    qtbot: QtBot, paths: Paths, tmp_path: Path, damage: str
) -> None:
    for file in (paths.settings, paths.layout):
        file.write_bytes(DAMAGES[damage])
    with running(qtbot) as desktop:
        assert desktop.session.settings == Settings()
        assert desktop.window.current == "chat"
        for name in ("settings.json", "layout.json"):
            (file,) = kept(paths, name)
            assert file.read_bytes() == DAMAGES[damage]
            assert file.name in told(desktop)
        assert told(desktop).startswith("The settings file could not be read.")
        check_chat(desktop)
    assert len(list(paths.home.glob("*.corrupt-*"))) == 2
    assert [file.name for file in tmp_path.iterdir()] == ["home"]


def _folder(file: Path) -> None:
    file.mkdir()
    (file / "inside").write_text("mine")


PLACES: dict[str, Callable[[Path], object]] = {
    "a folder": _folder,
    "a pipe": os.mkfifo,
    "a link to itself": lambda file: file.symlink_to(file),
    "a link to a device": lambda file: file.symlink_to("/dev/zero"),
}


@pytest.mark.skipif(os.name != "posix", reason="such files are made differently here")
@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_file_is_moved_away_unread(qtbot: QtBot, paths: Paths, place: str) -> None:
    for file in (paths.settings, paths.layout):
        PLACES[place](file)
    with running(qtbot) as desktop:
        assert all(kept(paths, name)[0].name in told(desktop) for name in ("settings.json", "layout.json"))
        desktop.run("app.theme_dark")
        after = desktop.restart()
        assert after.theme.dark
        assert told(after) == ""
    if place == "a folder":
        assert (kept(paths, "layout.json")[0] / "inside").read_text() == "mine"


def test_files_that_may_not_be_read_are_kept_too(qtbot: QtBot, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_text

    def refuse(path: Path, *how: Any, **more: Any) -> str:
        if path in (paths.settings, paths.layout):
            raise PermissionError(13, "Permission denied")
        return read(path, *how, **more)

    for file in (paths.settings, paths.layout):
        file.write_text("{}")
    monkeypatch.setattr(Path, "read_text", refuse)
    with running(qtbot) as desktop:
        assert all(kept(paths, name)[0].name in told(desktop) for name in ("settings.json", "layout.json"))
        check_chat(desktop)


def test_one_damage_does_not_take_the_backup_of_another(paths: Paths) -> None:
    for number in range(3):
        paths.settings.write_text(f"[{number}]")
        _, trouble = read_settings(paths.settings)
        assert kept(paths, "settings.json")[-1].name in trouble
    assert sorted(file.read_text() for file in kept(paths, "settings.json")) == ["[0]", "[1]", "[2]"]


def test_what_was_said_at_the_start_comes_back_when_an_error_took_its_place(qtbot: QtBot, paths: Paths) -> None:
    paths.settings.write_text("{")
    paths.store.write_bytes(b"no database" * 1000)
    with running(qtbot) as desktop:
        desktop.wait(lambda: "E-STORE" in told(desktop))
        desktop.window.banner.close_message()
        assert "settings file" in told(desktop)
        desktop.window.banner.close_message()
        assert told(desktop) == ""


# -- damaged values ----------------------------------------------------------------------------------------------------

ODD: tuple[Any, ...] = (
    None, "", True, {}, 10**400, -1, float("nan"), 2**63, "\ud800", "\x00", "x" * 5000, 1e308, [], [[]],
    [2**63] * 3, [None] * 3, [True, True, True], [-5, 2, 10**400], ["a", "\ud800", "x" * 5000], {"a": {"b": []}},
)  # fmt: skip


def test_every_value_of_the_settings_is_taken_by_itself(paths: Paths) -> None:
    for option in options_of(Settings):
        for value in ODD:
            paths.settings.write_text(json.dumps({"zoom": 120, "theme": "dark", option.name: value}))
            settings, trouble = read_settings(paths.settings)
            Settings(**vars(settings))  # every limit holds
            taken = getattr(settings, option.name) == value or value != value
            assert (option.title in trouble) != (taken and value == value), (option.name, value)
            assert option.name == "zoom" or settings.zoom == 120
            assert option.name == "theme" or settings.theme == "dark"


def test_settings_with_bad_values_are_kept_and_the_good_ones_are_used(qtbot: QtBot, paths: Paths) -> None:
    bad = json.dumps({"theme": "purple", "zoom": 10**6, "threads": "all", "send_with_ctrl": True})
    paths.settings.write_text(bad)
    with running(qtbot) as desktop:
        assert desktop.session.settings == Settings(send_with_ctrl=True)
        assert all(
            word in told(desktop) for word in ("Theme", "Zoom", "CPU threads", kept(paths, "settings.json")[0].name)
        )
        assert desktop.chat.view.composer.ctrl_enter
        after = desktop.restart()
        assert (after.session.settings, told(after)) == (Settings(send_with_ctrl=True), "")
    assert [file.read_text() for file in kept(paths, "settings.json")] == [bad]


def test_what_another_version_wrote_is_no_damage(qtbot: QtBot, paths: Paths) -> None:
    paths.settings.write_text('\ufeff{"theme": "dark", "colour_of_the_sky": "blue"}', encoding="utf-8")
    paths.layout.write_text('{"panel": "models", "mood": 7}')
    with running(qtbot) as desktop:
        assert desktop.theme.dark
        assert desktop.window.current == "models"
        assert told(desktop) == ""
    assert list(paths.home.glob("*.corrupt-*")) == []


def spoilt(data: Any, value: Any) -> Any:
    """Return a copy with everything in it replaced but the names."""
    return {name: spoilt(part, value) for name, part in data.items()} if isinstance(data, dict) else value


@pytest.fixture(scope="module")
def layouts() -> dict[str, Any]:
    """What a used window has written."""
    return {}


@pytest.mark.parametrize("value", ODD[::2], ids=lambda value: repr(value)[:20])
def test_a_layout_of_odd_values_opens_the_window(
    qtbot: QtBot, paths: Paths, layouts: dict[str, Any], value: Any
) -> None:
    if not layouts:
        with running(qtbot) as desktop:
            check_chat(desktop)
        layouts.update(json.loads(paths.layout.read_text()))
    odd = {**spoilt(layouts, value), "panel": "chat"}
    paths.layout.write_text(json.dumps(odd))
    with running(qtbot) as desktop:
        assert desktop.window.current == "chat"
        assert desktop.box.isVisible()
        assert "E-" not in told(desktop)
        wrong = any(not isinstance(odd[name], type(part)) for name, part in vars(Layout()).items())
        assert bool(kept(paths, "layout.json")) == wrong == ("layout of the window" in told(desktop))


# -- screens -----------------------------------------------------------------------------------------------------------


def geometry(x: int, y: int, width: int, height: int, state: int = 0, screen: int = 0) -> str:
    """Return what Qt saves of a window: its frame, its usual place, its screen, whether it fills that."""
    rect = struct.pack(">4i", x, y, x + width - 1, y + height - 1)
    rest = struct.pack(">iBBi", screen, state == 1, state == 2, 1440)
    return base64.b64encode(struct.pack(">IHH", 0x1D9D0CB, 3, 0) + rect + rect + rest + rect).decode()


FAR = 2**31
WINDOWS = {
    "on a screen at the right": geometry(5000, 100, 1100, 700, screen=1),
    "on a screen far away": geometry(90_000, -90_000, 1100, 700, screen=7),
    "left of all": geometry(-5000, 100, 1100, 700),
    "at the end of the world": geometry(-FAR, -FAR, 1100, 700),
    "at the other end": geometry(FAR - 1100, FAR - 700, 1100, 700),
    "above the edge": geometry(10, -300, 600, 500),
    "half outside": geometry(500, 500, 1100, 700),
    "as large as a house": geometry(0, 0, 100_000, 100_000),
    "a dot": geometry(100, 100, 1, 1),
    "nothing": geometry(0, 0, 0, 0),
    "turned inside out": geometry(500, 500, -300, -300),
    "maximized somewhere": geometry(9000, 9000, 1100, 700, state=1),
    "maximized at the end of the world": geometry(-FAR, -FAR, 1100, 700, state=1),
    "a full screen that is gone": geometry(-FAR, -FAR, 1100, 700, state=2, screen=3),
    "cut off": geometry(0, 0, 900, 700)[:40],
    "no geometry": "AAAA" * 1000,
}


def check_place(desktop: Desktop) -> None:
    """Check that the window lies on a screen and can be used there."""
    window = desktop.window
    room = window.screen().availableGeometry()
    assert window.screen() in QGuiApplication.screens()
    for place in (window.geometry(), window.normalGeometry()):
        assert room.marginsAdded(FRAME).contains(place), place
        assert place.size().expandedTo(SMALLEST.boundedTo(room.size() * 0.9)) == place.size()
    box = QRect(desktop.box.mapToGlobal(desktop.box.rect().topLeft()), desktop.box.size())
    assert room.contains(box)


@pytest.mark.parametrize("place", WINDOWS)
def test_a_window_comes_back_on_a_screen_that_is_there(qtbot: QtBot, paths: Paths, place: str) -> None:
    paths.layout.write_text(json.dumps({"geometry": WINDOWS[place]}))
    desktop = Desktop(qtbot, paths, size=None)
    try:
        desktop.show()
        check_place(desktop)
        assert told(desktop) == ""
    finally:
        desktop.close()


def test_a_window_whose_screen_is_taken_away_moves_to_another(qtbot: QtBot, paths: Paths) -> None:
    desktop = Desktop(qtbot, paths, size=None)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    try:
        desktop.show()
        desktop.window.move(9000, -4000)
        desktop.settle()
        app.screenRemoved.emit(QGuiApplication.primaryScreen())
        desktop.settle()
        check_place(desktop)
    finally:
        desktop.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "zooms"),
    [((3840, 2160), (100, 150, 200)), ((3200, 1800), (100, 150, 200)), ((1920, 1080), (100,))],
)
def test_at_300_percent_everything_has_its_room_at_every_zoom(
    tmp_path: Path, paths: Paths, size: tuple[int, int], zooms: tuple[int, ...]
) -> None:
    with closing(Store(paths.store)) as store:
        save(store, long_talk(4))
    paths.layout.write_text(json.dumps({"panels": {"chat": {"conversation": "long"}}}))
    screen = {"name": "one", "x": 0, "y": 0, "width": size[0], "height": size[1], "dpr": 1}
    (tmp_path / "screen.json").write_text(json.dumps({"screens": [{**screen, "logicalDpi": 96, "logicalBaseDpi": 96}]}))
    platform = {"QT_QPA_PLATFORM": "offscreen:configfile=screen.json", "QT_SCALE_FACTOR": "3"}
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.small_screen", *map(str, zooms)],
        cwd=tmp_path, env={**os.environ, **platform, "PYTHONPATH": root}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
