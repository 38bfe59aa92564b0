"""Put stored tensors into an empty model, one by one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from transformers import AutoModelForCausalLM, PreTrainedModel

from playground.core.errors import UserError
from playground.core.events import Progress, Story
from playground.engine.building import unusable
from playground.engine.devices import one_thread
from playground.engine.weight_files import TensorEntry

_AGAIN = "Get the model's files again."
_SIGN_OF_LIFE = 0.05  # seconds between two progress events


def fill(
    model: PreTrainedModel, folder: Path, entries: Sequence[TensorEntry], dtype: torch.dtype, device: str
) -> Story[PreTrainedModel]:
    """Return the model with all its weights, in `dtype` on `device`.

    What transformers would convert while loading (renamed, merged, kept in float32) is left to transformers,
    after a check that the sizes agree at all. Raises E-MODEL-INCOMPLETE and E-WEIGHTS-NONFINITE.
    """
    places = _places(model, entries)
    if _is_plain(model, entries, places):
        with one_thread():
            yield from _copy(model, entries, places, dtype, device)
        yield Progress(1, 1, "Checking")
        model.tie_weights()
        _check_nothing_empty(model)
        model.to(device)  # type: ignore[arg-type]
        return model
    _refuse_wrong_sizes(model, entries, places)
    del model
    yield Progress(0, 1, "Reading weights")
    model = _by_transformers(folder, dtype)
    yield Progress(0, 1, "Checking")
    for name, weight in model.named_parameters():
        _check_finite(name, weight, dtype)
    model.to(device)  # type: ignore[arg-type]
    return model


def _places(model: PreTrainedModel, entries: Sequence[TensorEntry]) -> dict[str, str]:
    """Map stored names to names in the model; weights of a bare base model lack its prefix."""
    names = model.state_dict().keys()
    prefix = f"{model.base_model_prefix}."
    places = {}
    for entry in entries:
        for name in (entry.name, prefix + entry.name, entry.name.removeprefix(prefix)):
            if name in names:
                places[entry.name] = name
                break
    return places


def _is_plain(model: PreTrainedModel, entries: Sequence[TensorEntry], places: dict[str, str]) -> bool:
    """Say whether every weight has its place as it is stored."""
    if model._keep_in_fp32_modules or model._keep_in_fp32_modules_strict or _converts(model):
        return False
    shapes = {name: tuple(weight.shape) for name, weight in model.state_dict().items()}
    found, tied = set(places.values()), model.all_tied_weights_keys
    if any(target in found and source in found for target, source in tied.items()):
        return False  # both halves of a tied pair: transformers decides whether they are one
    missing = [name for name in shapes if name not in found and tied.get(name) not in found]
    fits = all(shapes[places[entry.name]] == entry.shape for entry in entries if entry.name in places)
    return fits and not missing and len(found) == len(places)


def _converts(model: PreTrainedModel) -> bool:
    """Say whether transformers renames or merges weights of this architecture while loading."""
    from transformers.conversion_mapping import get_model_conversion_mapping

    return bool(get_model_conversion_mapping(model, add_legacy=False))


def _copy(
    model: PreTrainedModel, entries: Sequence[TensorEntry], places: dict[str, str], dtype: torch.dtype, device: str
) -> Story[None]:
    total, done, told = sum(entry.bytes for entry in entries), 0, 0.0
    for file, group in groupby(entries, key=lambda entry: entry.file):
        with _opened(file) as stored:
            for entry in group:
                done += entry.bytes
                if entry.name in places:
                    weight = _tensor(stored, entry, dtype, device)
                    _put(model, places[entry.name], weight)
                if time.monotonic() - told > _SIGN_OF_LIFE:
                    told = time.monotonic()
                    yield Progress(done, total, "Reading weights")
                else:
                    yield None


def _opened(file: Path) -> safe_open:
    try:
        return safe_open(file, framework="pt", device="cpu")
    except SafetensorError as error:
        raise UserError(f"{file.name} is damaged: {error}.", _AGAIN, "E-WEIGHTS-CORRUPT") from error


def _tensor(stored: safe_open, entry: TensorEntry, dtype: torch.dtype, device: str) -> torch.Tensor:
    """Return a copy of a stored tensor: the file may be replaced or removed while the model lives."""
    source: torch.Tensor = stored.get_tensor(entry.name)  # type: ignore[no-untyped-call]
    if not source.is_floating_point():
        return source.to(device, copy=True)
    weight = source.to(device=device, dtype=dtype, copy=True)
    if not _is_finite(weight):
        _check_finite(entry.name, source, source.dtype)
        _check_finite(entry.name, weight, dtype)
    return weight


def _is_finite(weight: torch.Tensor) -> bool:
    if not weight.numel():
        return True
    low, high = torch.aminmax(weight)
    return bool(torch.isfinite(low) & torch.isfinite(high))


def _check_finite(name: str, weight: torch.Tensor, dtype: torch.dtype) -> None:
    if weight.is_floating_point() and not _is_finite(weight):
        narrow = dtype == torch.float16 and not bool(torch.isnan(weight).any())
        hint = "Load it as bfloat16 or float32: float16 may be too narrow for it." if narrow else _AGAIN
        raise UserError(f"The weight “{name}” holds values that are no finite numbers.", hint, "E-WEIGHTS-NONFINITE")


def _put(model: PreTrainedModel, place: str, weight: torch.Tensor) -> None:
    owner, _, name = place.rpartition(".")
    module = model.get_submodule(owner)
    if name in module._parameters:
        module._parameters[name] = torch.nn.Parameter(weight, requires_grad=False)
    else:
        module._buffers[name] = weight


def _check_nothing_empty(model: PreTrainedModel) -> None:
    empty = [name for name, tensor in (*model.named_parameters(), *model.named_buffers()) if tensor.is_meta]
    if empty:
        raise _incomplete(f"{len(empty)} tensors missing, the first is “{empty[0]}”")


def _refuse_wrong_sizes(model: PreTrainedModel, entries: Sequence[TensorEntry], places: dict[str, str]) -> None:
    """Refuse a config that asks for more than the weights hold, before memory is taken for it."""
    found, tied = set(places.values()), model.all_tied_weights_keys
    missing = [n for n, _ in model.named_parameters() if n not in found and tied.get(n) not in found]
    unplaced = [entry for entry in entries if entry.name not in places]
    wanted, stored = sum(p.numel() for p in model.parameters()), sum(entry.count for entry in entries)
    shapes = {name: tuple(weight.shape) for name, weight in model.state_dict().items()}
    others = [entry.name for entry in entries if entry.name in places and shapes[places[entry.name]] != entry.shape]
    if others and not _converts(model):
        raise _incomplete(f"{len(others)} tensors have another shape, the first is “{others[0]}”")
    if missing and (not unplaced or wanted > 1.5 * stored):
        raise _incomplete(f"{len(missing)} tensors missing, the first is “{missing[0]}”")
    if wanted > 1.5 * stored:
        raise _incomplete(f"config.json asks for {wanted:,} weights, the files hold {stored:,}")


def _by_transformers(folder: Path, dtype: torch.dtype) -> PreTrainedModel:
    try:
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=dtype,
            trust_remote_code=False,
            use_safetensors=True,
            local_files_only=True,
            attn_implementation="sdpa",
            output_loading_info=True,
        )
    except (RuntimeError, ValueError, KeyError, TypeError, OSError) as error:
        raise unusable(error) from error
    model, report = loaded
    mismatched, missing = list(report.get("mismatched_keys", ())), sorted(report.get("missing_keys", ()))
    if mismatched:
        raise _incomplete(f"{len(mismatched)} tensors have another shape, the first is “{mismatched[0][0]}”")
    if missing:
        raise _incomplete(f"{len(missing)} tensors missing, the first is “{missing[0]}”")
    return model  # type: ignore[no-any-return]


def _incomplete(reason: str) -> UserError:
    return UserError(f"The weights do not fit config.json: {reason}.", _AGAIN, "E-MODEL-INCOMPLETE")
