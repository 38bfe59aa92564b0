"""The history on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from playground.cli import main
from playground.core.history import annotate
from playground.core.paths import Paths
from playground.core.store import Store


@pytest.fixture(autouse=True)
def record() -> None:
    """Three runs, the last one failed."""
    store = Store(Paths.standard().store)
    for id, prompt, answer in (
        ("1", "Why is the sky blue?", "Rayleigh."),
        ("2", "\x1b[31mRed\nsky", "Dusk."),
        ("3", "Hi", ""),
    ):
        job = {"model": f"/m/toy-{id}", "prompt": {"messages": [{"role": "user", "content": prompt}]}}
        store.begin_run(id, "jobs/reply", job, "me")
        store.end_run(id, "done" if answer else "failed", {"text": answer}, "" if answer else "E-OOM")
    annotate(store, "1", tags=("physics",), starred=True)
    store.commit()
    store.close()


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["history", *words]) == 0
    return capsys.readouterr().out


def test_the_newest_comes_first_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    last, second, first = told(capsys).splitlines()
    assert "E-OOM" in last
    assert "Red sky → Dusk." in second
    assert "\x1b" not in second
    assert "★ toy-1" in first
    assert first.endswith("Why is the sky blue? → Rayleigh. #physics")


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["sky"], 2),
        (["sky", "rayleigh"], 1),
        (['"blue sky"'], 0),
        (["--state", "failed"], 1),
        (["--code", "E-OOM"], 1),
        (["--starred"], 1),
        (["--tag", "physics"], 1),
        (["--model", "toy-2", "sky"], 1),
        (["--limit", "2"], 2),
    ],
)
def test_words_and_options_narrow_it_down(capsys: pytest.CaptureFixture[str], words: list[str], count: int) -> None:
    assert len(told(capsys, *words).splitlines()) == count


def test_it_says_when_there_is_more_and_when_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    main(["history", "--limit", "1"])
    assert "1 of 3 records" in capsys.readouterr().err
    main(["history", "elephants"])
    assert "Nothing found." in capsys.readouterr().err


def test_json_tells_everything(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = told(capsys, "rayleigh", "--json").splitlines()
    assert json.loads(line)["job"]["model"] == "/m/toy-1"


@pytest.mark.parametrize("ending", ["jsonl", "csv", "md", "html"])
def test_a_file_holds_all_that_was_found(tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str) -> None:
    file = tmp_path / f"out.{ending}"
    assert told(capsys, "sky", "--export", str(file)) == "2 records written.\n"
    text = file.read_text(encoding="utf-8")
    assert "Rayleigh." in text
    assert "E-OOM" not in text


def test_a_file_holds_no_more_than_the_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "--limit", "1", "--export", str(tmp_path / "out.md")) == "1 record written.\n"


def test_a_wrong_name_is_answered_with_those_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--model", "toy-9"]) == 1
    assert "Did you mean toy-" in capsys.readouterr().err
    assert main(["history", "--export", str(tmp_path / "out.docx")]) == 1
    assert "E-EXPORT" in capsys.readouterr().err


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_that_is_none_is_misuse(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["history", "--limit", limit])
    assert exit.value.code == 2
    assert "--limit" in capsys.readouterr().err
