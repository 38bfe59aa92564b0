from __future__ import annotations

import json
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from playground.core.errors import UserError
from playground.engine.describing import describe
from tests.ggufs import toy_gguf
from tests.toys import KINDS, toy


def refusal(path: Path) -> UserError:
    with pytest.raises(UserError) as caught:
        describe(path)
    return caught.value


def change_config(folder: Path, **changes: Any) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **changes}))


def change_header(file: Path, change: Any) -> None:
    data = file.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    change(header)
    raw = json.dumps(header).encode()
    file.write_bytes(len(raw).to_bytes(8, "little") + raw + data[8 + length :])


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_model_is(kind: str, tied: bool, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    info = describe(toy(kind, tmp_path / "toy", tied))
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "toy")
    assert info.architecture == type(model).__name__
    assert info.parameters == sum(weight.numel() for weight in model.parameters())
    assert (info.layers, info.heads, info.width, info.vocabulary, info.context) == (2, 4, 32, 499, 256)
    assert info.kv_heads == (4 if kind in ("gpt2", "opt") else 2)
    assert info.head_size == (16 if kind in ("qwen3", "gemma2") else 8)
    assert (info.dtype, info.format, info.has_template) == ("float32", "safetensors", True)
    assert info.bytes >= 4 * info.parameters


COMMON = (
    *("bloom", "codegen", "cohere", "deepseek_v3", "falcon", "gemma", "gemma2", "gemma3_text", "glm", "gpt2"),
    *("gpt_bigcode", "gpt_neo", "gpt_neox", "gptj", "gpt_oss", "granite", "llama", "mistral", "mixtral", "mpt"),
    *("olmo2", "opt", "phi", "phi3", "qwen2", "qwen2_moe", "qwen3", "qwen3_moe", "smollm3", "stablelm", "starcoder2"),
    *("xglm", "xlm"),
)


@pytest.mark.parametrize("kind", COMMON)
def test_the_words_of_common_architectures(kind: str, tmp_path: Path) -> None:
    """What a config of this kind states is found, whatever its architecture calls it."""
    from transformers import CONFIG_MAPPING

    config = CONFIG_MAPPING[kind]()
    folder = toy("llama", tmp_path / "toy")
    (folder / "config.json").write_text(json.dumps({**config.to_dict(), "model_type": kind, "auto_map": None}))
    info = describe(folder)
    assert (info.layers, info.heads) == (config.num_hidden_layers, config.num_attention_heads)
    assert (info.width, info.vocabulary) == (config.hidden_size, config.vocab_size)
    assert info.context == getattr(config, "max_position_embeddings", getattr(config, "seq_length", info.context))


def test_no_torch_is_needed(tmp_path: Path) -> None:
    """In a fresh process, because this one holds torch already."""
    folder, file = toy("llama", tmp_path / "toy"), toy_gguf(tmp_path / "toy.gguf")
    check = (
        "import sys, pathlib\nfrom playground.engine.describing import describe\n"
        "for path in sys.argv[1:]: describe(pathlib.Path(path))\n"
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'optimum')))"
    )
    assert subprocess.run([sys.executable, "-c", check, folder, file], check=False).returncode == 0


def test_licence_and_template(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy", template=None)
    assert not describe(folder).has_template
    assert describe(folder).licence == ""
    (folder / "README.md").write_text("---\nlanguage: en\nlicense: cc-by-4.0\n---\n# Toy\nlicense: other\n")
    assert describe(folder).licence == "cc-by-4.0"


def test_names_of_models_from_the_hub(tmp_path: Path) -> None:
    assert describe(toy("llama", tmp_path / "owner--toy")).name == "owner/toy"
    snapshot = tmp_path / "models--owner--other" / "snapshots" / "abc123"
    assert describe(toy("llama", snapshot)).name == "owner/other"


def test_a_hub_cache_may_link_into_its_blobs_and_nowhere_else(tmp_path: Path) -> None:
    home = tmp_path / "models--owner--toy"
    folder = toy("llama", home / "snapshots" / "abc123")
    weights = folder / "model.safetensors"
    (home / "blobs").mkdir()
    weights.rename(home / "blobs" / "1234")
    weights.symlink_to(home / "blobs" / "1234")
    assert describe(folder).layers == 2
    (home / "blobs" / "1234").rename(tmp_path / "secret")
    weights.unlink()
    weights.symlink_to(tmp_path / "secret")
    assert refusal(folder).code == "E-MODEL-PATH"


def test_nothing_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone").code == "E-MODEL-NOTFOUND"
    assert refusal(tmp_path).code == "E-MODEL-NOCONFIG"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{\n "model_type": "llama",\n', "line 3"),
        ('{"model_type": "llama"}'.encode("utf-16"), "UTF-8"),
        (b"[1, 2]", "list"),
        (b'{"hidden_size": 32}', "model_type"),
        (b"[" * 100_000, "nested"),
        (b" " * 1_000_001, "1 MB"),
    ],
)
def test_a_config_that_cannot_be_read(content: bytes, words: str, tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    (folder / "config.json").write_bytes(content)
    error = refusal(folder)
    assert error.code == "E-MODEL-CONFIG"
    assert words in error.message


@pytest.mark.parametrize(
    ("field", "value"),
    [("hidden_size", "wide"), ("num_attention_heads", 0), ("num_hidden_layers", -2), ("vocab_size", 2.5)],
)
def test_a_config_with_an_impossible_number_names_the_field(field: str, value: object, tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    change_config(folder, **{field: value})
    error = refusal(folder)
    assert error.code == "E-MODEL-CONFIG"
    assert field in error.message


def test_a_million_layers_are_compared_with_the_weights(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    change_config(folder, num_hidden_layers=1_000_000)
    error = refusal(folder)
    assert error.code == "E-MODEL-CONFIG"
    assert "1,000,000 layers; the weights hold 2" in error.message


def test_code_is_refused(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    change_config(folder, auto_map={"AutoModelForCausalLM": "modeling.Evil"})
    assert refusal(folder).code == "E-REMOTE-CODE"
    change_config(folder, auto_map=None)
    describe(folder)
    (folder / "modeling.py").write_text("raise SystemExit")
    assert refusal(folder).code == "E-REMOTE-CODE"


def test_pickles_are_refused(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert refusal(folder).code == "E-PICKLE-REFUSED"
    (folder / "pytorch_model.bin").unlink()
    assert refusal(folder).code == "E-MODEL-NOTFOUND"


@pytest.mark.parametrize("name", ["../secret.safetensors", "/etc/passwd"])
def test_a_shard_index_cannot_lead_out(name: str, tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    (folder / "model.safetensors").rename(tmp_path / "secret.safetensors")
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": name}}))
    assert refusal(folder).code == "E-MODEL-PATH"


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": "b.safetensors"}}))
    error = refusal(folder)
    assert error.code == "E-MODEL-INCOMPLETE"
    assert "b.safetensors" in error.message


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: data[:5],
        lambda data: (10**12).to_bytes(8, "little") + data[8:],
        lambda data: b"\x80\x04" + data,
        lambda data: data[:8] + b"x" + data[9:],
    ],
    ids=["shorter", "longer", "only a beginning", "huge header", "a pickle", "no JSON"],
)
def test_damaged_weights(spoil: Any, tmp_path: Path) -> None:
    file = toy("llama", tmp_path / "toy") / "model.safetensors"
    file.write_bytes(spoil(file.read_bytes()))
    assert refusal(file.parent).code == "E-WEIGHTS-CORRUPT"


def test_weights_with_a_hole(tmp_path: Path) -> None:
    file = toy("llama", tmp_path / "toy") / "model.safetensors"
    file.write_bytes(file.read_bytes() + bytes(64))

    def move_the_last(header: dict[str, Any]) -> None:
        last = max((entry for name, entry in header.items() if name != "__metadata__"), key=lambda e: e["data_offsets"])
        last["data_offsets"] = [offset + 64 for offset in last["data_offsets"]]

    change_header(file, move_the_last)
    error = refusal(file.parent)
    assert error.code == "E-WEIGHTS-CORRUPT"
    assert "hole" in error.message


def test_expected_and_found_bytes_are_named(tmp_path: Path) -> None:
    file = toy("llama", tmp_path / "toy") / "model.safetensors"
    whole = file.stat().st_size
    file.write_bytes(file.read_bytes()[:-16])
    assert f"expected {whole:,} bytes, found {whole - 16:,}" in refusal(file.parent).message


@pytest.mark.parametrize(
    "change",
    [{"shape": [2**40, 2**40]}, {"shape": [-1]}, {"dtype": "F7"}, {"data_offsets": [0]}, {"data_offsets": [64, 192]}],
)
def test_a_header_that_lies(change: dict[str, Any], tmp_path: Path) -> None:
    file = toy("llama", tmp_path / "toy") / "model.safetensors"
    change_header(file, lambda header: header["model.norm.weight"].update(change))
    assert refusal(file.parent).code == "E-WEIGHTS-CORRUPT"


def test_what_a_gguf_file_is(tmp_path: Path) -> None:
    info = describe(toy_gguf(tmp_path / "Toy-1B.Q4_1.gguf"))
    assert (info.name, info.format, info.architecture, info.dtype) == ("Toy-1B", "gguf", "llama", "Q4_1")
    assert (info.layers, info.heads, info.kv_heads, info.head_size, info.width) == (2, 4, 2, 8, 32)
    assert (info.vocabulary, info.context, info.licence, info.has_template) == (512, 256, "cc0-1.0", True)
    assert info.parameters == describe(tmp_path / ".Toy-1B.Q4_1-source").parameters


HEAD = b"GGUF" + struct.pack("<I", 3)
KEY = struct.pack("<Q", 1) + b"k"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GGUF",
        b"FUGG" + bytes(40),
        b"GGUF" + struct.pack("<IQQ", 99, 0, 0),
        HEAD + struct.pack("<QQ", 2**63 - 1, 0),
        HEAD + struct.pack("<QQ", 0, 2**63 - 1),
        HEAD + struct.pack("<QQ", 0, 1) + struct.pack("<Q", 2**62),
        HEAD + struct.pack("<QQ", 0, 1) + KEY + struct.pack("<IQ", 8, 2**62),
        HEAD + struct.pack("<QQ", 0, 1) + KEY + struct.pack("<IIQ", 9, 4, 2**63 - 1),
        HEAD + struct.pack("<QQ", 0, 1) + KEY + struct.pack("<IIQ", 9, 8, 2**63 - 1),
        HEAD + struct.pack("<QQ", 0, 1) + KEY + struct.pack("<IIQ", 9, 9, 2**40),
        HEAD + struct.pack("<QQ", 0, 0),
    ],
)
def test_a_crafted_gguf_file_is_refused_at_once(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "bad.gguf"
    file.write_bytes(content)
    begin = time.monotonic()
    assert refusal(file).code == "E-GGUF"
    assert time.monotonic() - begin < 2.5


def test_a_truncated_gguf_file(tmp_path: Path) -> None:
    file = toy_gguf(tmp_path / "toy.gguf")
    whole = file.read_bytes()
    for length in (len(whole) - 100, 2000, 30):
        file.write_bytes(whole[:length])
        assert refusal(file).code == "E-GGUF"
