"""Bad model folders: each is refused with its reason, and nothing of it is executed."""

from __future__ import annotations

import builtins
import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from playground.core.events import Done, Failed
from playground.engine import loading
from playground.engine.devices import process_memory
from playground.jobs.list_models import ListModels
from playground.jobs.load import Load
from tests.faults.house import House, check_banner, last_of
from tests.faults.spoiling import (
    INDEX,
    change_header,
    change_json,
    change_weights,
    code,
    payload,
    shard,
    write_header,
)

HUGE = 2**30

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


# -- nothing there -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "code_", "words"),
    [
        (lambda path: None, "E-MODEL-NOTFOUND", "gone"),
        (lambda path: path.mkdir(), "E-MODEL-NOCONFIG", "gone"),
        (lambda path: (path / "config.json").mkdir(parents=True), "E-MODEL-NOCONFIG", "gone"),
        (lambda path: path.write_text("some notes"), "E-GGUF", "GGUF"),
        (lambda path: path.touch(), "E-GGUF", "damaged"),
    ],
    ids=["missing", "empty", "a folder called config.json", "a text file", "an empty file"],
)
def test_nothing_to_load(house: House, make: Any, code_: str, words: str) -> None:
    path = house.ground / "gone"
    make(path)
    told = house.refuses(path)
    assert told.code == code_
    assert words in told.message


@pytest.mark.parametrize("name", ["", "config.json", "model.safetensors", "tokenizer.json"])
def test_removed_after_it_was_listed(house: House, name: str) -> None:
    folder = house.folder()
    listed = last_of(ListModels(str(folder)), house.workspace)
    assert isinstance(listed, Done)
    assert str(folder) in str(listed.result)
    shutil.rmtree(folder) if not name else (folder / name).unlink()
    told = house.fails(Load(str(folder), dtype="float32"))
    codes = {"": "E-MODEL-NOTFOUND", "config.json": "E-MODEL-NOCONFIG", "tokenizer.json": "E-TOKENIZER"}
    assert told.code == codes.get(name, "E-MODEL-NOTFOUND")
    assert "bad" in told.message or "tokenizer" in told.message


def test_the_resident_models_own_files_may_go(house: House, tmp_path: Path) -> None:
    own = house.folder("own")
    assert isinstance(last_of(Load(str(own), dtype="float32"), house.workspace), Done)
    shutil.rmtree(own)
    house.model = str(own)
    assert house.fails(Load(str(own), dtype="float32")).code == "E-MODEL-NOTFOUND"


# -- config.json -------------------------------------------------------------------------------------------------------

CONFIGS: dict[str, tuple[bytes, str]] = {
    "truncated": (b'{\n "model_type": "llama",\n "hidden_size":', "line 3"),
    "empty": (b"", "line 1"),
    "UTF-16": ('{"model_type": "llama"}'.encode("utf-16"), "UTF-8"),
    "Latin-1": (b'{"model_type": "ll\xe4ma"}', "UTF-8"),
    "a list": (b'[{"model_type": "llama"}]', "list"),
    "a text": (b'"llama"', "str"),
    "a number": (b"1", "int"),
    "null": (b"null", "NoneType"),
    "no JSON": (b"<!doctype html><html>Not found</html>", "line 1"),
    "two objects": (b'{"model_type": "llama"}\n{}', "line 2"),
    "no model_type": (b'{"hidden_size": 32}', "model_type"),
    "model_type is a number": (b'{"model_type": 7}', "model_type"),
    "nested deeply": (b'{"a":' * 100_000, "nested"),
    "a long number": (b'{"model_type": "llama", "hidden_size": ' + b"9" * 10_000 + b"}", "number"),
    "one byte too large": (b" " * 1_000_001, "1 MB"),
}


@pytest.mark.parametrize("case", CONFIGS)
def test_a_config_that_cannot_be_read(house: House, case: str) -> None:
    folder, (content, words) = house.folder(), CONFIGS[case]
    (folder / "config.json").write_bytes(content)
    told = house.refuses(folder)
    assert told.code == "E-MODEL-CONFIG"
    assert words in told.message


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "generation_config.json"])
def test_a_hundred_megabytes_are_refused_unread(house: House, name: str) -> None:
    folder = house.folder()
    with (folder / name).open("wb") as file:
        file.truncate(100_000_000)
    told = house.refuses(folder, within=1.5)
    assert told.code == ("E-TOKENIZER" if name.startswith("tokenizer") else "E-MODEL-CONFIG")
    assert "not read" in told.message


FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "hidden_size is a text": ({"hidden_size": "wide"}, "hidden_size"),
    "no heads": ({"num_attention_heads": 0}, "num_attention_heads"),
    "fewer than no layers": ({"num_hidden_layers": -2}, "num_hidden_layers"),
    "two and a half tokens": ({"vocab_size": 2.5}, "vocab_size"),
    "heads are true": ({"num_attention_heads": True}, "num_attention_heads"),
    "heads are a list": ({"num_key_value_heads": [2]}, "num_key_value_heads"),
    "beyond all numbers": ({"hidden_size": 10**40}, "hidden_size"),
    "not a number": ({"hidden_size": float("nan")}, "hidden_size"),
    "inside another": ({"text_config": {"hidden_size": "wide"}}, "hidden_size"),
    "an unknown activation": ({"hidden_act": "martian"}, "martian"),
    "an unknown architecture": ({"model_type": "martian"}, "martian"),
    "a head that fits nowhere": ({"num_attention_heads": 5, "head_dim": None}, "hidden"),
}


@pytest.mark.parametrize("case", FIELDS)
def test_a_field_with_an_impossible_value_is_named(house: House, case: str) -> None:
    folder, (changes, words) = house.folder(), FIELDS[case]
    change_json(folder / "config.json", **changes)
    told = house.fails(Load(str(folder), dtype="float32"))
    assert told.code == "E-MODEL-CONFIG"
    assert words in told.message


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
def test_no_value_of_any_field_breaks_the_house(house: House) -> None:
    """Whatever a field holds, the model is loaded or refused in words."""
    folder = house.folder()
    good = json.loads((folder / "config.json").read_text())
    odd: tuple[Any, ...] = ("x", -1, 0, None, {"rope_type": "x"}, HUGE)
    for field in good:
        for value in odd:
            (folder / "config.json").write_text(json.dumps({**good, field: value}))
            last = last_of(Load(str(folder), dtype="float32"), house.workspace)
            assert isinstance(last, Done | Failed)
            if isinstance(last, Failed):
                assert last.code in CODES, (field, value, last)
                check_banner(last)
    house.stands()


CODES = (
    *("E-MODEL-CONFIG", "E-MODEL-INCOMPLETE", "E-MODEL-KIND", "E-REMOTE-CODE"),
    *("E-NUMERIC", "E-TOKENIZER", "E-TOO-LARGE"),
)


@pytest.mark.parametrize("field", ["num_hidden_layers", "n_layer", "num_decoder_layers"])
@pytest.mark.parametrize("layers", [1_000_000, 999])
def test_a_million_layers(house: House, field: str, layers: int) -> None:
    folder = house.folder()
    change_json(folder / "config.json", **{field: layers})
    told = house.refuses(folder, within=2.0)
    assert told.code == "E-MODEL-CONFIG"
    assert f"{layers:,} layers; the weights hold 2" in told.message


def test_fifty_layers_over_the_weights_of_two(house: House) -> None:
    folder = house.folder()
    change_json(folder / "config.json", num_hidden_layers=50)
    told = house.fails(Load(str(folder), dtype="float32"))
    assert told.code == "E-MODEL-INCOMPLETE"
    assert "432 tensors missing" in told.message


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("llama", {"hidden_size": HUGE}),
        ("llama", {"intermediate_size": HUGE}),
        ("llama", {"vocab_size": 2**31 - 1}),
        ("llama", {"num_attention_heads": 2**20, "head_dim": 2**20}),
        ("llama", {"hidden_size": HUGE, "model_type": "qwen3"}),
        ("llama", {"max_position_embeddings": 200_000, "model_type": "gpt_neo", "attention_types": [[["global"], 2]]}),
        ("llama", {"max_position_embeddings": 2**31 - 1, "model_type": "gptj"}),
        ("llama", {"model_type": "mixtral", "num_local_experts": 2**20}),
    ],
    ids=lambda value: str(value)[:60],
)
def test_nothing_is_allocated_for_impossible_sizes(house: House, kind: str, changes: dict[str, Any]) -> None:
    folder = house.folder()
    change_json(folder / "config.json", **changes)
    before = most_memory()
    told = house.fails(Load(str(folder), dtype="float32"))
    assert told.code in ("E-MODEL-CONFIG", "E-MODEL-INCOMPLETE", "E-TOO-LARGE", "E-TOKENIZER")
    assert most_memory() - before < 500_000_000


def most_memory() -> int:
    """Return the most bytes this process ever held, or where that is not known what it holds now."""
    if sys.platform == "win32":
        return process_memory()
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


# -- weights -----------------------------------------------------------------------------------------------------------

WEIGHTS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "one byte short": (lambda data: data[:-1], "expected {whole:,} bytes, found {size:,}"),
    "half": (lambda data: data[: len(data) // 2], "expected {whole:,} bytes, found {size:,}"),
    "one byte more": (lambda data: data + b"\0", "expected {whole:,} bytes, found {size:,}"),
    "only a beginning": (lambda data: data[:5], "found 5"),
    "empty": (lambda data: b"", "found 0"),
    "cut in the header": (lambda data: data[:200], "found 200"),
    "a header of 10^12": (lambda data: (10**12).to_bytes(8, "little") + data[8:], "expected 1,000,000,000,008 bytes"),
    "a header of 2^64": (lambda data: b"\xff" * 8 + data[8:], "found {size:,}"),
    "a header of nothing": (lambda data: bytes(8) + data[8:], "header"),
    "a header that is no JSON": (lambda data: data[:8] + b"x" + data[9:], "header"),
    "a header that is a list": (lambda data: (2).to_bytes(8, "little") + b"[]", "header"),
    "a header nested deeply": (lambda data: (200_000).to_bytes(8, "little") + b"[" * 200_000, "header"),
    "zeros": (lambda data: bytes(len(data)), "header"),
    "a zip": (lambda data: b"PK\x03\x04" + data, "found {size:,}"),
    "an error page": (lambda data: b"<!doctype html><html>Not found</html>", "expected"),
}


@pytest.mark.parametrize("case", WEIGHTS)
def test_damaged_weights(house: House, case: str) -> None:
    folder, (spoil, words) = house.folder(), WEIGHTS[case]
    file = folder / "model.safetensors"
    whole = file.stat().st_size
    file.write_bytes(spoil(file.read_bytes()))
    told = house.refuses(folder)
    assert told.code == "E-WEIGHTS-CORRUPT"
    assert words.format(whole=whole, size=file.stat().st_size) in told.message


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_pickle_named_safetensors(house: House, protocol: int) -> None:
    folder = house.folder()
    (folder / "model.safetensors").write_bytes(payload(house.canary, protocol))
    assert house.refuses(folder).code == "E-WEIGHTS-CORRUPT"


HEADERS: dict[str, Callable[[dict[str, Any]], None]] = {
    "a shape beyond all numbers": lambda h: h["model.norm.weight"].update(shape=[2**40, 2**40]),
    "a negative shape": lambda h: h["model.norm.weight"].update(shape=[-1]),
    "a shape that is a text": lambda h: h["model.norm.weight"].update(shape="32"),
    "another shape of the same size": lambda h: h["lm_head.weight"].update(shape=[32, 499]),
    "an unknown format": lambda h: h["model.norm.weight"].update(dtype="F7"),
    "a format that is a list": lambda h: h["model.norm.weight"].update(dtype=["F32"]),
    "one offset": lambda h: h["model.norm.weight"].update(data_offsets=[0]),
    "offsets the wrong way": lambda h: h["model.norm.weight"].update(data_offsets=[128, 0]),
    "offsets beyond the file": lambda h: h["model.norm.weight"].update(data_offsets=[10**12, 10**12 + 128]),
    "two tensors in one place": lambda h: h["model.norm.weight"].update(
        data_offsets=h["model.layers.0.input_layernorm.weight"]["data_offsets"]
    ),
    "a tensor that is a number": lambda h: h.update({"model.norm.weight": 5}),
    "one tensor less": lambda h: h.pop("model.norm.weight"),
}


@pytest.mark.parametrize("case", HEADERS)
def test_a_header_that_lies(house: House, case: str) -> None:
    folder = house.folder()
    change_header(folder, HEADERS[case])
    told = house.fails(Load(str(folder), dtype="float32"))
    assert told.code == ("E-MODEL-INCOMPLETE" if case == "another shape of the same size" else "E-WEIGHTS-CORRUPT")


def test_a_hole_in_the_weights(house: House) -> None:
    folder = house.folder()

    def move_the_last(header: dict[str, Any]) -> None:
        last = max((entry for name, entry in header.items() if name != "__metadata__"), key=lambda e: e["data_offsets"])
        last["data_offsets"] = [offset + 64 for offset in last["data_offsets"]]

    change_header(folder, move_the_last)
    with (folder / "model.safetensors").open("ab") as file:
        file.write(bytes(64))
    told = house.refuses(folder)
    assert told.code == "E-WEIGHTS-CORRUPT"
    assert "hole before “" in told.message


def test_a_header_of_a_hundred_megabytes(house: House) -> None:
    folder = house.folder()
    write_header(folder / "model.safetensors", b'{"a":"' + b"x" * 99_000_000)
    before = process_memory()
    assert house.refuses(folder).code == "E-WEIGHTS-CORRUPT"
    assert process_memory() - before < 90_000_000


def test_a_tensor_that_is_missing(house: House) -> None:
    folder = house.folder()
    change_weights(folder, lambda weights: weights.pop("model.norm.weight"))
    told = house.fails(Load(str(folder), dtype="float32"))
    assert told.code == "E-MODEL-INCOMPLETE"
    assert "1 tensors missing, the first is “model.norm.weight”" in told.message


@pytest.mark.parametrize("stored", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("name", ["model.norm.weight", "model.embed_tokens.weight", "lm_head.weight"])
def test_weights_that_are_no_numbers(house: House, name: str, value: float, stored: torch.dtype) -> None:
    folder = house.folder()

    def spoil(weights: dict[str, torch.Tensor]) -> None:
        for each in weights:
            weights[each] = weights[each].to(stored)
        weights[name].view(-1)[-1] = value  # one is enough

    change_weights(folder, spoil)
    told = house.fails(Load(str(folder), dtype="float32"))
    assert told.code == "E-WEIGHTS-NONFINITE"
    assert f"“{name}”" in told.message


# -- leading out of the folder -----------------------------------------------------------------------------------------


@pytest.fixture
def secret(house: House) -> Path:
    """Good weights outside the model's folder; reading them would succeed."""
    place = house.ground / "elsewhere"
    place.mkdir()
    return Path(shutil.copy(Path(house.model, "model.safetensors"), place / "secret.safetensors"))


@pytest.mark.parametrize(
    "name",
    [
        "../elsewhere/secret.safetensors",
        "./../elsewhere/secret.safetensors",
        "sub/../../elsewhere/secret.safetensors",
        "{absolute}",
        "/etc/passwd",
        "/proc/self/environ",
        "../../../../../../../etc/passwd",
    ],
)
def test_a_shard_index_that_leads_out(house: House, secret: Path, name: str) -> None:
    folder = house.folder()
    shard(folder, name.format(absolute=secret))
    told = house.refuses(folder)
    assert told.code == "E-MODEL-PATH"
    assert "not opened" in told.hint


@needs_links
@pytest.mark.parametrize("through", ["the file", "a folder", "the index", "a chain"])
def test_a_link_that_leads_out(house: House, secret: Path, through: str) -> None:
    folder = house.folder()
    weights = folder / "model.safetensors"
    match through:
        case "the file":
            weights.unlink()
            weights.symlink_to(secret)
        case "a folder":
            shard(folder, "deep/secret.safetensors")
            (folder / "deep").symlink_to(secret.parent)
        case "the index":
            shard(folder, "gone.safetensors")
            shutil.move(folder / INDEX, secret.parent / INDEX)
            (folder / INDEX).symlink_to(secret.parent / INDEX)
        case "a chain":
            weights.unlink()
            (folder / "b").symlink_to("../elsewhere")
            weights.symlink_to("b/secret.safetensors")
    assert house.refuses(folder).code == "E-MODEL-PATH"


@needs_links
@pytest.mark.parametrize(
    "name",
    ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja"],
)
def test_a_small_file_that_leads_out(house: House, name: str) -> None:
    folder = house.folder()
    (house.ground / "hidden").write_text(json.dumps({"model_type": "llama", "password": "hf_abcdefghijklmnop"}))
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(house.ground / "hidden")
    told = house.refuses(folder)
    assert told.code == "E-MODEL-PATH"
    assert name in told.message


@needs_links
def test_what_a_link_leads_to_is_never_opened(house: House) -> None:
    """A pipe without a writer: who opened it would wait for ever."""
    folder = house.folder()
    os.mkfifo(house.ground / "pipe")
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").symlink_to(house.ground / "pipe")
    assert house.fails(Load(str(folder)), within=2.0).code == "E-MODEL-PATH"


@needs_links
def test_a_hub_caches_own_links_are_fine(house: House) -> None:
    home = house.ground / "models--owner--toy"
    folder = house.folder("models--owner--toy/snapshots/abc123")
    (home / "blobs").mkdir()
    for number, file in enumerate(sorted(folder.iterdir())):
        file.rename(home / "blobs" / str(number))
        file.symlink_to(Path("../../blobs") / str(number))
    done = last_of(Load(str(folder), dtype="float32"), house.workspace)
    assert isinstance(done, Done), done
    (folder / "config.json").unlink()
    (folder / "config.json").symlink_to("../../blobs/../../elsewhere")
    assert house.fails(Load(str(folder))).code == "E-MODEL-PATH"


INDICES: dict[str, tuple[Any, str]] = {
    "no map": ({"metadata": {}}, "E-WEIGHTS-CORRUPT"),
    "a map that is a list": ({"weight_map": ["model.safetensors"]}, "E-WEIGHTS-CORRUPT"),
    "a name that is a number": ({"weight_map": {"a": 5}}, "E-WEIGHTS-CORRUPT"),
    "an empty map": ({"weight_map": {}}, "E-WEIGHTS-CORRUPT"),
    "a missing file": ({"weight_map": {"a": "b.safetensors"}}, "E-MODEL-INCOMPLETE"),
    "a pickle": ({"weight_map": {"a": "pytorch_model.bin"}}, "E-PICKLE-REFUSED"),
    "the folder itself": ({"weight_map": {"a": "."}}, "E-PICKLE-REFUSED"),
    "NUL": ({"weight_map": {"a": "b\0.safetensors"}}, "E-MODEL-PATH"),
    "a very long name": ({"weight_map": {"a": "b" * 5000 + ".safetensors"}}, "E-MODEL-PATH"),
    "a list": ([], "E-WEIGHTS-CORRUPT"),
}


@pytest.mark.parametrize("case", INDICES)
def test_an_index_that_makes_no_sense(house: House, case: str) -> None:
    folder, (index, code_) = house.folder(), INDICES[case]
    (folder / "model.safetensors").unlink()
    (folder / INDEX).write_text(json.dumps(index))
    assert house.refuses(folder).code == code_


# -- code --------------------------------------------------------------------------------------------------------------

PICKLES: dict[str, list[str]] = {
    "one": ["pytorch_model.bin"],
    "several": ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"],
    "pt": ["model.pt"],
    "pth": ["consolidated.00.pth"],
    "ckpt": ["model.ckpt"],
    "pkl": ["weights.pkl"],
}


@pytest.mark.parametrize("case", PICKLES)
def test_only_pickles(house: House, case: str) -> None:
    folder = house.folder()
    (folder / "model.safetensors").unlink()
    for name in PICKLES[case]:
        (folder / name).write_bytes(payload(house.canary))
    told = house.refuses(folder)
    assert told.code == "E-PICKLE-REFUSED"
    assert "safetensors" in told.hint


@pytest.mark.parametrize("with_config", [True, False])
def test_an_adapter_that_is_a_pickle(house: House, with_config: bool) -> None:
    folder = house.folder()
    (folder / "model.safetensors").unlink()
    if not with_config:
        (folder / "config.json").unlink()
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "base_model_name_or_path": "a/b"}))
    (folder / "adapter_model.bin").write_bytes(payload(house.canary))
    assert house.refuses(folder).code == "E-PICKLE-REFUSED"


def test_a_pickle_beside_good_weights_is_left_alone(house: House) -> None:
    folder = house.folder()
    for name in ("pytorch_model.bin", "training_args.bin", "optimizer.pt"):
        (folder / name).write_bytes(payload(house.canary))
    assert isinstance(last_of(Load(str(folder), dtype="float32"), house.workspace), Done)
    house.stands()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What anybody asked on the terminal; the answer would have been yes."""
    questions: list[str] = []

    def yes(question: str = "") -> str:
        questions.append(question)
        return "y"

    monkeypatch.setattr(builtins, "input", yes)
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n" * 100))
    return questions


CODE: dict[str, Callable[[Path], None]] = {
    "config.json": lambda f: change_json(f / "config.json", auto_map={"AutoModelForCausalLM": "modeling.Evil"}),
    "config.json, the config": lambda f: change_json(f / "config.json", auto_map={"AutoConfig": "modeling.Evil"}),
    "from another repository": lambda f: change_json(f / "config.json", auto_map={"AutoConfig": "a/b--modeling.Evil"}),
    "trust_remote_code": lambda f: change_json(f / "config.json", trust_remote_code=True),
    "inside": lambda f: change_json(f / "config.json", text_config={"auto_map": {"AutoConfig": "modeling.Evil"}}),
    "the tokenizer": lambda f: change_json(
        f / "tokenizer_config.json", auto_map={"AutoTokenizer": ["modeling.Evil", None]}
    ),
    "the tokenizer trusts": lambda f: change_json(f / "tokenizer_config.json", trust_remote_code=True),
    "beside the weights": lambda f: None,
}


@pytest.mark.parametrize("case", CODE)
def test_code_in_a_folder(house: House, asked: list[str], case: str) -> None:
    folder = house.folder()
    (folder / "modeling.py").write_text(code(house.canary))
    CODE[case](folder)
    told = house.refuses(folder)
    assert told.code == "E-REMOTE-CODE"
    assert "contains code; it was not executed" in told.message
    assert asked == []


@pytest.mark.parametrize("case", [name for name in CODE if name != "beside the weights"])
def test_code_from_elsewhere(house: House, asked: list[str], case: str) -> None:
    folder = house.folder()
    CODE[case](folder)
    assert house.refuses(folder).code == "E-REMOTE-CODE"
    assert asked == []


@pytest.mark.parametrize("place", ["custom_generate/generate.py", "src/modeling.py", "__init__.pyc"])
def test_code_that_nobody_imports_is_left_alone(house: House, asked: list[str], place: str) -> None:
    folder = house.folder()
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).write_text(code(house.canary))
    assert isinstance(last_of(Load(str(folder), dtype="float32"), house.workspace), Done)
    house.stands()
    assert asked == []


@pytest.mark.parametrize(
    "name", ["someone/kernel", "kernels-community/flash-attn", "flash_attention_2", "../modeling", "hub"]
)
@pytest.mark.parametrize("field", ["attn_implementation", "_attn_implementation", "_attn_implementation_internal"])
def test_a_config_cannot_choose_a_kernel_from_elsewhere(house: House, field: str, name: str) -> None:
    folder = house.folder()
    change_json(folder / "config.json", **{field: name})
    last = last_of(Load(str(folder), dtype="float32"), house.workspace)
    assert isinstance(last, Done), last
    loaded = house.workspace.loaded(str(folder))
    assert loaded.reading.model.config._attn_implementation in ("sdpa", "eager")
    house.stands()


# -- other kinds of models ---------------------------------------------------------------------------------------------


def only(folder: Path, *names: str) -> None:
    """Leave nothing in the folder but empty files of these names."""
    shutil.rmtree(folder)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def adapter(folder: Path) -> None:
    only(folder, "adapter_model.safetensors")
    change_json(folder / "adapter_config.json", peft_type="LORA", base_model_name_or_path="owner/base")


def without_weights(*names: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / "model.safetensors").unlink()
        for name in names:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).touch()

    return make


def config(**changes: Any) -> Callable[[Path], None]:
    return lambda folder: change_json(folder / "config.json", **changes)


KINDS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "BERT": (config(model_type="bert", architectures=["BertForMaskedLM"]), "BertForMaskedLM", "writes text"),
    "RoBERTa": (config(model_type="roberta", architectures=["RobertaModel"]), "does not write", "writes text"),
    "a classifier": (config(architectures=["LlamaForSequenceClassification"]), "does not write", "writes text"),
    "T5": (
        config(model_type="t5", architectures=["T5ForConditionalGeneration"], is_encoder_decoder=True),
        "turns one text into another",
        "left to right",
    ),
    "BART": (config(model_type="bart", is_encoder_decoder=True), "turns one text into another", "left to right"),
    "CLIP": (config(model_type="clip", architectures=["CLIPModel"]), "pictures or sound", "writes text"),
    "ViT": (
        config(model_type="vit", architectures=["ViTForImageClassification"]),
        "pictures or sound",
        "writes text",
    ),
    "LLaVA": (
        config(model_type="llava", architectures=["LlavaForConditionalGeneration"], vision_config={}),
        "pictures or sound",
        "writes text",
    ),
    "GPTQ": (config(quantization_config={"quant_method": "gptq", "bits": 4}), "packed by gptq", "original weights"),
    "AWQ": (config(quantization_config={"quant_method": "awq", "w_bit": 4}), "packed by awq", "original weights"),
    "bitsandbytes": (
        config(quantization_config={"quant_method": "bitsandbytes", "load_in_4bit": True}),
        "packed by bitsandbytes",
        "original weights",
    ),
    "FP8": (config(quantization_config={"quant_method": "fp8"}), "packed by fp8", "original weights"),
    "MLX": (config(quantization={"group_size": 64, "bits": 4}), "Apple's MLX", "original weights"),
    "MLX, the newer way": (
        config(quantization={"group_size": 64, "bits": 4}, quantization_config={"group_size": 64, "bits": 4}),
        "Apple's MLX",
        "original weights",
    ),
    "ONNX": (without_weights("model.onnx"), "ONNX", "model.safetensors"),
    "ONNX in a folder": (without_weights("onnx/model.onnx"), "ONNX", "model.safetensors"),
    "TensorFlow": (without_weights("tf_model.h5"), "TensorFlow", "model.safetensors"),
    "Flax": (without_weights("flax_model.msgpack"), "Flax", "model.safetensors"),
    "GGUF files in a folder": (lambda f: only(f, "toy.Q4_0.gguf"), "GGUF", "toy.Q4_0.gguf"),
    "the maker's own format": (
        lambda f: only(f, "params.json", "consolidated.safetensors"),
        "own format",
        "transformers",
    ),
    "a LoRA adapter": (adapter, "an adapter for “owner/base”", "base model"),
    "pictures": (lambda f: only(f, "model_index.json"), "makes pictures", "writes text"),
}


@pytest.mark.parametrize("case", KINDS)
def test_another_kind_of_model_says_what_it_is(house: House, case: str) -> None:
    folder, (make, words, hint) = house.folder(), KINDS[case]
    make(folder)
    told = house.refuses(folder)
    assert told.code == "E-MODEL-KIND"
    assert words in told.message
    assert hint in told.hint


def test_an_unknown_architecture_is_named(house: House) -> None:
    folder = house.folder()
    change_json(folder / "config.json", model_type="martian")
    told = house.fails(Load(str(folder), dtype="float32"))
    assert (told.code, "“martian” is unknown" in told.message, "update" in told.hint) == ("E-MODEL-CONFIG", True, True)


def test_an_adapter_names_no_folder_of_its_makers_computer(house: House) -> None:
    folder = house.folder()
    adapter(folder)
    change_json(folder / "adapter_config.json", base_model_name_or_path="/home/somebody/models/base")
    assert "somebody" not in house.fails(Load(str(folder))).message


# -- memory ------------------------------------------------------------------------------------------------------------


def test_more_than_the_free_memory(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = house.folder()
    monkeypatch.setattr(loading, "free_memory", lambda _: 200_000)
    told = house.fails(Load(str(folder), dtype="float32"))
    assert told.code == "E-TOO-LARGE"
    assert "0.2 MB are free" in told.message
    assert "needs" in told.message


def test_a_bad_folder_is_left_out_of_the_list(house: House) -> None:
    good = house.folder("shelf/good")
    for number, (content, _) in enumerate(CONFIGS.values()):
        bad = house.folder(f"shelf/{number}")
        (bad / "config.json").write_bytes(content)
    done = last_of(ListModels(str(good.parent)), house.workspace)
    assert isinstance(done, Done)
    assert [info.path for info in done.result] == [str(good)]  # type: ignore[attr-defined]
