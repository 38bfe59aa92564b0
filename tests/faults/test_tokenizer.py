"""Bad tokenizers: E-TOKENIZER before a weight is read, whatever they do to the library."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground.core.events import Done, Failed, Progress
from playground.engine import reader as reader_module
from playground.engine.reader_process import Limits
from playground.jobs.load import Load
from playground.jobs.narrating import narrate
from tests.faults.house import House, check_banner, last_of
from tests.faults.spoiling import change_json


def fails(house: House, folder: Path) -> Failed:
    """Load a folder with a bad tokenizer; no weight is read."""
    told = house.fails(Load(str(folder), dtype="float32"))
    stages = [
        event.text
        for event in narrate(Load(str(folder), dtype="float32"), house.workspace)
        if isinstance(event, Progress)
    ]
    assert "Reading weights" not in stages
    return told


def data_of(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    return data


FILES: dict[str, bytes] = {
    "empty": b"",
    "a brace": b"{",
    "an empty object": b"{}",
    "a list": b"[]",
    "null": b"null",
    "UTF-16": '{"version": "1.0"}'.encode("utf-16"),
    "invalid UTF-8": b'{"version": "\xff"}',
    "no model": b'{"version": "1.0"}',
    "an unknown model": b'{"version": "1.0", "model": {"type": "Martian"}}',
    "a future version": b'{"version": "9.0", "model": {"type": "BPE", "vocab": {}, "merges": []}}',
    "negative ids": b'{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}',
    "ids that are texts": b'{"model": {"type": "BPE", "vocab": {"a": "b"}, "merges": []}}',
    "ids beyond all numbers": b'{"model": {"type": "BPE", "vocab": {"a": 99999999999999999999}, "merges": []}}',
    "no vocabulary": b'{"version": "1.0", "model": {"type": "BPE", "vocab": {}, "merges": []}}',
    "merges of what is not there": b'{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["x y"]}}',
    "nested deeply": b"[" * 1_000_000,
    "an error page": b"<!doctype html><html>Not found</html>",
    "a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_read(house: House, case: str) -> None:
    folder = house.folder()
    (folder / "tokenizer.json").write_bytes(FILES[case])
    told = fails(house, folder)
    assert told.code == "E-TOKENIZER"
    assert told.message.startswith("The tokenizer cannot be used: ")


@pytest.mark.parametrize("share", [0.99, 0.5, 0.01])
def test_a_truncated_file(house: House, share: float) -> None:
    file = house.folder() / "tokenizer.json"
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    assert fails(house, file.parent).code == "E-TOKENIZER"


PARTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a broken pattern": lambda d: d.update(
        pre_tokenizer={"type": "Split", "pattern": {"Regex": "(("}, "behavior": "Isolated", "invert": False}
    ),
    "an unknown step": lambda d: d.update(pre_tokenizer={"type": "Martian"}),
    "an unknown decoder": lambda d: d.update(decoder={"type": "Martian"}),
    "a step that is a number": lambda d: d.update(normalizer=7),
    "a charsmap that is junk": lambda d: d.update(normalizer={"type": "Precompiled", "precompiled_charsmap": "AAAA"}),
    "a charsmap that is no base64": lambda d: d.update(normalizer={"type": "Precompiled", "precompiled_charsmap": "?"}),
    "a special token nobody knows": lambda d: d.update(
        post_processor={
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<nobody>", "type_id": 0}}],
            "pair": [],
            "special_tokens": {},
        }
    ),
    "added tokens without a text": lambda d: d.update(added_tokens=[{"id": 1}]),
    "a truncation of nothing": lambda d: d.update(
        truncation={"direction": "Right", "max_length": 0, "strategy": "LongestFirst", "stride": 5}
    ),
    "an unknown unknown": lambda d: d["model"].update(type="WordLevel", unk_token="<nobody>", vocab={"a": 0}),
    "a unigram without pieces": lambda d: d.update(model={"type": "Unigram", "unk_id": 5, "vocab": []}),
    "a unigram whose unknown is elsewhere": lambda d: d.update(
        model={"type": "Unigram", "unk_id": 99, "vocab": [["a", 0.0]]}
    ),
    "a unigram of no numbers": lambda d: d.update(model={"type": "Unigram", "unk_id": 0, "vocab": [["a", "b"]]}),
}


@pytest.mark.parametrize("case", PARTS)
def test_a_part_that_breaks_the_library(house: House, case: str) -> None:
    """Some of these end in a panic of the Rust part, which is no Exception. What works after all is used."""
    folder = house.folder()
    data = data_of(folder)
    PARTS[case](data)
    (folder / "tokenizer.json").write_text(json.dumps(data))
    last = last_of(Load(str(folder), dtype="float32"), house.workspace)
    assert isinstance(last, Done | Failed)
    if isinstance(last, Failed):
        check_banner(last)
        assert last.code == "E-TOKENIZER"
    house.stands()


def test_a_panic_is_told_in_words(house: House) -> None:
    folder = house.folder()
    data = data_of(folder)
    PARTS["a special token nobody knows"](data)
    (folder / "tokenizer.json").write_text(json.dumps(data))
    assert fails(house, folder).code == "E-TOKENIZER"


@pytest.mark.parametrize("id", [499, 10_000, 2**31, 2**32 - 1])
@pytest.mark.parametrize("where", ["vocabulary", "added tokens"])
def test_ids_beyond_the_embeddings(house: House, where: str, id: int) -> None:
    folder = house.folder()
    data = data_of(folder)
    if where == "vocabulary":
        data["model"]["vocab"]["far away"] = id
    else:
        data["added_tokens"].append({**data["added_tokens"][0], "id": id, "content": "<|far|>"})
    (folder / "tokenizer.json").write_text(json.dumps(data))
    told = fails(house, folder)
    assert told.code == "E-TOKENIZER"
    assert "the model has 499 embeddings" in told.message


def test_ids_beyond_the_embeddings_that_only_the_settings_add(house: House) -> None:
    folder = house.folder()
    token = {"content": "<|far|>", "special": True, "lstrip": False, "rstrip": False, "normalized": False}
    change_json(folder / "tokenizer_config.json", added_tokens_decoder={"499": token})
    told = house.fails(Load(str(folder), dtype="float32"))
    assert (told.code, "499" in told.message) == ("E-TOKENIZER", True)


def removed(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def sentencepiece(folder: Path) -> None:
    (folder / "tokenizer.json").rename(folder / "tokenizer.model")


def large(folder: Path) -> None:
    with (folder / "tokenizer.json").open("r+b") as file:
        file.truncate(300_000_000)


@pytest.mark.parametrize(
    ("make", "words", "hint"),
    [
        (removed, "there is none in the folder", "again"),
        (sentencepiece, "tokenizer.model only", "“tokenizer.json”"),
        (large, "300 MB", "again"),
        (lambda f: (f / "tokenizer_config.json").write_text("["), "tokenizer_config.json", "again"),
        (lambda f: (f / "special_tokens_map.json").write_text("{"), "special_tokens_map.json", "again"),
        (lambda f: (f / "added_tokens.json").write_text("[]"), "added_tokens.json", "again"),
    ],
    ids=["missing", "for SentencePiece", "too large", "its settings", "its special tokens", "its added tokens"],
)
def test_files_that_are_not_there_or_not_right(house: House, make: Any, words: str, hint: str) -> None:
    folder = house.folder()
    make(folder)
    told = fails(house, folder)
    assert told.code == "E-TOKENIZER"
    assert words in told.message
    assert hint in told.hint


@pytest.mark.parametrize(
    "changes",
    [
        {"tokenizer_class": "MartianTokenizer"},
        {"tokenizer_class": 5},
        {"tokenizer_class": "../evil"},
        {"model_max_length": "long"},
        {"added_tokens_decoder": {"x": {}}},
        {"added_tokens_decoder": 5},
        {"eos_token": 5},
        {"eos_token": {"content": 5}},
        {"bos_token": {"a": "b"}},
        {"extra_special_tokens": 7},
        {"chat_template": 7},
        {"chat_template": [{"name": 1}]},
        {"processor_class": "Evil"},
        {"fix_mistral_regex": True},
    ],
    ids=str,
)
def test_settings_that_make_no_sense(house: House, changes: dict[str, Any]) -> None:
    """Used all the same, or refused in words."""
    folder = house.folder()
    change_json(folder / "tokenizer_config.json", **changes)
    last = last_of(Load(str(folder), dtype="float32"), house.workspace)
    assert isinstance(last, Done | Failed)
    if isinstance(last, Failed):
        check_banner(last)
        assert last.code in ("E-TOKENIZER", "E-TEMPLATE")
    house.stands()


def test_a_vocabulary_and_merges_without_tokenizer_json_are_used(house: House) -> None:
    folder = house.folder()
    model = data_of(folder)["model"]
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.json").write_text(json.dumps(model["vocab"]))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(" ".join(pair) for pair in model["merges"]))
    change_json(folder / "tokenizer_config.json", tokenizer_class="GPT2Tokenizer")
    done = last_of(Load(str(folder), dtype="float32"), house.workspace)
    assert isinstance(done, Done), done


@pytest.mark.parametrize(
    "limits",
    [Limits(seconds=3.0, bytes=60_000_000), Limits(seconds=0.1, bytes=10**9, grace=0.0)],
    ids=["memory", "time"],
)
def test_one_that_takes_too_much_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch, limits: Limits) -> None:
    """The library cannot be interrupted; its process can be ended."""
    monkeypatch.setattr(reader_module, "_TOKENIZER", limits)
    monkeypatch.setattr(reader_module, "_LARGE_TOKENIZER", 0)
    folder = house.folder()
    data = data_of(folder)
    data["model"] = {**data["model"], "vocab": {f"w{number}": 5 for number in range(900_000)}, "merges": []}
    (folder / "tokenizer.json").write_text(json.dumps(data))
    told = fails(house, folder)
    assert told.code == "E-TOKENIZER"
    assert "memory" in told.message  # the library's own word, or ours
