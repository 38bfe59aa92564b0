"""Build a model's modules from its config without filling, or even touching, the memory of its weights."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from torch.overrides import TorchFunctionMode
from transformers import AutoModelForCausalLM, PreTrainedConfig, PreTrainedModel

from playground.core.errors import UserError

CONFIG_ERRORS = (
    *(RuntimeError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, AssertionError, OSError),
    StrictDataclassError,
)
"""What the library raises when a config makes no sense."""

_BUDGET = 2**28
"""How many numbers a model may create besides its weights; a crafted config asks for more than the memory has."""

_CREATORS = (torch.ones, torch.zeros, torch.full, torch.arange, torch.eye, torch.linspace, torch.rand, torch.randn)


class _EmptyOnMeta(TorchFunctionMode):
    """Put what is created without values on the meta device.

    Weights are created empty, buffers such as rotary frequencies from numbers: so weights cost nothing and
    buffers are right, which a model built wholly on the meta device cannot offer.
    """

    def __init__(self) -> None:
        super().__init__()
        self._created = 0

    def __torch_function__(
        self, func: Callable[..., Any], types: Iterable[type], args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        elsewhere = {**(kwargs or {}), "device": "meta"}
        if func is torch.empty:
            return func(*args, **elsewhere)
        if func in _CREATORS:
            self._created += func(*args, **elsewhere).numel()
            if self._created > _BUDGET:
                raise OverflowError("its sizes are impossible")
        return func(*args, **(kwargs or {}))


def empty_model(config: PreTrainedConfig, dtype: torch.dtype) -> PreTrainedModel:
    """Return the model of this config with its weights on the meta device and its buffers in place.

    Attention is SDPA where the architecture supports it. Raises E-MODEL-CONFIG for a config nothing can be
    built from.
    """
    try:
        return _build(config, dtype, "sdpa")
    except ValueError as error:
        if "sdpa" not in str(error) and "scaled_dot_product" not in str(error):
            raise unusable(error) from error
    try:
        return _build(config, dtype, "eager")
    except ValueError as error:
        raise unusable(error) from error


def _build(config: PreTrainedConfig, dtype: torch.dtype, attention: str) -> PreTrainedModel:
    try:
        with _EmptyOnMeta():
            model = AutoModelForCausalLM.from_config(  # type: ignore[no-untyped-call]
                config, dtype=dtype, attn_implementation=attention, trust_remote_code=False
            )
    except ValueError:
        raise  # perhaps it is only the kind of attention
    except CONFIG_ERRORS as error:
        raise unusable(error) from error
    return model.eval()  # type: ignore[no-any-return]


def unusable(error: Exception) -> UserError:
    """Say that no model can be built, and why: in the library's own words where there are none of ours."""
    text = str(error).strip()
    if unknown := re.search(r"model type `([^`]{1,60})` but Transformers does not recognize", text):
        return UserError(
            f"The architecture “{unknown[1]}” is unknown to this version.",
            "Choose another model, or try again after an update: new architectures come with new versions.",
            "E-MODEL-CONFIG",
        )
    if other := re.search(r"Unrecognized configuration class <class '[\w.]*?(\w+)'>", text):
        return UserError(
            f"This model does not write text from left to right: its configuration is a {other[1]}.",
            "Choose a model that writes text, such as Llama or Qwen.",
            "E-MODEL-KIND",
        )
    lines = text.splitlines() or [type(error).__name__]
    in_detail = len(lines) > 1 and lines[0].endswith(":")  # "Validation error for field …:", and then what it is
    reason = (lines[1].partition(": ")[2] or lines[1] if in_detail else lines[0]).strip()[:200]
    return UserError(
        f"No model can be built from this config.json: {reason}", "Get the model's files again.", "E-MODEL-CONFIG"
    )
