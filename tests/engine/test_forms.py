from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from transformers import AutoModelForCausalLM

from playground.engine import forms
from playground.engine.cache import KeyValues, named
from playground.engine.devices import one_thread
from playground.engine.forms import agrees, form_of
from playground.engine.lean.recognition import Unknown, plan_of
from playground.engine.lean.step import Lean
from tests.toys import KINDS, toy

LEAN = ("llama", "qwen3", "gemma2", "phi3")
LENGTH, BEGUN = 130, 100  # longer than the toys' sliding window of 64


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    with one_thread():
        yield


def tree(kind: str, folder: Path, dtype: torch.dtype = torch.float32, **changes: Any) -> Any:
    model: Any = AutoModelForCausalLM.from_pretrained(toy(kind, folder / kind, **changes), dtype=dtype)
    return model.eval().requires_grad_(False)


@torch.inference_mode()
def continued(lean: Lean, model: Any, ids: torch.Tensor) -> torch.Tensor:
    """Read with the tree, write on the lean path; return the logits of what was written."""
    memory = KeyValues(torch.float32)
    cache = memory.lend(model.config, model.dtype)
    model(input_ids=ids[:, :BEGUN], use_cache=True, **named(model, cache))
    memory.take_back(cache, ids[0, :BEGUN].tolist())
    return torch.cat([lean.step([id], memory).clone() for id in ids[0, BEGUN:].tolist()])


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("kind", LEAN)
def test_its_logits_are_the_models_own(kind: str, tied: bool, tmp_path: Path) -> None:
    model = tree(kind, tmp_path, tied=tied)
    ids = torch.randint(4, 400, (1, LENGTH), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        theirs = model(input_ids=ids, use_cache=False).logits[0, BEGUN:]
    form = form_of(model, "float32", by_vector=kind == "llama")
    assert form.lean is not None
    torch.testing.assert_close(continued(form.lean, model, ids), theirs, atol=1e-4, rtol=0)


CHANGES: dict[str, dict[str, Any]] = {
    "biases, as Qwen 2 has": {"attention_bias": True, "mlp_bias": True},
    "one head of keys": {"num_key_value_heads": 1},
    "as many heads of keys as of queries": {"num_key_value_heads": 4},
    "heads wider than the model": {"head_dim": 24},
    "another activation": {"hidden_act": "gelu_pytorch_tanh"},
    "Llama 3's rotary angles": {
        "rope_parameters": {
            "rope_type": "llama3",
            "rope_theta": 10000.0,
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 64,
        }
    },
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_familys_variants(name: str, tmp_path: Path) -> None:
    model = tree("llama", tmp_path, **CHANGES[name])
    ids = torch.randint(4, 400, (1, LENGTH), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        theirs = model(input_ids=ids, use_cache=False).logits[0, BEGUN:]
    form = form_of(model, "float32", by_vector=False)
    assert form.lean is not None, form.reason
    torch.testing.assert_close(continued(form.lean, model, ids), theirs, atol=1e-4, rtol=0)


def test_only_a_part_of_each_head_may_rotate(tmp_path: Path) -> None:
    rope = {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}
    model = tree("phi3", tmp_path, rope_parameters=rope)
    ids = torch.randint(4, 400, (1, LENGTH), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        theirs = model(input_ids=ids, use_cache=False).logits[0, BEGUN:]
    form = form_of(model, "float32", by_vector=False)
    assert form.lean is not None, form.reason
    torch.testing.assert_close(continued(form.lean, model, ids), theirs, atol=1e-4, rtol=0)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("kind", LEAN)
def test_half_precision_agrees_to_rounding(kind: str, dtype: torch.dtype, tmp_path: Path) -> None:
    form = form_of(tree(kind, tmp_path, dtype), str(dtype).removeprefix("torch."), by_vector=True)
    assert form.path_kind == "lean"
    assert form.memory_dtype is torch.float32


def test_fused_weights_are_the_modules_own_memory(tmp_path: Path) -> None:
    model = tree("llama", tmp_path)
    before = [name for name, _ in model.named_parameters()]
    plan = plan_of(model)
    for layer, known in zip(model.model.layers, plan.layers, strict=True):
        storages = {
            part.weight.untyped_storage().data_ptr()
            for part in (layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj)
        }
        assert storages == {known.qkv.weight.untyped_storage().data_ptr()}
        assert layer.mlp.up_proj.weight.data_ptr() > layer.mlp.gate_proj.weight.data_ptr()
    assert [name for name, _ in model.named_parameters()] == before


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in LEAN])
def test_other_shapes_take_the_plain_path(kind: str, tmp_path: Path) -> None:
    form = form_of(tree(kind, tmp_path), "float32", by_vector=False)
    assert form.path_kind == "plain"
    assert "none of the shapes" in form.reason


class Adapter(nn.Module):
    """Something put around a layer."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.inner(*args, **kwargs)


def test_a_tree_that_something_was_done_to_takes_the_plain_path(tmp_path: Path) -> None:
    hooked = tree("llama", tmp_path)
    hooked.model.layers[1].mlp.register_forward_hook(lambda *_: None)
    assert "hook" in form_of(hooked, "float32", by_vector=False).reason
    adapted = tree("llama", tmp_path)
    adapted.model.layers[0].self_attn.q_proj = Adapter(adapted.model.layers[0].self_attn.q_proj)
    assert form_of(adapted, "float32", by_vector=False).lean is None
    more = tree("llama", tmp_path)
    more.model.layers[0].mlp.extra = nn.Parameter(torch.zeros(3))
    assert "mlp.extra" in form_of(more, "float32", by_vector=False).reason
    mixed = tree("llama", tmp_path)
    mixed.lm_head.half()
    assert "dtypes" in form_of(mixed, "float32", by_vector=False).reason


def test_rotary_angles_that_grow_with_the_text_are_left_to_the_model(tmp_path: Path) -> None:
    rope = {"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0}
    with pytest.raises(Unknown, match="dynamic"):
        plan_of(tree("llama", tmp_path, rope_parameters=rope))


def test_a_path_that_computes_something_else_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tree("llama", tmp_path)
    lean = Lean(plan_of(model))
    assert agrees(lean, model)
    lean.plan.layers[0].feed_gain.mul_(1.01)
    assert not agrees(lean, model)
    monkeypatch.setattr(forms, "agrees", lambda *_: False)
    assert "did not agree" in form_of(model, "float32", by_vector=False).reason
