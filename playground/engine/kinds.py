"""Folders that hold something else than a language model in a form we can load: each is told from the others."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from playground.core.errors import UserError
from playground.engine.files import inside, read_json

_ADAPTER = "adapter_config.json"
_ENCODERS = (
    *("bert", "roberta", "distilbert", "albert", "electra", "deberta", "deberta-v2", "xlm-roberta", "camembert"),
    *("mpnet", "modernbert", "nomic_bert", "longformer", "big_bird", "convbert", "mobilebert", "flaubert"),
)
_OTHER_HEADS = (
    *("ForMaskedLM", "ForPreTraining", "ForSequenceClassification", "ForTokenClassification", "ForMultipleChoice"),
    *("ForQuestionAnswering", "ForNextSentencePrediction", "ForImageClassification", "ForObjectDetection"),
    *("ForCTC", "ForAudioClassification", "ForMaskGeneration"),
)
_WRITERS = ("ForCausalLM", "LMHeadModel")
_SENSES = ("vit", "clip", "siglip", "dinov2", "sam", "wav2vec2", "hubert", "whisper", "detr", "resnet", "convnext")
_OTHER_FORMATS = {
    "*.gguf": ("GGUF files", "Open “{file}” itself."),
    "*.onnx": ("weights in the ONNX format", "Look for the same model with a “model.safetensors”."),
    "onnx/*.onnx": ("weights in the ONNX format", "Look for the same model with a “model.safetensors”."),
    "*.h5": ("weights for TensorFlow", "Look for the same model with a “model.safetensors”."),
    "*.msgpack": ("weights for Flax", "Look for the same model with a “model.safetensors”."),
    "*.mlmodel": ("weights for Core ML", "Look for the same model with a “model.safetensors”."),
    "consolidated*": ("weights in their maker's own format", "Look for the version of this model for transformers."),
}
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
_ORIGINALS = "Look for the original weights, in float16 or bfloat16."


def refuse_bare(folder: Path) -> None:
    """Raise E-MODEL-KIND for a folder without config.json when it is known what it is."""
    _refuse_adapter(folder)
    if (folder / "model_index.json").is_file():
        raise _other(f"“{folder.name}” makes pictures; it is no language model.", "Choose a model that writes text.")
    refuse_other_format(folder)


def refuse_other_format(folder: Path) -> None:
    """Raise E-MODEL-KIND or E-PICKLE-REFUSED for a folder whose weights are there in another form only."""
    _refuse_adapter(folder)
    if any(file.suffix in _PICKLES for file in folder.iterdir()):
        raise _pickle()
    for pattern, (what, hint) in _OTHER_FORMATS.items():
        found = sorted(file.name for file in folder.glob(pattern))
        if found:
            raise _other(f"“{folder.name}” holds {what} only.", hint.format(file=found[0][:80]))


def refuse_other_kind(folder: Path, config: dict[str, Any]) -> None:
    """Raise E-MODEL-KIND for a config of a model that does not write, or whose weights are packed."""
    kind, heads = config["model_type"], _names(config.get("architectures"))
    writes = any(head.endswith(_WRITERS) for head in heads)
    if config.get("is_encoder_decoder") is True:
        raise _other(
            f"“{folder.name}” ({kind[:40]}) turns one text into another; it does not continue a text.",
            "Choose a model that writes text from left to right, such as Llama or Qwen.",
        )
    if not writes and (kind in _SENSES or ("vision_config" in config and "text_config" not in config)):
        raise _other(f"“{folder.name}” ({kind[:40]}) reads pictures or sound.", "Choose a model that writes text.")
    is_encoder = kind in _ENCODERS and not writes and config.get("is_decoder") is not True
    if is_encoder or any(head.endswith(_OTHER_HEADS) for head in heads):
        raise _other(
            f"“{folder.name}” ({(heads or [kind])[0][:60]}) reads text but does not write any.",
            "Choose a model that writes text, such as Llama or Qwen.",
        )
    _refuse_packed(folder, config)


def _refuse_packed(folder: Path, config: dict[str, Any]) -> None:
    """A quantizer's own packing needs that quantizer; a fine text is better than hundreds of missing names."""
    packed = config.get("quantization_config") or config.get("quantization") or {}
    method = packed.get("quant_method") if isinstance(packed, dict) else "?"
    if isinstance(packed, dict) and packed and method is None and "group_size" in packed:
        raise _other(f"The weights of “{folder.name}” are packed for Apple's MLX.", _ORIGINALS)
    if packed:
        raise _other(f"The weights of “{folder.name}” are packed by {str(method or '?')[:40]}.", _ORIGINALS)


def _refuse_adapter(folder: Path) -> None:
    if not inside(folder, _ADAPTER).is_file():
        return
    if not any(folder.glob("*.safetensors")) and any(folder.glob("*.bin")):
        raise _pickle()
    base = read_json(folder, _ADAPTER).get("base_model_name_or_path")
    of = f" for “{base[:80]}”" if isinstance(base, str) and base and not Path(base).is_absolute() else ""
    raise _other(
        f"“{folder.name}” holds an adapter{of}, not a whole model.",
        "Load its base model, or a version in which the adapter is merged into it.",
    )


def _names(value: Any) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, Iterable) else []


def _other(message: str, hint: str) -> UserError:
    return UserError(message, hint, "E-MODEL-KIND")


def _pickle() -> UserError:
    return UserError(
        "These weights are a pickle, which can run code when it is opened.",
        "Look for the same model with a “model.safetensors”.",
        "E-PICKLE-REFUSED",
    )
