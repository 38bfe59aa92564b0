from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from playground.core.catalogue import starter_folder, starter_gguf
from playground.core.errors import UserError
from playground.core.events import Progress
from playground.core.paths import Paths
from playground.engine import converting
from playground.engine.converting import convert, converted_folder, is_converted
from playground.engine.describing import describe
from playground.engine.loading import load
from playground.engine.weight_files import stored_tensors
from tests.ggufs import toy_gguf
from tests.stories import outcome, told
from tests.toys import toy

IDS = torch.tensor([[5, 17, 200, 41, 99, 3, 260]])


def by_the_library(file: Path, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=dtype)
    return {name: weight.clone() for name, weight in model.state_dict().items()}


@pytest.mark.parametrize("quantization", ["Q4_1", "F16", "F32"])
@pytest.mark.parametrize("kind", ["llama", "qwen3", "gemma2"])
def test_a_converted_file_holds_what_the_library_reads(kind: str, quantization: str, tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    usual = {"head_dim": 128} if kind == "qwen3" else {}  # the library reads no other head size from a Qwen3 file
    file = toy_gguf(paths.models / "toy.gguf", kind, quantization, **usual)
    folder = outcome(convert(paths, file))
    dtype = torch.float32 if quantization == "F32" else torch.float16
    ours = outcome(load(paths, folder, str(dtype).removeprefix("torch."))).model.state_dict()
    theirs = by_the_library(file, dtype)
    assert set(theirs) <= set(ours)
    assert all(torch.equal(ours[name], weight.to(dtype)) for name, weight in theirs.items())


@pytest.mark.parametrize("kind", ["llama", "qwen3"])
def test_a_file_of_a_model_computes_what_the_model_computes(kind: str, tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    original = AutoModelForCausalLM.from_pretrained(toy(kind, tmp_path / "toy", vocab_size=512), dtype=torch.float32)
    file = toy_gguf(paths.models / "toy.gguf", kind, "F32", tied=False)
    model = outcome(load(paths, outcome(convert(paths, file)), "float32")).model
    with torch.inference_mode():
        assert torch.allclose(model(IDS).logits, original(IDS).logits, atol=1e-4)


@pytest.mark.parametrize("kind", ["llama", "qwen3", "gemma2"])
def test_tokenizer_and_template_come_along(kind: str, tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    folder = outcome(convert(paths, toy_gguf(paths.models / "toy.gguf", kind)))
    theirs = AutoTokenizer.from_pretrained(toy("llama", tmp_path / "toy"))
    ours = AutoTokenizer.from_pretrained(folder)
    text = "Hello wörld, 12 boxes.\n<|im_start|>user"
    assert ours(text).input_ids == theirs(text).input_ids
    assert ours.chat_template == theirs.chat_template
    assert json.loads((folder / "generation_config.json").read_text())["eos_token_id"] == 2


def test_the_note_says_where_the_weights_come_from(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    four, eight, sixteen = (
        describe(outcome(convert(paths, toy_gguf(paths.models / f"toy.{kind}.gguf", quantization=kind))))
        for kind in ("Q4_1", "Q8_0", "F16")
    )
    assert four.origin == "de-quantized from 4 bits (Q4_1), on a 4-bit grid"
    assert eight.origin == "de-quantized from 8 bits (Q8_0)"
    assert sixteen.origin == "from a GGUF file in F16"
    assert (four.name, four.licence, four.architecture) == ("toy", "cc0-1.0", "LlamaForCausalLM")
    assert four.dtype == "float16"
    assert four.has_template


def test_a_second_conversion_returns_the_first(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    file = toy_gguf(paths.models / "toy.gguf")
    folder = outcome(convert(paths, file))
    written = (folder / "model.safetensors").stat().st_mtime_ns
    assert outcome(convert(paths, file)) == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == written
    file.unlink()
    assert outcome(convert(paths, file)) == folder


def test_another_file_of_the_same_name_is_converted_again(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    file = toy_gguf(paths.models / "toy.gguf", quantization="F16")
    outcome(convert(paths, file))
    toy_gguf(file, quantization="Q4_1")
    assert not is_converted(paths, file)
    assert "Q4_1" in describe(outcome(convert(paths, file))).origin


def test_files_of_one_name_from_two_places_do_not_meet(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    places = {converted_folder(paths, folder / "toy.gguf") for folder in (paths.models, tmp_path / "a", tmp_path / "b")}
    assert len(places) == 3


def test_what_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    file = toy_gguf(paths.models / "toy.gguf")
    steps = len(told(convert(paths, toy_gguf(paths.models / "other.gguf")))[0])
    for stop in range(1, steps, 4):
        story = convert(paths, file)
        for _ in range(stop):
            next(story)
        story.close()
        assert not is_converted(paths, file)
        assert not converted_folder(paths, file).exists()
        assert not list(paths.models.glob(".converting-*"))


def test_leftovers_of_a_killed_process_are_swept(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    left = paths.models / ".converting-4194999-abc"
    left.mkdir()
    outcome(convert(paths, toy_gguf(paths.models / "toy.gguf")))
    assert not left.exists()


def test_progress_only_grows_and_arrives(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    events, _ = told(convert(paths, toy_gguf(paths.models / "toy.gguf")))
    shares = [event.done for event in events if isinstance(event, Progress)]
    assert shares == sorted(shares)
    assert shares[-1] == 100


def test_large_files_are_written_in_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converting, "_SHARD_BYTES", 20_000)
    paths = Paths(tmp_path)
    file = toy_gguf(paths.models / "toy.gguf")
    folder = outcome(convert(paths, file))
    assert len({entry.file for entry in stored_tensors(folder)}) > 2
    ours = outcome(load(paths, folder, "float16")).model.state_dict()
    assert all(torch.equal(ours[name], weight) for name, weight in by_the_library(file, torch.float16).items())


def test_an_architecture_nobody_knows(tmp_path: Path) -> None:
    file = toy_gguf(tmp_path / "models" / "toy.gguf")
    file.write_bytes(file.read_bytes().replace(b"llama", b"mamma"))
    with pytest.raises(UserError) as caught:
        outcome(convert(Paths(tmp_path), file))
    assert caught.value.code == "E-GGUF"


@pytest.mark.slow
def test_the_starter(starter: Path, starter_home: Paths, tmp_path: Path) -> None:
    """The real file: equal to the library's own reading, within float16's rounding of the float32 values."""
    paths = Paths(tmp_path)
    file = starter_gguf(starter_home)
    shutil.copy(file, starter_gguf(paths))
    folder = outcome(convert(paths, starter_gguf(paths)))
    assert folder.name == starter.name == starter_folder(paths).name
    assert describe(folder).origin == "de-quantized from 4 bits (Q4_1), on a 4-bit grid"
    ours = outcome(load(paths, folder, "float16")).model.state_dict()
    theirs = by_the_library(file, torch.float32)
    assert all(torch.equal(ours[name], weight.half()) for name, weight in theirs.items())
    assert max((ours[name].float() - weight).abs().max().item() for name, weight in theirs.items()) < 0.003
