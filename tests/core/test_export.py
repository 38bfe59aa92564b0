"""A conversation for other eyes."""

from __future__ import annotations

import json

from playground.core.conversation import Conversation, Turn
from playground.core.export import to_json, to_markdown

USER = Turn("u", "", "user", "Why?")
OLD = Turn("a", "u", "assistant", "No idea.", model="Toy")
ANSWER = Turn("b", "u", "assistant", "Because.\n\n```\nx\n```", model="Toy", stats="3 tok", state="stopped")
GONE = Turn("c", "u", "assistant", "Hush.", deleted=True)
TALK = Conversation("1", "Sky", (USER, OLD, ANSWER, GONE), "b", settings='{"system": "a ``` b"}', updated=1e9)


def test_markdown_holds_the_path_on_screen_and_the_settings_at_the_foot() -> None:
    text = to_markdown(TALK)
    assert text.startswith("# Sky\n\n*2001-09-0")
    assert "## You\n\nWhy?" in text
    assert "## Toy\n\nBecause." in text
    assert "*3 tok · stopped*" in text
    assert "No idea." not in text
    assert text.rindex("## Settings") > text.rindex("Because.")


def test_a_fence_in_the_settings_does_not_end_the_block() -> None:
    assert "````json\n" in to_markdown(TALK)


def test_a_chat_without_a_name_has_one_in_the_file() -> None:
    assert to_markdown(Conversation("1")).startswith("# Chat\n")


def test_json_holds_every_version_that_was_not_deleted() -> None:
    data = json.loads(to_json(TALK))
    assert (data["format"], data["version"], data["title"], data["leaf"]) == ("llm-playground chat", 1, "Sky", "b")
    assert [turn["id"] for turn in data["turns"]] == ["u", "a", "b"]
    assert data["settings"] == {"system": "a ``` b"}


def test_words_of_all_languages_stay_readable() -> None:
    talk = Conversation("1", "Größe 你好", (Turn("u", "", "user", "🙂"),), "u")
    assert "🙂" in to_json(talk)
    assert "# Größe 你好" in to_markdown(talk)
