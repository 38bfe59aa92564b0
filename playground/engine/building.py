"""Build a model's modules from its config without filling, or even touching, the memory of its weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from transformers import AutoModelForCausalLM, PreTrainedConfig, PreTrainedModel

from playground.core.errors import UserError


class _EmptyOnMeta(TorchFunctionMode):
    """Put what is created without values on the meta device.

    Weights are created empty, buffers such as rotary frequencies from numbers: so weights cost nothing and
    buffers are right, which a model built wholly on the meta device cannot offer.
    """

    def __torch_function__(
        self, func: Callable[..., Any], types: Iterable[type], args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func is torch.empty:
            return func(*args, **{**(kwargs or {}), "device": "meta"})
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
    return _build(config, dtype, "eager")


def _build(config: PreTrainedConfig, dtype: torch.dtype, attention: str) -> PreTrainedModel:
    try:
        with _EmptyOnMeta():
            model = AutoModelForCausalLM.from_config(  # type: ignore[no-untyped-call]
                config, dtype=dtype, attn_implementation=attention, trust_remote_code=False
            )
    except (
        RuntimeError,
        TypeError,
        AttributeError,
        KeyError,
        ZeroDivisionError,
        OverflowError,
        AssertionError,
    ) as error:
        raise unusable(error) from error
    return model.eval()  # type: ignore[no-any-return]


def unusable(error: Exception) -> UserError:
    """Say that no model can be built, in one line of the library's own words."""
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
    return UserError(
        f"No model can be built from this config.json: {reason}", "Get the model's files again.", "E-MODEL-CONFIG"
    )
