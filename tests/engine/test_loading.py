from __future__ import annotations

import gc
import json
import weakref
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from playground.core.errors import UserError
from playground.core.events import Progress
from playground.core.paths import Paths
from playground.engine import filling, loading
from playground.engine.devices import process_memory
from playground.engine.loading import load, unload
from playground.engine.machine import Speeds
from playground.engine.workspace import Loaded, Workspace
from tests.stories import outcome, told
from tests.toys import KINDS, NO_SYSTEM_ROLE, toy

IDS = torch.tensor([[5, 17, 200, 41, 99, 3, 260]])


def loaded(tmp_path: Path, folder: Path, dtype: str = "float32", **choices: Any) -> Loaded:
    return outcome(load(Paths(tmp_path / "home"), folder, dtype, **choices))


def refusal(tmp_path: Path, folder: Path, dtype: str = "float32") -> UserError:
    with pytest.raises(UserError) as caught:
        loaded(tmp_path, folder, dtype)
    return caught.value


def logits(model: Any) -> torch.Tensor:
    with torch.inference_mode():
        return model(IDS).logits  # type: ignore[no-any-return]


def change_config(folder: Path, **changes: Any) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **changes}))


def change_weights(folder: Path, change: Any) -> None:
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file({name: weight.contiguous() for name, weight in weights.items()}, folder / "model.safetensors")


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_model_computes_what_the_library_computes(kind: str, tied: bool, tmp_path: Path) -> None:
    folder = toy(kind, tmp_path / "toy", tied)
    ours = loaded(tmp_path, folder)
    theirs = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    assert torch.equal(logits(ours.model), logits(theirs))
    assert set(dict(ours.model.named_parameters())) == set(dict(theirs.named_parameters()))
    assert not any(p.requires_grad for p in ours.model.parameters())
    assert not ours.model.training


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("kind", KINDS)
def test_in_half_precision_too(kind: str, dtype: str, tmp_path: Path) -> None:
    folder = toy(kind, tmp_path / "toy")
    ours = loaded(tmp_path, folder, dtype)
    theirs = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype))
    state = ours.model.state_dict()
    assert all(torch.equal(state[name], weight) for name, weight in theirs.state_dict().items())
    assert torch.equal(logits(ours.model), logits(theirs))
    assert ours.info.dtype == dtype


def test_what_is_known_about_a_loaded_model(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    (folder / "generation_config.json").write_text(json.dumps({"temperature": 0.6, "top_k": 20, "max_length": 9}))
    info = loaded(tmp_path, folder).info
    assert info.model.path == str(folder)
    assert info.resident_bytes >= 4 * info.model.parameters
    assert info.defaults == (("temperature", 0.6), ("top_k", 20.0))
    assert info.default_system == "You are a toy."
    assert info.has_system_role
    assert "im_start" in info.template
    assert ("eos", "<|im_end|>", 2) in info.special_tokens
    assert json.loads(info.config)["model_type"] == "llama"
    assert info.seconds > 0


def test_a_template_that_refuses_the_system_role_is_known(tmp_path: Path) -> None:
    assert not loaded(tmp_path, toy("gemma2", tmp_path / "toy", template=NO_SYSTEM_ROLE)).info.has_system_role


def test_a_tied_weight_is_resident_once(tmp_path: Path) -> None:
    tied, free = (loaded(tmp_path, toy("llama", tmp_path / str(t), tied=t)).info.resident_bytes for t in (True, False))
    assert free - tied == 499 * 32 * 4


def test_weights_of_a_bare_base_model_find_their_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = toy("gpt2", tmp_path / "toy", tied=True)
    expected = logits(AutoModelForCausalLM.from_pretrained(folder))

    def strip(weights: dict[str, torch.Tensor]) -> None:
        for name in list(weights):
            weights[name.removeprefix("transformer.")] = weights.pop(name)

    change_weights(folder, strip)
    monkeypatch.delattr(filling, "_by_transformers")  # nothing here is left to the library
    assert torch.equal(logits(loaded(tmp_path, folder).model), expected)


@pytest.mark.parametrize("same", [True, False])
def test_both_halves_of_a_tied_pair_may_be_stored(same: bool, tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy", tied=True)

    def store_both(weights: dict[str, torch.Tensor]) -> None:
        weights["lm_head.weight"] = weights["model.embed_tokens.weight"].clone() + (0 if same else 1)

    change_weights(folder, store_both)
    expected = logits(AutoModelForCausalLM.from_pretrained(folder))
    assert torch.equal(logits(loaded(tmp_path, folder).model), expected)


def test_sharded_weights(tmp_path: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(toy("qwen3", tmp_path / "toy"))
    folder = toy("qwen3", tmp_path / "sharded")
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder, max_shard_size="60KB")
    assert len(list(folder.glob("*.safetensors"))) > 2
    assert torch.equal(logits(loaded(tmp_path, folder).model), logits(model))


def test_the_files_may_change_once_a_model_is_loaded(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    ours = loaded(tmp_path, folder)
    before = logits(ours.model)
    with (folder / "model.safetensors").open("r+b") as file:
        file.write(bytes(file.seek(0, 2) - file.seek(0)))
    assert torch.equal(logits(ours.model), before)


def test_loading_tells_its_stages_and_ends_at_all_bytes(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    events, _ = told(load(Paths(tmp_path / "home"), folder, "float32"))
    stages = list(dict.fromkeys(event.text for event in events if isinstance(event, Progress)))
    assert stages == [
        "Reading the description",
        "Reading weights",
        "Checking",
        "Warming up",
        "Reading the tokenizer",
        "Taking its fingerprint",
    ]


def test_loading_can_be_stopped_between_two_tensors(tmp_path: Path) -> None:
    threads = torch.get_num_threads()
    story = load(Paths(tmp_path / "home"), toy("llama", tmp_path / "toy"), "float32")
    while getattr(next(story), "text", "") != "Reading weights":
        pass
    story.close()
    assert torch.get_num_threads() == threads
    assert torch.get_default_dtype() == torch.float32


# A processor that stores float16 but computes with bfloat16.
STORES_HALF = Speeds(
    one={"float32": 4.0, "bfloat16": 2.0, "float16": 1.0},
    vector={"float32": 4.0, "bfloat16": 2.0, "float16": 1.0},
    eight={"float32": 5.0, "bfloat16": 2.0, "float16": 6.0},
    many={"float32": 0.2, "bfloat16": 0.1, "float16": 0.7},
    threads=1,
)


@pytest.fixture
def stores_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "speeds", lambda *_: STORES_HALF)


@pytest.mark.usefixtures("stores_half")
def test_auto_takes_one_form_to_write_and_one_to_read(tmp_path: Path) -> None:
    found = loaded(tmp_path, toy("llama", tmp_path / "a"), "auto")
    assert (found.info.dtype, found.info.reading_dtype) == ("float16", "bfloat16")
    assert (found.writing.model.dtype, found.reading.model.dtype) == (torch.float16, torch.bfloat16)
    assert found.batch is found.reading
    one = loaded(tmp_path, toy("llama", tmp_path / "b"), "float16")
    assert one.reading is one.writing is one.batch
    assert found.info.resident_bytes > 1.9 * one.info.resident_bytes


@pytest.mark.usefixtures("stores_half")
def test_auto_keeps_to_what_the_weights_can_bear(tmp_path: Path) -> None:
    assert loaded(tmp_path, toy("gemma2", tmp_path / "a"), "auto").info.dtype == "bfloat16"  # leaves float16's range
    folder = toy("llama", tmp_path / "b")
    change_weights(folder, lambda weights: weights["model.norm.weight"].mul_(1e6))
    found = loaded(tmp_path, folder, "auto")
    assert (found.info.dtype, found.info.reading_dtype) == ("bfloat16", "bfloat16")
    assert found.writing is found.reading


@pytest.mark.usefixtures("stores_half")
def test_little_memory_means_one_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = toy("llama", tmp_path / "toy")
    needed = loaded(tmp_path, folder, "bfloat16").info.model.memory_bytes("bfloat16", 256)
    monkeypatch.setattr(loading, "free_memory", lambda _: int(1.2 * needed))
    found = loaded(tmp_path, folder, "auto")
    assert found.info.dtype == found.info.reading_dtype == "bfloat16"


# -- refusals ----------------------------------------------------------------------------------------------------------


def test_fifty_layers_over_the_weights_of_two(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    change_config(folder, num_hidden_layers=50)
    error = refusal(tmp_path, folder)
    assert error.code == "E-MODEL-INCOMPLETE"
    assert "432 tensors missing" in error.message


def test_a_million_layers_are_refused_before_anything_is_built(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    change_config(folder, num_hidden_layers=1_000_000)
    assert refusal(tmp_path, folder).code == "E-MODEL-CONFIG"


def test_a_width_the_weights_do_not_have(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    change_config(folder, vocab_size=50_000)
    assert refusal(tmp_path, folder).code == "E-MODEL-INCOMPLETE"
    change_config(folder, vocab_size=500)
    error = refusal(tmp_path, folder)
    assert error.code == "E-MODEL-INCOMPLETE"
    assert "another shape" in error.message


@pytest.mark.parametrize(
    "changes",
    [{"model_type": "martian"}, {"num_attention_heads": 0}, {"hidden_size": "wide"}, {"hidden_act": "martian"}],
)
def test_a_config_nothing_can_be_built_from(changes: dict[str, Any], tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    change_config(folder, **changes)
    assert refusal(tmp_path, folder).code == "E-MODEL-CONFIG"


def test_weights_packed_by_a_quantizer(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    change_config(folder, quantization_config={"quant_method": "gptq", "bits": 4})
    assert "gptq" in refusal(tmp_path, folder).message


def test_a_config_cannot_choose_a_kernel_from_elsewhere(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    change_config(folder, attn_implementation="someone/kernel", _attn_implementation="someone/kernel")
    assert loaded(tmp_path, folder).model.config._attn_implementation == "sdpa"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers(value: float, tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    change_weights(folder, lambda weights: weights["model.norm.weight"].fill_(value))
    error = refusal(tmp_path, folder)
    assert error.code == "E-WEIGHTS-NONFINITE"
    assert "model.norm.weight" in error.message


def test_weights_too_large_for_half_precision_say_so(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    change_weights(folder, lambda weights: weights["model.norm.weight"].fill_(1e6))
    error = refusal(tmp_path, folder, "float16")
    assert error.code == "E-WEIGHTS-NONFINITE"
    assert "bfloat16" in error.hint
    loaded(tmp_path, folder, "bfloat16")


def test_truncated_weights(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1000])
    error = refusal(tmp_path, folder)
    assert error.code == "E-WEIGHTS-CORRUPT"
    assert f"found {file.stat().st_size:,}" in error.message


@pytest.mark.parametrize(
    "text", ["", "{", '{"version": "1.0"}', "[]", '{"model": {"type": "BPE", "vocab": {"a": -1}}}']
)
def test_a_tokenizer_that_cannot_be_read(text: str, tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    (folder / "tokenizer.json").write_text(text)
    assert refusal(tmp_path, folder).code == "E-TOKENIZER"


def test_a_missing_tokenizer(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    (folder / "tokenizer.json").unlink()
    assert refusal(tmp_path, folder).code == "E-TOKENIZER"


def test_token_ids_beyond_the_embeddings(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "toy")
    data = json.loads((folder / "tokenizer.json").read_text())
    data["added_tokens"].append({**data["added_tokens"][0], "id": 499, "content": "<|far|>"})
    (folder / "tokenizer.json").write_text(json.dumps(data))
    error = refusal(tmp_path, folder)
    assert error.code == "E-TOKENIZER"
    assert "499" in error.message


def test_a_model_larger_than_the_free_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "free_memory", lambda _: 200_000)
    error = refusal(tmp_path, toy("llama", tmp_path / "toy"))
    assert error.code == "E-TOO-LARGE"
    assert "0.2 MB are free" in error.message


def test_an_unconverted_gguf_file(tmp_path: Path) -> None:
    file = tmp_path / "some.gguf"
    file.write_bytes(b"GGUF")
    assert refusal(tmp_path, file).code == "E-NOT-CONVERTED"


def test_an_unknown_dtype(tmp_path: Path) -> None:
    assert refusal(tmp_path, toy("llama", tmp_path / "toy"), "float8").code == "E-OPTION"


# -- unloading ---------------------------------------------------------------------------------------------------------


def test_unloading_gives_the_memory_back(tmp_path: Path) -> None:
    workspace = Workspace(Paths(tmp_path / "home"))
    folder = toy("llama", tmp_path / "toy", hidden_size=512, intermediate_size=4096, num_hidden_layers=4)
    outcome(load(workspace.paths, folder, "float32"))
    workspace.trim()
    before = process_memory()
    workspace.models["it"] = outcome(load(workspace.paths, folder, "float32"))
    size = workspace.models["it"].info.resident_bytes
    model = weakref.ref(workspace.models["it"].model)
    assert process_memory() - before > 0.8 * size > 50e6
    unload(workspace, "it")
    assert model() is None
    assert process_memory() - before < 0.2 * size
    gc.collect()


def test_unloading_what_is_not_loaded(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        unload(Workspace(Paths(tmp_path)), "it")
    assert caught.value.code == "E-NO-MODEL"
