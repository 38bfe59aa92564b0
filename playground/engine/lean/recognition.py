"""Which module trees the lean path knows completely, and their plan.

A tree is known when its classes are those of one family, every parameter has its place in the plan, nothing hooks into
it and nothing has been put around its layers (adapters, quantized modules). Everything else takes the plain path.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from playground.engine.lean.plan import HeadNorm, LeanLayer, LeanPlan, Product
from playground.engine.row_linear import QUICK

FAMILIES = ("Llama", "Mistral", "Qwen2", "Qwen3", "Gemma", "Gemma2", "Phi3")
_STEADY_ROTARY = ("default", "linear", "llama3", "yarn")  # angles that do not depend on the length of the text
_ACTS: dict[str, Callable[[Tensor], Tensor]] = {
    "silu": functional.silu,
    "gelu_pytorch_tanh": lambda rows: functional.gelu(rows, approximate="tanh"),
    "gelu": functional.gelu,
}


class Unknown(Exception):
    """The tree is none the lean path knows; the text says why."""


def plan_of(model: PreTrainedModel, by_vector: bool = False) -> LeanPlan:
    """Return the plan of a model, its query-key-value and gate-up weights fused; raise Unknown.

    Fused weights become the storage: the modules' own weights are views of them afterwards.
    """
    _check_family(model)
    config, body = model.config, model.model
    offset = 1.0 if type(model).__name__.startswith("Gemma") else 0.0
    layers = tuple(_layer(layer, config, offset, by_vector) for layer in body.layers)
    if len({(layer.qkv.weight.shape, layer.gate_up.weight.shape) for layer in layers}) != 1:
        raise Unknown("its layers have different shapes")
    plan = LeanPlan(
        heads=config.num_attention_heads,
        kv_heads=config.num_key_value_heads,
        size=body.layers[0].self_attn.head_dim,
        embedding=body.embed_tokens.weight.detach(),
        layers=layers,
        final_gain=_gain(body.norm, offset),
        head=_product(model.lm_head, by_vector),
        act=_act(config),
        rotary=_rotary(body),
        epsilon=_epsilon(config, body.norm),
        embedding_scale=_embedding_scale(body.embed_tokens, model.dtype),
        softcap=float(getattr(config, "final_logit_softcapping", None) or 0.0),
    )
    _check_complete(model)
    return plan


def _check_family(model: PreTrainedModel) -> None:
    name = type(model).__name__.removesuffix("ForCausalLM")
    if name not in FAMILIES or type(model).__name__ == name:
        raise Unknown(f"{type(model).__name__} is none of the shapes it knows")
    if model.device.type != "cpu":
        raise Unknown("it is for processors, and this model is on another device")
    if any(weight.dtype is not model.dtype for weight in model.parameters()):
        raise Unknown("the weights have several dtypes")
    for module in model.modules():
        if module._forward_hooks or module._forward_pre_hooks or "forward" in vars(module):
            raise Unknown(f"{type(module).__name__} has a hook")
        if not (type(module).__module__.startswith(("transformers.", "torch.nn.")) or type(module) in QUICK):
            raise Unknown(f"{type(module).__name__} is no part of the family")
    kind = (getattr(model.config, "rope_parameters", None) or {}).get("rope_type", "default")
    if kind not in _STEADY_ROTARY:
        raise Unknown(f"its rotary angles ({kind}) depend on the length of the text")


def _layer(layer: Any, config: Any, offset: float, by_vector: bool) -> LeanLayer:
    attention, feed = layer.self_attn, layer.mlp
    sandwich = hasattr(layer, "pre_feedforward_layernorm")
    qkv = (attention.qkv_proj,) if hasattr(attention, "qkv_proj") else _three(attention)
    gate_up = (feed.gate_up_proj,) if hasattr(feed, "gate_up_proj") else (feed.gate_proj, feed.up_proj)
    for norm in (layer.input_layernorm, layer.post_attention_layernorm):
        _epsilon(config, norm)
    return LeanLayer(
        attention_gain=_gain(layer.input_layernorm, offset),
        qkv=_fused(qkv, by_vector),
        out=_product(attention.o_proj, by_vector),
        feed_gain=_gain(layer.pre_feedforward_layernorm if sandwich else layer.post_attention_layernorm, offset),
        gate_up=_fused(gate_up, by_vector),
        down=_product(feed.down_proj, by_vector),
        scaling=float(attention.scaling),
        window=_window(attention, config),
        softcap=float(getattr(attention, "attn_logit_softcapping", None) or 0.0),
        query_norm=_head_norm(attention, "q_norm"),
        key_norm=_head_norm(attention, "k_norm"),
        after_attention_gain=_gain(layer.post_attention_layernorm, offset) if sandwich else None,
        after_feed_gain=_gain(layer.post_feedforward_layernorm, offset) if sandwich else None,
    )


def _three(attention: Any) -> tuple[nn.Module, ...]:
    return attention.q_proj, attention.k_proj, attention.v_proj


def _window(attention: Any, config: Any) -> int:
    """Return how many tokens this layer sees; some families say it per layer, some in the config."""
    stated = attention.sliding_window if hasattr(attention, "sliding_window") else None
    if not hasattr(attention, "sliding_window"):
        stated = getattr(config, "sliding_window", None)
    return int(stated or 0)


def _gain(norm: Any, offset: float) -> Tensor:
    """Return a norm's weight in float32, times the square root of its length: the step divides by a length."""
    weight: Tensor = norm.weight.detach().float() + offset
    return weight * math.sqrt(len(weight))


def _head_norm(attention: Any, name: str) -> HeadNorm | None:
    norm = getattr(attention, name, None)
    if norm is None:
        return None
    return HeadNorm(norm.weight.detach().float(), _epsilon_of(norm))


def _epsilon_of(norm: Any) -> float:
    return float(norm.variance_epsilon if hasattr(norm, "variance_epsilon") else norm.eps)


def _epsilon(config: Any, norm: Any) -> float:
    if _epsilon_of(norm) != config.rms_norm_eps:
        raise Unknown("its norms differ in their epsilon")
    return _epsilon_of(norm)


def _act(config: Any) -> Callable[[Tensor], Tensor]:
    name = getattr(config, "hidden_activation", None) or config.hidden_act
    if name not in _ACTS:
        raise Unknown(f"it does not know the activation “{name}”")
    return _ACTS[name]


def _embedding_scale(embedding: Any, dtype: torch.dtype) -> float:
    """Return what embeddings are multiplied with, rounded as the model rounds it."""
    scale = getattr(embedding, "embed_scale", None)
    return 1.0 if scale is None else float(scale.to(dtype))


def _rotary(body: Any) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
    def angles(positions: Tensor) -> tuple[Tensor, Tensor]:
        cosine, sine = body.rotary_emb(torch.zeros(1), positions[None])
        return cosine[0], sine[0]

    return angles


def _product(linear: Any, by_vector: bool) -> Product:
    if type(linear) not in QUICK:
        raise Unknown(f"{type(linear).__name__} is no plain linear layer")
    bias = None if linear.bias is None else linear.bias.detach()
    return Product(linear.weight.detach(), bias, by_vector)


def _fused(parts: Sequence[Any], by_vector: bool) -> Product:
    """Return one product for layers that read the same input, and make their weights views of its weight."""
    products = [_product(part, by_vector) for part in parts]
    if len(parts) == 1:
        return products[0]
    biases = [product.bias for product in products if product.bias is not None]
    if len(biases) not in (0, len(parts)):
        raise Unknown("some of its projections have a bias and some have not")
    weight = torch.cat([product.weight for product in products])  # (sum of outs, in)
    start = 0
    for part in parts:
        part.weight = nn.Parameter(weight[start : start + part.out_features], requires_grad=False)
        start += part.out_features
    return Product(weight, torch.cat(biases) if biases else None, by_vector)


_LINEARS = ("q_proj", "k_proj", "v_proj", "qkv_proj", "o_proj", "gate_proj", "up_proj", "gate_up_proj", "down_proj")
_NORMS = ("input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm")
_OTHERS = ("norm", "q_norm", "k_norm", "embed_tokens")
_PLACES = {f"{name}.weight" for name in (*_LINEARS, *_NORMS, *_OTHERS, "lm_head")}
_PLACES |= {f"{name}.bias" for name in (*_LINEARS, "lm_head")}


def _check_complete(model: PreTrainedModel) -> None:
    """Refuse a tree with a parameter the plan has no use for."""
    for name, _ in model.named_parameters():
        if ".".join(name.split(".")[-2:]) not in _PLACES:
            raise Unknown(f"it has no use for the weight “{name}”")
