"""A model folder → a resident model and its tokenizer, safely and in steps that can be stopped.

The modules are built empty from the config, then the stored tensors are put in one by one, after each name
and shape was compared with the weights' header. Nothing from the folder is executed, unpickled or asked for
from the Hub.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, GenerationConfig, PreTrainedConfig, PreTrainedModel

from playground.core.errors import UserError
from playground.core.events import Progress, Story
from playground.core.facts import DTYPES, LoadedInfo, ModelInfo, RunInfo
from playground.core.paths import Paths
from playground.engine.building import CONFIG_ERRORS, empty_model, unusable
from playground.engine.cache import keeps_all
from playground.engine.describing import read_config
from playground.engine.devices import best_device, free_memory, one_thread, use_threads, versions
from playground.engine.filling import fill
from playground.engine.fingerprint import model_hash, text_hash
from playground.engine.forms import Form, form_of
from playground.engine.machine import Speeds, chunk_size, gpu_dtype, remembered, speeds
from playground.engine.notes import converted_folder, is_converted
from playground.engine.quiet import quiet
from playground.engine.reader import reader
from playground.engine.row_linear import quicken
from playground.engine.vocabulary import read_tokenizer, special_tokens, try_tokenizer
from playground.engine.weight_files import stored_tensors
from playground.engine.words import TokenizerWords
from playground.engine.workspace import Loaded, Workspace

_SAMPLING = ("temperature", "top_k", "top_p", "min_p", "repetition_penalty")
_WARM_UP = 2  # tokens
# Architectures whose inner values are known to leave float16's range.
_WIDE_RANGE = ("gemma", "t5")
_SHARE_FOR_TWO = 0.5  # two forms may take this much of the free memory


def load(
    paths: Paths, path: Path, dtype: str = "auto", device: str = "auto", threads: int = 0, forced: bool = False
) -> Story[Loaded]:
    """Load a safetensors folder (or the converted form of a GGUF file) and return it, ready to answer.

    With `dtype` "auto" the model is resident in the two forms that write and read fastest here, if that gains
    something and memory allows it; a dtype means one form. `forced` loads what seems too large for the free memory.
    Raises a UserError whose code names what is wrong: see `describe`, and E-MODEL-INCOMPLETE, E-TOO-LARGE,
    E-WEIGHTS-NONFINITE, E-TOKENIZER, E-NOT-CONVERTED, E-NUMERIC.
    """
    began = time.perf_counter()
    yield Progress(0, 1, "Reading the description")
    folder = model_folder(paths, path)
    info = reader("files").describe(folder)
    try_tokenizer(folder, info.vocabulary)
    device = best_device() if device == "auto" else device
    if dtype == "auto":
        yield Progress(0, 1, "Measuring what is fastest on this computer")
    known = (speeds if dtype == "auto" else remembered)(paths, threads, device)
    threads = use_threads(threads or known.threads)
    dtypes = _dtypes(info, dtype, device, known)
    if not forced:
        _check_memory(info, dtypes, device)
    yield None
    with quiet():
        reading = yield from _form(folder, dtypes[-1], device, known)
        writing = yield from _second(folder, dtypes[0], reading, device, known)
        yield Progress(0, 1, "Reading the tokenizer")
        tokenizer = read_tokenizer(folder, _embedding_rows(reading.model))
        yield None
        fingerprint = yield from model_hash(paths, folder)
        facts = _facts(info, (writing, reading), tokenizer, folder)
        chunk = chunk_size(known, reading.dtype, info.parameters, device)
        return Loaded(
            LoadedInfo(device=device, seconds=time.perf_counter() - began, **facts),
            reading,
            writing,
            _batch_form(reading, writing, known),
            tokenizer,
            copy.deepcopy(tokenizer),
            chunk,
            RunInfo(
                model=info.path,
                model_name=info.name,
                model_hash=fingerprint,
                template_hash=text_hash(facts["template"]),
                device=device,
                threads=threads,
                chunk=chunk,
                versions=versions(),
            ),
            TokenizerWords(tokenizer),
        )


def _dtypes(info: ModelInfo, dtype: str, device: str, known: Speeds) -> tuple[str, ...]:
    """Return the dtypes to load: one to write and one to read with, or one for both."""
    if dtype != "auto":
        _check_dtype(dtype)
        return (dtype,)
    if device != "cpu":
        return (gpu_dtype(device),)
    wide = any(word in info.architecture.lower() for word in _WIDE_RANGE)
    among = tuple(kind for kind in DTYPES if not (wide and kind == "float16"))
    dtypes = tuple(dict.fromkeys(known.best_forms(among)))
    if len(dtypes) > 1 and _needed(info, dtypes) > _SHARE_FOR_TWO * free_memory(device):
        return (known.best_form(among),)
    return dtypes


def _form(folder: Path, dtype: str, device: str, known: Speeds) -> Story[Form]:
    """Return the folder's model in one dtype, tried out, on the fastest path that knows it."""
    model = yield from _model(folder, getattr(torch, dtype), device)
    _read_generation_config(model, folder)
    yield Progress(0, 1, "Warming up")
    with one_thread():
        _warm_up(model, dtype)
    yield None
    by_vector = known.by_vector(dtype)
    if device == "cpu":
        quicken(model, model.get_output_embeddings(), by_vector)  # type: ignore[no-untyped-call]
    return form_of(model, dtype, by_vector)


def _second(folder: Path, dtype: str, first: Form, device: str, known: Speeds) -> Story[Form]:
    """Return the form that writes: the first one again where another is not wanted or cannot hold the weights."""
    if dtype == first.dtype or not keeps_all(first.model.config):
        return first
    try:
        second = yield from _form(folder, dtype, device, known)
    except UserError as error:
        if error.code in ("E-WEIGHTS-NONFINITE", "E-NUMERIC"):  # too narrow a format for this model
            return first
        raise
    return second


def _batch_form(reading: Form, writing: Form, known: Speeds) -> Form:
    if reading is writing:
        return reading
    return min((reading, writing), key=lambda form: known.eight[form.dtype])


def unload(workspace: Workspace, path: str) -> None:
    """Forget a resident model and give its memory back to the system."""
    workspace.loaded(path)
    del workspace.models[path]
    workspace.prefixes.forget(path)
    workspace.trim()


def model_folder(paths: Paths, path: Path) -> Path:
    """Return the folder to read: of a GGUF file its converted form."""
    if path.is_file() and path.suffix.lower() == ".gguf":
        if not is_converted(paths, path):
            raise UserError(
                f"“{path.name}” has to be converted first.", "Convert it once, then load it.", "E-NOT-CONVERTED"
            )
        return converted_folder(paths, path)
    return path


def _check_dtype(dtype: str) -> None:
    if dtype not in DTYPES:
        raise UserError(f"There is no dtype {dtype!r} here.", f"Choose one of: auto, {', '.join(DTYPES)}.", "E-OPTION")


def _needed(info: ModelInfo, dtypes: Sequence[str]) -> int:
    first, *others = dtypes
    least = min(info.context or 512, 512)
    return info.memory_bytes(first, least) + sum(info.weight_bytes(dtype) for dtype in others)


def _check_memory(info: ModelInfo, dtypes: Sequence[str], device: str) -> None:
    needed, free = _needed(info, dtypes), free_memory(device)
    if needed > free:
        raise UserError(
            f"“{info.name}” needs {_size(needed)} as {' and '.join(dtypes)}; {_size(free)} are free.",
            "Unload a model, close other programs, or choose a smaller model or dtype.",
            "E-TOO-LARGE",
        )


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"


def _model(folder: Path, dtype: torch.dtype, device: str) -> Story[PreTrainedModel]:
    config = _config(folder)
    model = empty_model(config, dtype)
    yield None
    model = yield from fill(model, folder, stored_tensors(folder), dtype, device)
    model.requires_grad_(False)
    model.eval()  # type: ignore[no-untyped-call]
    return model


def _config(folder: Path) -> PreTrainedConfig:
    read_config(folder)
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except CONFIG_ERRORS as error:
        raise unusable(error) from error
    # A quantizer's own packing would need that quantizer; a fine text is better than hundreds of missing names.
    packed = getattr(config, "quantization_config", None)
    if packed:
        method = packed.get("quant_method", "?") if isinstance(packed, dict) else "?"
        raise UserError(
            f"These weights are packed by {method}.", "Load the model's original weights.", "E-MODEL-CONFIG"
        )
    return config  # type: ignore[no-any-return]


def _read_generation_config(model: PreTrainedModel, folder: Path) -> None:
    """Give the model its generation_config.json; one that cannot be read leaves the defaults."""
    if (folder / "generation_config.json").is_file():
        try:
            model.generation_config = GenerationConfig.from_pretrained(folder, local_files_only=True)
        except (ValueError, TypeError, OSError) as error:
            raise unusable(error) from error


def _embedding_rows(model: PreTrainedModel) -> int:
    table: Any = model.get_input_embeddings()
    return int(table.weight.shape[0])


@torch.inference_mode()
def _warm_up(model: PreTrainedModel, dtype: str) -> None:
    """Run a few tokens through the model: the first pass prepares kernels, and shows whether the values hold."""
    ids = (torch.arange(_WARM_UP, device=model.device) % _embedding_rows(model))[None]  # (1, tokens)
    try:
        logits = model(input_ids=ids, use_cache=False).logits
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        raise unusable(error) from error
    if not bool(torch.isfinite(logits[0, -1]).all()):
        raise UserError(
            f"In {dtype} this model computes numbers that are too large.",
            "Load it as bfloat16 or float32." if dtype == "float16" else "The weights may be damaged.",
            "E-NUMERIC",
        )


def _facts(info: ModelInfo, forms: tuple[Form, Form], tokenizer: Any, folder: Path) -> dict[str, Any]:
    from playground.engine.prompting import template_facts

    template = template_facts(tokenizer)
    text = tokenizer.chat_template if isinstance(tokenizer.chat_template, str) else ""
    return {
        "model": info,
        "dtype": forms[0].dtype,
        "reading_dtype": forms[1].dtype,
        "path_kind": forms[0].path_kind,
        "path_reason": forms[0].reason,
        "resident_bytes": resident_bytes(*(form.model for form in forms)),
        "defaults": _defaults(folder),
        "default_system": template.default_system,
        "has_system_role": template.has_system_role,
        "switches": template.switches,
        "template": text,
        "special_tokens": special_tokens(tokenizer),
        "config": (folder / "config.json").read_text(encoding="utf-8-sig"),
    }


def resident_bytes(*models: torch.nn.Module) -> int:
    """Return what weights and buffers take, each shared storage once."""
    tensors = [tensor for model in models for tensor in (*model.parameters(), *model.buffers())]
    storages = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in tensors}
    return sum(storages.values())


def _defaults(folder: Path) -> tuple[tuple[str, float], ...]:
    """Return the sampling values that generation_config.json itself states."""
    try:
        stated = json.loads((folder / "generation_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    numbers = ((name, stated.get(name)) for name in _SAMPLING) if isinstance(stated, dict) else ()
    return tuple((name, float(value)) for name, value in numbers if isinstance(value, int | float))
