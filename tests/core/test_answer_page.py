"""One answer as a page: whole, escaped, without anything from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from playground.core.answer_page import page_of
from tests.core.test_record_export import made

RESULT = {"prompt_tokens": 11, "new_tokens": 20, "reused_tokens": 1, "reading_seconds": 0.5, "writing_seconds": 4.0}
VOID = {"meta", "br"}


class Seen(HTMLParser):
    """Collects elements, attributes and the text of each, and checks that all are closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.texts: list[tuple[str, str]] = []  # (element with its first class, text)
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        kind = (dict(attrs).get("class") or "").split(" ")[-1]
        if tag not in VOID:
            self._open.append(f"{tag}.{kind}" if kind else tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().split(".")[0] == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self._open[-1], data))

    def of(self, kind: str) -> list[str]:
        return [text for where, text in self.texts if where == kind]


def page(**fields: Any) -> Seen:
    return Seen(page_of(made(**fields)))


def facts(seen: Seen) -> dict[str, str]:
    cells = [text for where, text in seen.texts if where in ("th", "td")]
    return dict(zip(cells[::2], cells[1::2], strict=True))


def test_what_was_asked_and_answered() -> None:
    seen = page()
    assert seen.of("p.name") == ["System", "Prompt", "Answer", "How it was written"]
    assert seen.of("div.text") == ["Be brief.", "Why\nso?", "Because."]
    assert seen.of("h1") == seen.of("title")
    assert seen.of("h1")[0].startswith("Toy 1 · 2023-11-1")


def test_how_it_was_written() -> None:
    told = facts(page(result=RESULT))
    assert (told["Model"], told["Seed"]) == ("Toy 1", "18446744073709551615")
    assert told["Sampling"] == "temperature 0.7, top-k 40"
    assert told["Speed"] == "read 20.0 tokens/s · written 5.0 tokens/s"
    assert "float16, reading in bfloat16" in told["Device"]
    assert "plain path" in told["Device"]
    assert "torch 2.10" in told["Versions"]


@pytest.mark.parametrize("result", [{}, {"new_tokens": "many", "writing_seconds": 0}, {"new_tokens": 3}])
def test_a_speed_that_was_not_measured_is_not_told(result: dict[str, Any]) -> None:
    assert "Speed" not in facts(page(result=result))


def test_what_is_not_for_others_stays_away() -> None:
    text = page_of(made())
    assert "someone" not in text  # the folder of the model
    assert "Nice" not in text  # the note
    assert "b c" not in text  # the tags


def test_code_and_a_thought_stand_apart() -> None:
    seen = page(text="<think>\nHm.\n</think>\n\nLook:\n\n```python\nif a:\n    b()\n```\nDone.\n~~~\nopen")
    assert seen.of("div.thought") == ["Hm."]
    assert seen.of("div.text")[2:] == ["Look:", "Done."]
    assert seen.of("pre") == ["if a:\n    b()", "open"]


def test_a_fence_ends_where_its_like_stands() -> None:
    assert page(text="````\n```\nx\n```\n````\nafter").of("pre") == ["```\nx\n```"]


def test_an_unfinished_thought_is_one() -> None:
    seen = page(text="<think>Hm")
    assert seen.of("div.thought") == ["Hm"]


@pytest.mark.parametrize("where", ["text", "prompt", "model", "error"])
def test_nothing_in_it_acts(where: str) -> None:
    nasty = "<script>alert(1)</script><img src=x onerror=y>TITLE\x00\x1b[31m\u202e\" & '</div></td>\n```\n</pre><b>"
    seen = page(**{where: nasty})
    assert not {"script", "img", "b", "link", "iframe"} & {*seen.tags}
    assert {*seen.attributes} <= {*page().attributes}
    shown = "".join(text for _, text in seen.texts)
    assert "<script>alert(1)</script>" in shown
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", shown)


def test_nothing_comes_from_elsewhere() -> None:
    text = page_of(made())
    assert not re.search(r"https?:|url\(|@import|src=|href=", text)
    assert "default-src 'none'" in text


def test_it_suits_light_and_dark() -> None:
    light, _, dark = page_of(made()).partition("@media (prefers-color-scheme: dark)")
    for rule in ("body { background-color", "pre {"):
        assert rule in light
        assert rule.partition("{")[0] in dark
    assert "var(" not in light  # Qt's rich text knows no variables
