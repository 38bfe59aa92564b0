"""The reader as the engine uses it: answers, limits, and its end."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from playground.core.errors import UserError
from playground.engine import reader_process
from playground.engine.describing import describe
from playground.engine.reader import Reader
from playground.engine.reader_process import Gone, Limits, ReaderProcess
from tests.ggufs import toy_gguf
from tests.toys import CHATML, toy

HI = [{"role": "user", "content": "Hi"}]
ENDLESS = "{% for i in range(99999) %}\n{% for j in range(99999) %}{% endfor %}{% endfor %}"
CUBE = "[[[0] * 9000] * 9000] * 9000"
UNSTOPPABLE = f"{{{{ {CUBE} == {CUBE} }}}}"  # one call that hears no alarm
needs_limits = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no such limits")


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.close()


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def refusal(reader: Reader, source: str) -> UserError:
    with pytest.raises(UserError) as caught:
        reader.render(source, HI, {})
    assert caught.value.code == "E-TEMPLATE"
    return caught.value


def test_one_process_answers_many_questions(reader: Reader, tmp_path: Path) -> None:
    folder, file = toy("llama", tmp_path / "toy"), toy_gguf(tmp_path / "toy.gguf")
    before = children()
    assert reader.describe(folder) == describe(folder)
    assert reader.describe(file) == describe(file)
    assert reader.try_tokenizer(folder) == 498
    assert reader.render("{{ messages[0].content }}", HI, {}) == ("Hi", ("", ""))
    assert reader.traits(CHATML, {})["default_system"] == "You are a toy."
    assert len(children() - before) == 1


def test_one_that_was_started_early_answers_the_first_question(reader: Reader) -> None:
    before = children()
    reader.start()
    started = children() - before
    assert len(started) == 1
    assert reader.render("x", HI, {})[0] == "x"
    assert children() - before == started


def test_it_holds_nothing_heavy() -> None:
    """In a fresh process, because this one holds torch already."""
    check = (
        "import sys, playground.engine.reading.answering\n"
        "print(*{'torch', 'transformers', 'PySide6', 'optimum', 'numpy'} & set(sys.modules))"
    )
    here = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", check], cwd=here, capture_output=True, check=True).stdout == b"\n"


def test_a_refusal_arrives_in_the_users_words(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no model folder") as caught:
        reader.describe(tmp_path)
    assert (caught.value.code, bool(caught.value.hint)) == ("E-MODEL-NOCONFIG", True)


def test_texts_of_any_kind_come_back_as_they_went(reader: Reader) -> None:
    text = "a\nb\0c\ud83d \u2028 你好 \x1b[0m" + "x" * 1_000_000
    assert reader.render("{{ messages[0].content }}", [{"role": "user", "content": text}], {})[0] == text


@needs_limits
def test_an_endless_template_is_given_up_with_its_line(reader: Reader) -> None:
    reader.render("x", HI, {})
    began = time.monotonic()
    assert "in line 2: it takes too long" in refusal(reader, ENDLESS).message
    assert time.monotonic() - began < 1.5
    assert reader.render("x", HI, {})[0] == "x"


def test_what_hears_no_alarm_is_ended_with_the_process(reader: Reader) -> None:
    reader.render("x", HI, {})
    before, began = children(), time.monotonic()
    assert "too long" in refusal(reader, UNSTOPPABLE).message
    assert time.monotonic() - began < 1.5
    assert reader.render("x", HI, {})[0] == "x"
    assert len(children()) == len(before)
    assert children() != before


@needs_limits
@pytest.mark.parametrize(
    "source",
    [
        "\n{% set s = namespace(t='ab') %}{% for i in range(40) %}{% set s.t = s.t ~ s.t %}{% endfor %}",
        "\n{% set s = namespace(t=[1]) %}{% for i in range(40) %}{% set s.t = s.t + s.t %}{% endfor %}",
        "\n{{ 'a' * 10 ** 12 }}",
        "\n{{ 'a' | center(10 ** 11) }}",
    ],
)
def test_a_memory_bomb_is_told_with_its_line(reader: Reader, source: str) -> None:
    assert re.search("in line 2: it takes too (much memory|long)", refusal(reader, source).message)
    assert reader.render("x", HI, {})[0] == "x"


def test_without_limits_of_the_system_the_engine_watches_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_process, "_BASE_BYTES", 200_000_000 - 10**12)
    hog = "{% set hog = 'x' * 300000000 %}" + ENDLESS
    process, began = ReaderProcess(), time.monotonic()
    with pytest.raises(Gone):
        process.ask("render", Limits(60, 10**12), source=hog, messages=HI, variables={})
    assert time.monotonic() - began < 10
    assert not process.lives


def test_two_threads_take_turns(reader: Reader) -> None:
    heard: list[str] = []

    def ask(word: str) -> None:
        for _ in range(50):
            heard.append(reader.render(word + "{{ messages[0].content }}", HI, {})[0])

    threads = [threading.Thread(target=ask, args=(word,)) for word in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard) == ["aHi"] * 50 + ["bHi"] * 50 + ["cHi"] * 50


def test_a_process_killed_meanwhile_is_replaced(reader: Reader) -> None:
    before = children()
    reader.render("x", HI, {})
    (child,) = children() - before
    psutil.Process(child).kill()
    psutil.wait_procs([psutil.Process(child)], timeout=0.1)
    assert reader.render("x", HI, {})[0] == "x"


def test_a_reader_that_does_not_start_says_so(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false") or sys.executable)
    with pytest.raises(UserError) as caught:
        reader.render("x", HI, {})
    assert caught.value.code == "E-READER"


def test_closing_leaves_no_process(reader: Reader) -> None:
    before = children()
    reader.render("x", HI, {})
    reader.close()
    assert children() <= before


def test_a_forgotten_reader_ends_its_process() -> None:
    before = children()
    reader = Reader()
    reader.render("x", HI, {})
    del reader
    assert children() <= before


_ENGINE = """
import os, sys, threading
from playground.engine.reader import Reader
reader = Reader()
reader.render("x", [], {})
print(reader._process._process.pid, flush=True)
if "busy" in sys.argv:
    threading.Thread(target=lambda: reader.render(sys.argv[1], [], {})).start()
sys.stdin.read()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no such signal")
@pytest.mark.parametrize("doing", [["idle"], [ENDLESS, "busy"], [UNSTOPPABLE, "busy"]], ids=["idle", "busy", "deaf"])
def test_an_engine_killed_hard_leaves_no_reader_behind(doing: list[str]) -> None:
    command = [sys.executable, "-c", _ENGINE, *doing]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdin=-1, stdout=-1, text=True) as engine:
        assert engine.stdout is not None
        child = psutil.Process(int(engine.stdout.readline()))
        idle = child.cpu_times().user
        while "busy" in doing and child.cpu_times().user < idle + 0.1:
            child.cpu_percent(interval=0.02)
        os.kill(engine.pid, signal.SIGKILL)
    assert psutil.wait_procs([child], timeout=20)[1] == []


# -- what the process may not do --------------------------------------------------------------------------------------

_LOCKED = """
import sys
from playground.engine.reading.limits import lock_up
lock_up()
try:
    exec(sys.argv[1])
except OSError as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize(
    "deed",
    [
        "open('canary', 'w')",
        "open('canary', 'ab')",
        "import os; os.open('canary', os.O_CREAT)",
        "import pathlib; pathlib.Path('canary').touch()",
        "import os; os.mkdir('canary')",
        "import os; os.rename(sys.executable, 'canary')",
        "import os; os.remove('precious')",
        "import os; os.system('touch canary')",
        "import os; os.execv('/bin/touch', ['touch', 'canary'])",
        "import subprocess; subprocess.run(['touch', 'canary'])",
        "import shutil; shutil.copy('precious', 'canary')",
        "import socket; socket.socket()",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import sqlite3; sqlite3.connect('canary').execute('create table t (x)')",
    ],
)
def test_a_locked_process_does_no_harm(deed: str, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", _LOCKED, deed]
    told = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "Error" in told.stdout, told.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_the_process_knows_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_abcdefghijklmnop")
    assert "HF_TOKEN" not in reader_process._environment()
