"""The command line: the same jobs, and every mistake answered in words."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from playground.cli import Engine, main
from playground.core.errors import UserError
from playground.core.events import Event, Progress
from playground.core.paths import Paths
from playground.core.store import Store
from playground.jobs import host
from tests.jobs.helpers import Count, Fetch, Raise, Speak, prepare

ROOT = Path(__file__).parents[1]


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workspace without torch; what a command would need it for fails in words."""
    monkeypatch.setattr(host, "open_workspace", prepare)


@pytest.fixture
def nothing_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    """No job may run at all."""

    def refuse(*_: object) -> None:
        raise AssertionError("a job was run")

    monkeypatch.setattr(Engine, "run", refuse)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


@pytest.mark.parametrize(("word", "meant"), [("modles", "models"), ("aks", "ask"), ("docter", "doctor")])
def test_an_unknown_command_is_answered_with_what_it_may_have_meant(
    word: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit:
        main([word])
    assert exit.value.code == 2
    told = said(capsys)
    assert f"“{word}”" in told
    assert f"Did you mean {meant}" in told


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["--help"])
    assert exit.value.code == 0
    told = capsys.readouterr().out
    assert all(name in told for name in ("ask", "get", "models", "run", "demo", "bench", "doctor"))


@pytest.mark.usefixtures("nothing_loads")
@pytest.mark.parametrize(
    ("option", "value", "field"),
    [
        ("--temperature", "-1", "temperature"),
        ("--temperature", "nan", "temperature"),
        ("--temperature", "1e9", "temperature"),
        ("--top-p", "1.5", "top_p"),
        ("--top-k", "-1", "top_k"),
        ("--min-p", "2", "min_p"),
        ("--max-tokens", "1000000000", "max_tokens"),
        ("--max-tokens", "-5", "max_tokens"),
        ("--seed", "-1", "seed"),
        ("--seed", str(2**64), "seed"),
        ("--answers", "0", "answers"),
        ("--answers", "9", "answers"),
        ("--role", "no such role", "role"),
    ],
)
def test_a_bad_value_is_refused_naming_the_field_before_anything_loads(
    option: str, value: str, field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", "Why?", option, value]) == 1
    told = said(capsys)
    assert field in told
    assert "Traceback" not in told


@pytest.mark.parametrize(("option", "value"), [("--temperature", "hot"), ("--top-k", "1.5"), ("--dtype", "int3")])
def test_a_value_of_the_wrong_kind_is_misuse(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["ask", "Why?", option, value])
    assert exit.value.code == 2
    assert option in said(capsys)


def test_without_models_the_way_to_one_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "playground get starter" in told.err


def test_an_unknown_model_is_answered_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "Why?", "--model", "startr"]) == 1
    told = said(capsys)
    assert "startr" in told
    assert "starter" in told
    assert "E-MODEL-NOTFOUND" in told


@pytest.mark.usefixtures("nothing_loads")
def test_a_name_that_is_none_is_not_looked_for_on_the_hub(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["get", "gpt2"]) == 1
    assert "E-NAME" in said(capsys)


# -- run FILE.json -----------------------------------------------------------------------------------------------


def run_file(tmp_path: Path, content: Any) -> int:
    file = tmp_path / "job.json"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        file.write_text(json.dumps(content))
    return main(["run", str(file)])


@pytest.mark.usefixtures("nothing_loads")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read"),
        (b"{", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        ([], "kind"),
        ({}, "kind"),
        ({"kind": "jobs/lod"}, "load"),
        ({"kind": "jobs/job"}, "jobs/job"),
        ({"kind": "jobs/host"}, "jobs/host"),
        ({"kind": "samplers/top_k"}, "no job"),
        ({"kind": "os/system"}, "os/system"),
        ({"kind": "jobs/load"}, "path"),
        ({"kind": "jobs/load", "path": 5}, "path"),
        ({"kind": "jobs/load", "path": "x", "pth": "y"}, "pth"),
        ({"kind": "jobs/list_models", "version": 2}, "version 2"),
        ({"kind": "jobs/reply", "model": "x", "prompt": {}, "settings": {"max_tokens": -1}}, "max_tokens"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(
    tmp_path: Path, content: Any, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_file(tmp_path, content) == 1
    told = said(capsys)
    assert words in told
    assert "Traceback" not in told


def test_a_missing_file_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "no-such-file.json"]) == 1
    assert "no-such-file.json" in said(capsys)


def test_a_job_from_a_file_tells_its_story_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_file(tmp_path, {"kind": "jobs/list_models", "version": 1}) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["event"] for event in events] == ["Started", "Done"]
    assert events[-1]["result"] == []


@pytest.mark.usefixtures("light")
def test_a_job_that_fails_gives_code_and_exit_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_file(tmp_path, {"kind": "jobs/describe", "path": str(tmp_path / "none")}) == 1
    assert "[E-MODEL-NOTFOUND]" in said(capsys)


# -- jobs in this process ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("light")
def test_results_come_back_and_failures_are_raised_in_words() -> None:
    shown: list[Event] = []
    with Engine(Paths.standard()) as engine:
        assert engine.run(Count(2), shown.append) == 2
        assert engine.run(Fetch(1)) == 1
        with pytest.raises(UserError) as caught:
            engine.run(Raise("panic"))
    assert Progress(1, 2) in shown
    assert "unwrap" in caught.value.message


@pytest.mark.usefixtures("light")
def test_what_is_said_on_the_command_line_is_in_the_record_too() -> None:
    with Engine(Paths.standard()) as engine:
        engine.run(Speak("r", ("Hel", "lo")))
    run = Store(Paths.standard().store).run("r")
    assert run is not None
    assert (run.state, run.text) == ("done", "Hello")


_TALKS = """
import sys
from playground import cli
from playground.jobs import host
from tests.jobs.helpers import Deaf, Speak, prepare

host.open_workspace = prepare

def act():
    with cli.Engine(cli.Paths.standard()) as engine:
        if sys.argv[1] == "polite":
            engine.run(Speak("r", ("par",), gate="never"), lambda event: print(type(event).__name__, flush=True))
        else:
            engine.run(Deaf(), lambda event: print(type(event).__name__, flush=True))

class Parser:
    def parse_args(self, words):
        return self
    def act(self, options):
        act()

cli._parser = Parser
sys.exit(cli.main([]))
"""


@pytest.mark.parametrize(("kind", "presses"), [("polite", 1), ("deaf", 2)])
def test_ctrl_c_stops_politely_and_a_second_one_insists(tmp_path: Path, kind: str, presses: int) -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-c", _TALKS, kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "Started\n"
        process.stdout.readline()  # its first word: by now it works
        for _ in range(presses):
            process.send_signal(signal.SIGINT)
            _until_handled(process)  # two must not fall into one
        assert process.wait(timeout=20) == 130
    if kind == "polite":
        run = Store(Paths.standard().store).run("r")
        assert run is not None
        assert (run.state, run.text) == ("stopped", "par")


def _until_handled(process: subprocess.Popen[str]) -> None:
    """Wait until the process has taken the signal: it is no longer pending (where the system tells)."""
    status = Path(f"/proc/{process.pid}/status")
    given_up = time.monotonic() + 20
    while process.poll() is None and status.exists() and not _nothing_pending(status.read_text()):
        assert time.monotonic() < given_up


def _nothing_pending(status: str) -> bool:
    pending = [line.split()[1] for line in status.splitlines() if line.startswith(("SigPnd", "ShdPnd"))]
    return all(int(bits, 16) == 0 for bits in pending)
