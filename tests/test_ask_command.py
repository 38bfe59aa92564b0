"""Asking on the command line: one answer, or several one after another."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from playground.cli import main
from playground.core.events import Cancelled, Done, Note, Started
from playground.core.paths import Paths
from playground.core.store import Store
from playground.printing import print_answers
from tests.jobs.helpers import token
from tests.toys import toy

WORDS = ("The quick brown fox", "--max-tokens", "6", "--seed", "5", "--dtype", "float32")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy("llama", tmp_path_factory.mktemp("models") / "toy")


def ask(folder: Path, *words: str) -> None:
    assert main(["ask", *WORDS, "--model", str(folder), *words]) == 0


def test_one_answer_is_only_its_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask(folder)
    told = capsys.readouterr()
    (run,) = Store(Paths.standard().store).runs()
    assert told.out == run.text
    assert told.err.rstrip().endswith("seed 5]")


def test_several_answers_have_headings_seeds_and_records(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask(folder, "--answers", "2")
    told = capsys.readouterr()
    texts = [run.text for run in reversed(Store(Paths.standard().store).runs())]
    assert told.out == f"--- Answer 1 of 2, seed 5 ---\n\n{texts[0]}\n\n--- Answer 2 of 2, seed 6 ---\n\n{texts[1]}"
    assert [line[-7:] for line in told.err.split("\n") if "seed" in line] == ["seed 5]", "seed 6]"]


def test_events_name_the_row(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask(folder, "--answers", "2", "--json")
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {event["row"] for event in events if event["event"] == "Token"} == {0, 1}
    assert [part["seed"] for part in events[-1]["result"]] == [5, 6]


def test_the_first_comes_live_and_the_others_when_all_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    show = print_answers((7, 8))
    show(Started())
    show(token(0, "One"))
    show(replace(token(0, "Two\x1b[31m"), row=1))
    show(Note("Worth knowing."))
    told = capsys.readouterr()
    assert told.out == "--- Answer 1 of 2, seed 7 ---\n\nOne"
    assert told.err == "[Worth knowing.]\n"
    show(Done(()))
    assert capsys.readouterr().out == "\n\n--- Answer 2 of 2, seed 8 ---\n\nTwo␛[31m"


def test_what_there_is_of_the_others_is_printed_when_it_is_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    show = print_answers((7, 8))
    show(replace(token(0, "Tw"), row=1))
    show(Cancelled())
    assert capsys.readouterr().out.endswith("seed 8 ---\n\nTw")
