"""Read a model's tokenizer, and find out before the first forward pass when it does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import AutoTokenizer

from playground.engine.reader import reader
from playground.engine.reading.trial import bad_tokenizer


def try_tokenizer(folder: Path, rows: int) -> None:
    """Have the reader try the folder's tokenizer before anything heavy is loaded; raise E-TOKENIZER.

    `rows` is how many embeddings the model should have, 0 where nobody says.
    """
    highest = reader("files").try_tokenizer(folder)
    _check_ids(highest, rows or highest + 1)


def read_tokenizer(folder: Path, rows: int) -> Any:
    """Return the folder's tokenizer for a model with `rows` embeddings; raise E-TOKENIZER when it cannot serve.

    It runs in this process: call `try_tokenizer` before.
    """
    tokenizer = _read(folder)
    _check_ids(max(tokenizer.get_vocab().values(), default=-1), rows)  # the settings may have added some
    return tokenizer


def _check_ids(highest: int, rows: int) -> None:
    if highest < 0:
        raise bad_tokenizer("it is empty")
    if highest >= rows:
        raise bad_tokenizer(f"it uses the id {highest:,}, the model has {rows:,} embeddings")


def special_tokens(tokenizer: Any) -> tuple[tuple[str, str, int], ...]:
    """Return (name, text, id) of every special token; those without a role of their own are called "extra"."""
    named = {
        name.removesuffix("_token"): text
        for name, text in tokenizer.special_tokens_map.items()
        if isinstance(text, str)
    }
    extra = [text for text in tokenizer.all_special_tokens if text not in named.values()]
    extra += [
        token.content
        for token in tokenizer.added_tokens_decoder.values()
        if token.special and token.content not in (*named.values(), *extra)
    ]
    pairs = [*named.items(), *(("extra", text) for text in extra)]
    return tuple((name, str(text), int(tokenizer.convert_tokens_to_ids(text))) for name, text in pairs)


def _read(folder: Path) -> Any:
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
        tokenizer.decode(tokenizer("A trial: ä, 你, 🙂\n").input_ids)
        return tokenizer
    except (GeneratorExit, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # the Rust part panics with one that is no Exception
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
        raise bad_tokenizer(reason) from error
