"""Bad GGUF files: refused at once, by describing and by converting, without taking memory."""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import Any

import gguf
import pytest

from playground.core.events import Done, Failed
from playground.engine.devices import process_memory
from playground.jobs.convert import Convert
from playground.jobs.describe import Describe
from playground.jobs.load import Load
from tests.faults.house import House, last_of
from tests.ggufs import toy_gguf

WITHIN = 2.5
U32, STRING, ARRAY = 4, 8, 9


def text(words: bytes) -> bytes:
    return struct.pack("<Q", len(words)) + words


def head(tensors: int = 0, fields: int = 0, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, fields)


def field(kind: int, value: bytes, key: bytes = b"general.x") -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def array(kind: int, length: int, values: bytes = b"") -> bytes:
    return field(ARRAY, struct.pack("<IQ", kind, length) + values)


def tensor(shape: tuple[int, ...], kind: int = 0, offset: int = 0) -> bytes:
    sizes = struct.pack(f"<{len(shape)}Q", *shape)
    return text(b"blk.0.w") + struct.pack("<I", len(shape)) + sizes + struct.pack("<IQ", kind, offset)


ARCHITECTURE = field(STRING, text(b"llama"), b"general.architecture")

FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "damaged"),
    "bad magic": (b"FUGG" + bytes(40), "begin with “GGUF”"),
    "the older format": (b"ggml" + bytes(40), "begin with “GGUF”"),
    "a pickle": (b"\x80\x04" + bytes(40), "begin with “GGUF”"),
    "only the magic": (b"GGUF", "too early"),
    "version 0": (head(version=0), "version is 0"),
    "version 1": (head(version=1), "version is 1"),
    "a future version": (head(version=99), "version is 99"),
    "the other byte order": (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "version is"),
    "2^63 tensors": (head(2**63 - 1), "tensors"),
    "2^63 fields": (head(0, 2**63 - 1), "fields"),
    "more tensors than bytes": (head(90_000), "too early"),
    "a key of 2^62": (head(0, 1) + struct.pack("<Q", 2**62), "text of"),
    "a string of 2^62": (head(0, 1) + field(STRING, struct.pack("<Q", 2**62)), "text of"),
    "a string of 2^64": (head(0, 1) + field(STRING, b"\xff" * 8), "text of"),
    "an array of 2^63 numbers": (head(0, 1) + array(U32, 2**63 - 1), "left"),
    "an array of 2^63 strings": (head(0, 1) + array(STRING, 2**63 - 1), "list of"),
    "an array of arrays": (head(0, 1) + array(ARRAY, 2**40), "unknown type 9"),
    "an array of an unknown type": (head(0, 1) + array(77, 3), "unknown type 77"),
    "strings in an array of 2^62": (head(0, 1) + array(STRING, 1, struct.pack("<Q", 2**62)), "left"),
    "a field of an unknown type": (head(0, 1) + field(77, b""), "unknown type 77"),
    "a field cut short": (head(0, 1) + field(U32, b"\1"), "too early"),
    "no architecture": (head(), "architecture"),
    "an architecture that leads elsewhere": (
        head(0, 1) + field(STRING, text(b"../../etc"), b"general.architecture"),
        "architecture",
    ),
    "an architecture that is no text": (head(0, 1) + field(U32, bytes(4), b"general.architecture"), "architecture"),
    "a tensor of 9 dimensions": (head(1) + tensor((1,) * 9), "9 dimensions"),
    "a tensor of 2^60 numbers": (head(1, 1) + ARCHITECTURE + tensor((2**60,)), "expected"),
    "a tensor of 2^240 numbers": (head(1, 1) + ARCHITECTURE + tensor((2**60,) * 4), "expected"),
    "a tensor of an unknown type": (head(1, 1) + ARCHITECTURE + tensor((32,), 99), "unknown type 99"),
    "a tensor beyond the file": (head(1, 1) + ARCHITECTURE + tensor((32,), 0, 2**62), "expected"),
    "no alignment": (head(0, 1) + field(U32, bytes(4), b"general.alignment"), "alignment"),
    "an alignment of 2^31": (head(0, 1) + field(U32, struct.pack("<I", 2**31), b"general.alignment"), "alignment"),
    "an alignment that is a text": (head(0, 1) + field(STRING, text(b"wide"), b"general.alignment"), "damaged"),
    "junk": (b"GGUF" + bytes(range(256)) * 40, "version is"),
}


def fails(house: House, file: Path) -> Failed:
    """Describe and convert a bad file; both fail alike, and nothing is left of the attempt."""
    before = process_memory()
    told = house.fails(Describe(str(file)), WITHIN)
    converted = house.fails(Convert(str(file)), WITHIN)
    assert (told.message, told.code) == (converted.message, converted.code)
    assert process_memory() - before < 100_000_000
    assert list(house.paths.models.iterdir()) == []
    return told


@pytest.mark.parametrize("case", FILES)
def test_a_crafted_file(house: House, case: str) -> None:
    file, (content, words) = house.ground / "bad.gguf", FILES[case]
    file.write_bytes(content)
    told = fails(house, file)
    assert told.code == "E-GGUF"
    assert words in told.message


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A good file."""
    return toy_gguf(tmp_path_factory.mktemp("gguf") / "toy.gguf").read_bytes()


@pytest.mark.parametrize("share", [0.999, 0.8, 0.5, 0.1, 0.01])
def test_a_truncated_file(house: House, good: bytes, share: float) -> None:
    file = house.ground / "bad.gguf"
    file.write_bytes(good[: int(len(good) * share)])
    assert fails(house, file).code == "E-GGUF"


def test_truncated_tensors_are_told_with_both_sizes(house: House, good: bytes) -> None:
    file = house.ground / "bad.gguf"
    file.write_bytes(good[:-100])
    told = fails(house, file)
    assert f"found {len(good) - 100:,}" in told.message
    assert "expected" in told.message


@pytest.mark.skipif(sys.platform == "win32", reason="needs a file with holes")
def test_many_texts_take_neither_time_nor_memory(house: House) -> None:
    """Twelve gigabytes of holes, said to be two million texts and then some."""
    file = house.ground / "bad.gguf"
    file.write_bytes(head(0, 2) + array(STRING, 1_999_999) + bytes(100))
    with file.open("r+b") as stream:
        stream.truncate(12_000_000_000)
    assert fails(house, file).code == "E-GGUF"


def test_a_file_that_keeps_the_reader_busy_is_given_up(house: House) -> None:
    """Ten thousand fields of long lists: each is believable, all of them are not."""
    file = house.ground / "bad.gguf"
    lists = array(STRING, 199, text(b"") * 199)
    file.write_bytes(head(0, 10_000) + lists * 10_000)
    assert fails(house, file).code == "E-GGUF"


NUMBERS: dict[str, tuple[str, int]] = {
    "a million layers": ("llama.block_count", 1_000_000),
    "999 layers": ("llama.block_count", 999),
    "3 layers": ("llama.block_count", 3),
    "no heads": ("llama.attention.head_count", 0),
    "heads that fit nowhere": ("llama.attention.head_count", 5),
    "2^31 heads": ("llama.attention.head_count", 2**31),
    "2^31 heads for keys": ("llama.attention.head_count_kv", 2**31),
    "a width of 2^30": ("llama.embedding_length", 2**30),
    "no width": ("llama.embedding_length", 0),
    "a context of 2^32": ("llama.context_length", 2**32 - 1),
    "a vocabulary of 2^32": ("llama.vocab_size", 2**32 - 1),
    "a beginning beyond the vocabulary": ("tokenizer.ggml.bos_token_id", 2**31),
}


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
@pytest.mark.parametrize("case", NUMBERS)
def test_a_number_that_fits_nothing_else(house: House, good: bytes, case: str) -> None:
    """Converted or not, in the end there is no model, and the reason is said in words."""
    key, value = NUMBERS[case]
    file = house.ground / "bad.gguf"
    file.write_bytes(with_number(good, key, value))
    converted = last_of(Convert(str(file)), house.workspace)
    if isinstance(converted, Done):
        loaded = last_of(Load(str(file), dtype="float32"), house.workspace)
        if isinstance(loaded, Done):  # nothing depends on it
            house.stands()
            return
        assert house.fails(Load(str(file), dtype="float32")).code in (
            "E-MODEL-INCOMPLETE",
            "E-MODEL-CONFIG",
            "E-TOKENIZER",
        )
        return
    assert house.fails(Convert(str(file))).code in ("E-GGUF", "E-MODEL-CONFIG", "E-TOKENIZER")
    assert list(house.paths.models.iterdir()) == []


def with_number(data: bytes, key: str, value: int) -> bytes:
    """Return the file with another number in a field of four bytes."""
    at = data.index(text(key.encode())) + 8 + len(key) + 4
    return data[:at] + struct.pack("<I", value) + data[at + 4 :]


def test_an_architecture_nobody_knows(house: House, good: bytes) -> None:
    file = house.ground / "bad.gguf"
    file.write_bytes(good.replace(text(b"llama"), text(b"marti")))
    told = house.fails(Convert(str(file)))
    assert told.code == "E-GGUF"
    assert "marti" in told.message
    assert "safetensors" in told.hint


@pytest.mark.parametrize(
    ("what", "code"),
    [("no tokens", "E-TOKENIZER"), ("no tokenizer", "E-TOKENIZER"), ("broken merges", "E-TOKENIZER")],
)
def test_a_tokenizer_that_cannot_be_built(house: House, monkeypatch: pytest.MonkeyPatch, what: str, code: str) -> None:
    writer: Any = gguf.GGUFWriter
    match what:
        case "no tokens":
            monkeypatch.setattr(writer, "add_token_list", lambda *_: None)
        case "no tokenizer":
            for name in ("add_token_list", "add_tokenizer_model", "add_token_merges", "add_token_types"):
                monkeypatch.setattr(writer, name, lambda *_: None)
        case "broken merges":
            add = writer.add_token_merges
            monkeypatch.setattr(writer, "add_token_merges", lambda self, merges: add(self, ["x y z", "nothing"]))
    file = toy_gguf(house.ground / "bad.gguf")
    assert house.fails(Convert(str(file))).code == code
    assert list(house.paths.models.iterdir()) == []


def test_a_file_that_goes_away(house: House, good: bytes) -> None:
    file = house.ground / "bad.gguf"
    file.write_bytes(good)
    assert isinstance(last_of(Describe(str(file)), house.workspace), Done)
    file.unlink()
    told = house.fails(Convert(str(file)))
    assert told.code == "E-MODEL-NOTFOUND"
    assert "bad.gguf" in told.message
