"""A model in one number format, with the path on which it writes.

A model may be resident in two forms: one that writes (one row) and one that reads, writes batches and is trained on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from transformers import PreTrainedModel

from playground.engine.cache import KeyValues, keeps_all, named
from playground.engine.devices import one_thread
from playground.engine.lean.desk import ATTENTION_DTYPE
from playground.engine.lean.recognition import Unknown, plan_of
from playground.engine.lean.step import Lean

# How far the lean path's logits may be from the module tree's, as a share of the largest: rounding, no more.
_TOLERANCE = {torch.float32: 2e-5, torch.float16: 0.02, torch.bfloat16: 0.1}
_TRIAL = 12  # tokens of the check; the last few are written


@dataclass(frozen=True)
class Form:
    """A module tree, and the lean path over the same weights if it knows the tree."""

    dtype: str
    model: Any
    lean: Lean | None = None
    reason: str = ""  # why there is no lean path

    @property
    def path_kind(self) -> str:
        return "lean" if self.lean is not None else "plain"

    @property
    def memory_dtype(self) -> torch.dtype:
        """Return the dtype in which keys and values are kept while this form writes."""
        dtype: torch.dtype = self.model.dtype
        return ATTENTION_DTYPE if self.lean is not None else dtype


def form_of(model: PreTrainedModel, dtype: str, by_vector: bool) -> Form:
    """Return the model as a form: on the lean path if that knows the tree and computes the same."""
    try:
        lean = Lean(plan_of(model, by_vector))
    except Unknown as reason:
        return Form(dtype, model, None, str(reason))
    if not agrees(lean, model):
        return Form(dtype, model, None, "its numbers did not agree with the model's own")
    return Form(dtype, model, lean)


@torch.inference_mode()
def agrees(lean: Lean, model: PreTrainedModel) -> bool:
    """Say whether the lean path continues a few tokens as the model's own forward does."""
    if not keeps_all(model.config):
        return False
    rows = lean.plan.embedding.shape[0]
    ids = [(7 * number + 3) % rows for number in range(_TRIAL)]
    memory = KeyValues(ATTENTION_DTYPE)
    with one_thread():
        theirs = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0].float()  # (tokens, vocabulary)
        begun = _TRIAL // 2
        cache = memory.lend(model.config, model.dtype)
        model(input_ids=torch.tensor([ids[:begun]]), use_cache=True, **named(model, cache))
        memory.take_back(cache, ids[:begun])
        ours = torch.cat([lean.step([id], memory).clone() for id in ids[begun:]])  # (tokens - begun, vocabulary)
    error, scale = (ours - theirs[begun:]).abs().max(), theirs.abs().max()
    return bool(error <= _TOLERANCE[model.dtype] * scale)
