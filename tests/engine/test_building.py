from __future__ import annotations

import pytest
import torch
from transformers import CLIPConfig, GPTNeoConfig

from playground.core.errors import UserError
from playground.engine.building import empty_model, unusable
from tests.toys import KINDS, toy_config


@pytest.mark.parametrize("kind", KINDS)
def test_weights_cost_nothing_and_buffers_are_right(kind: str) -> None:
    from transformers import AutoModelForCausalLM

    config = toy_config(kind, 499, tied=False)
    model = empty_model(config, torch.float32)
    real = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    assert all(weight.is_meta for weight in model.parameters() if weight.ndim > 1)
    buffers = dict(model.named_buffers())
    assert buffers.keys() == dict(real.named_buffers()).keys()
    assert all(torch.equal(buffers[name], buffer) for name, buffer in real.named_buffers())


def test_a_table_beyond_the_memory_is_never_made() -> None:
    with pytest.raises(UserError, match="impossible") as caught:
        empty_model(GPTNeoConfig(max_position_embeddings=200_000), torch.float32)
    assert caught.value.code == "E-MODEL-CONFIG"


def test_a_model_that_does_not_write_says_so() -> None:
    with pytest.raises(UserError, match="CLIPConfig") as caught:
        empty_model(CLIPConfig(), torch.float32)
    assert caught.value.code == "E-MODEL-KIND"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("one\ntwo"), ": one"),
        (
            ValueError("Validation error for field 'x':\n    TypeError: Field 'x' expected bool"),
            "Field 'x' expected bool",
        ),
        (KeyError(), "KeyError"),
        (ValueError("a" * 1000), "a" * 200),
    ],
)
def test_the_librarys_reason_in_one_line(error: Exception, reason: str) -> None:
    told = unusable(error)
    assert told.message.endswith(reason)
    assert "\n" not in told.message
