"""How a loaded model is held and run, in the words every panel uses."""

from __future__ import annotations

from playground.core.facts import LoadedInfo

LEAN = "The lean path writes each token with a few fused steps, which were checked against the model's own at loading."


def has_two_forms(info: LoadedInfo) -> bool:
    """Say whether its weights are in memory twice: in one number format for writing, in another for reading."""
    return info.reading_dtype not in ("", info.dtype)


def forms_in_words(info: LoadedInfo) -> str:
    """Return the number format: "float16", or "writes in float16, reads in bfloat16"."""
    return f"writes in {info.dtype}, reads in {info.reading_dtype}" if has_two_forms(info) else info.dtype


def path_in_words(info: LoadedInfo) -> str:
    """Return what the path it takes means, or why it does not take the lean one."""
    if info.path_kind == "lean":
        return LEAN
    why = f"; the lean path does not take this model: {info.path_reason}" if info.path_reason else ""
    return f"The plain path runs the model's own code for each token{why}."
