"""Records written for programs and for people: nothing is lost, nothing in them is run."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from playground.core.errors import UserError
from playground.core.events import Token
from playground.core.facts import RunInfo
from playground.core.history import Entry, Record
from playground.core.record_export import FORMATS, save, to_csv, to_html, to_jsonl, to_markdown

NASTY = '<script>alert(1)</script>\x00\x1b[31m\u202e``` & "quotes"\n\n# not a heading\'s end'


def made(**fields: Any) -> Record:
    entry = Entry(
        id="r",
        started=1_700_000_000.0,
        seconds=1.5,
        kind="jobs/reply",
        model="Toy 1",
        prompt="Why",
        text="Because",
        state="done",
        stop_reason="end of turn",
        code="",
        prompt_tokens=11,
        new_tokens=2,
        starred=True,
        tags=("a", "b c"),
        note="Nice",
    )
    job = {
        "kind": "jobs/reply",
        "model": "/home/someone/models/toy",
        "prompt": {"messages": [{"role": "user", "content": "Why\nso?"}], "system": "Be brief."},
        "settings": {"max_tokens": 256, "stop": ["\n\n"], "seed": 7},
    }
    info = RunInfo(
        "/home/someone/models/toy",
        "Toy 1",
        model_hash="0123456789abcdef",
        device="cpu",
        dtype="float16",
        reading_dtype="bfloat16",
        seed=2**64 - 1,
        effective=("temperature 0.7", "top-k 40"),
        versions=(("torch", "2.10"),),
    )
    tokens = (Token(0, 5, "Because", 0.5, 0.75, 1, math.nan, 0.1, ((1, -0.5),)),)
    whole = Record(entry, job, info, {"text": "Because."}, "Why\nso?", "Because.", "", tokens, "talk", "turn")
    own = {key: value for key, value in fields.items() if key in Record.__dataclass_fields__}
    listed = {key: value for key, value in fields.items() if key not in own}
    return replace(whole, entry=replace(entry, **listed), **own)


def cells(record: Record) -> dict[str, str]:
    text = "".join(to_csv([record]))
    assert text.startswith("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text[1:], newline=""))
    return row


# -- for programs ------------------------------------------------------------------------------------------------


def test_a_line_of_json_holds_everything_but_the_alternatives() -> None:
    lines = "".join(to_jsonl([made(), made(info=None, id="s")])).splitlines()
    first, second = (json.loads(line) for line in lines)
    assert (first["id"], first["prompt"], first["text"], first["tags"]) == ("r", "Why\nso?", "Because.", ["a", "b c"])
    assert first["job"] == made().job
    assert first["info"]["seed"] == 2**64 - 1
    assert first["tokens"][0] == {
        "step": 0,
        "id": 5,
        "text": "Because",
        "raw_probability": 0.5,
        "probability": 0.75,
        "rank": 1,
        "entropy": None,  # "not a number" is no JSON
        "seconds": 0.1,
    }
    assert (second["id"], second["info"]) == ("s", None)


def test_a_table_holds_each_record_in_a_row() -> None:
    row = cells(made())
    assert (row["prompt"], row["answer"], row["system"]) == ("Why\nso?", "Because.", "Be brief.")
    assert (row["tags"], row["starred"], row["seconds"]) == ("a, b c", "1", "1.5")
    assert (row["seed"], row["sampling"]) == ("18446744073709551615", "temperature 0.7, top-k 40")
    assert row["versions"] == "torch 2.10"


@pytest.mark.parametrize("beginning", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")'])
@pytest.mark.parametrize("field", ["prompt", "text", "note", "model", "error"])
def test_no_cell_is_a_formula(beginning: str, field: str) -> None:
    column = {"text": "answer"}.get(field, field)
    assert cells(made(**{field: beginning}))[column] == f"'{beginning}"


def test_what_is_no_formula_stays_as_it_is() -> None:
    assert cells(made(text="2 = 2, 'quoted'\r\n\"x\""))["answer"] == "2 = 2, 'quoted'\r\n\"x\""


def test_a_run_that_was_never_settled_fills_its_columns_with_nothing() -> None:
    row = cells(made(info=None, error="Not enough memory."))
    assert (row["seed"], row["versions"], row["error"], row["id"]) == ("", "", "Not enough memory.", "r")


# -- for people --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [to_markdown, to_html])
def test_people_read_prompt_answer_note_and_the_settings_at_the_foot(form: Any) -> None:
    page = "".join(form([made(text="Blue light scatters.")]))
    parts = ("Toy 1", "Be brief.", "Why\nso?", "Blue light scatters.", "Nice", "temperature 0.7, top-k 40", "2.10")
    places = [page.index(part) for part in parts]
    assert places == sorted(places)
    assert "18446744073709551615" in page


@pytest.mark.parametrize("form", [to_csv, to_markdown, to_html])
def test_what_is_shown_around_does_not_say_where_the_models_lie(form: Any) -> None:
    assert "someone" not in "".join(form([made()]))


def test_settings_stay_in_their_fence() -> None:
    page = "".join(to_markdown([made(tags=("```\n# out",))]))
    assert "````text\n" in page
    assert "\n# out" not in page


def test_what_is_not_known_is_left_out() -> None:
    page = "".join(to_markdown([made(info=None, job={}, tags=())]))
    assert not [name for name in ("Sampling:", "Seed:", "Device:", "Tags:", "### System") if name in page]


class Page(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not {name for name, _ in attrs} & {"src", "href", "onclick", "onload"}

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("field", ["prompt", "text", "note", "model", "error", "tags", "stop_reason"])
def test_nothing_in_a_page_is_run(field: str) -> None:
    page = Page("".join(to_html([made(**{field: (NASTY,) if field == "tags" else NASTY})])))
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.text
    assert "\x00" not in page.text


def test_a_page_needs_no_other_file_and_knows_the_dark() -> None:
    page = "".join(to_html([made()]))
    assert "prefers-color-scheme: dark" in page
    assert "http" not in page.replace("http-equiv", "")


# -- files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", FORMATS)
def test_a_file_holds_as_many_as_there_are(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"history{ending.upper()}"
    assert save((made(id=str(i), text=NASTY) for i in range(3)), file) == 3
    assert file.read_text(encoding="utf-8").count("not a heading") == 3
    assert save([], file) == 0
    assert list(tmp_path.iterdir()) == [file]


def test_an_unknown_ending_is_said_and_what_was_there_stays(tmp_path: Path) -> None:
    file = tmp_path / "history.docx"
    file.write_text("old")
    with pytest.raises(UserError, match="no known form") as caught:
        save([made()], file)
    assert (caught.value.code, file.read_text()) == ("E-EXPORT", "old")


def test_a_file_that_could_not_be_finished_leaves_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "history.md"
    file.write_text("old")

    def records() -> Any:
        yield made()
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        save(records(), file)
    assert [path.name for path in tmp_path.iterdir()] == ["history.md"]
    assert file.read_text() == "old"


def test_a_batch_is_told_where_there_was_one() -> None:
    info = made().info
    assert info is not None
    assert "Batch:" not in "".join(to_markdown([made()]))
    assert "Batch: 4 answers" in "".join(to_markdown([made(info=replace(info, batch=4))]))
