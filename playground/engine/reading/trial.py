"""Trying a folder's tokenizer before the engine loads it: a bad one can end the process that reads it."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer, models

from playground.core.errors import UserError
from playground.engine.files import inside, read_json

_AGAIN = "Get the model's files again."
_PROBE = "A trial: ä, 你, 🙂\n"
_LARGE = 200_000_000  # bytes; the largest known takes 35 million
_SETTINGS = {"tokenizer_config.json": 20_000_000, "special_tokens_map.json": 5_000_000, "added_tokens.json": 20_000_000}
_TABLES = ("tokenizer.json", "vocab.json", "merges.txt", "tokenizer.model")
_TEMPLATES = ("chat_template.jinja", "chat_template.json")
_TEMPLATE_LIMIT = 1_000_000


def try_tokenizer(folder: str) -> int:
    """Read the tokenizer, encode and decode a probe, and return the highest id it knows.

    Raises E-TOKENIZER with a plain reason, E-TEMPLATE for a chat template too large to be one, and E-MODEL-PATH for
    a file that lies elsewhere.
    """
    home = Path(folder)
    _check_files(home)
    try:
        tokenizer = _tokenizer(home)
        tokenizer.decode(tokenizer.encode(_PROBE).ids)
        return max(tokenizer.get_vocab().values(), default=-1)
    except UserError:
        raise
    except MemoryError:
        raise
    except BaseException as error:  # the Rust part panics with one that is no Exception
        raise bad_tokenizer((str(error).strip().splitlines() or [type(error).__name__])[0][:160]) from error


def _check_files(folder: Path) -> None:
    for name in _TABLES:
        if (size := _size(folder, name)) > _LARGE:
            raise bad_tokenizer(f"{name} takes {size / 1e6:,.0f} MB")
    for name, limit in _SETTINGS.items():
        read_json(folder, name, "E-TOKENIZER", limit)
    for name in _TEMPLATES:
        if _size(folder, name) > _TEMPLATE_LIMIT:
            raise UserError(f"The chat template in {name} is larger than 1 MB: it was not read.", _AGAIN, "E-TEMPLATE")
    inside(folder, "additional_chat_templates")


def _tokenizer(folder: Path) -> Tokenizer:
    if _size(folder, "tokenizer.json"):
        return Tokenizer.from_file(str(folder / "tokenizer.json"))
    if (folder / "tokenizer.json").is_file():
        raise bad_tokenizer("tokenizer.json is empty")
    if _size(folder, "vocab.json") and _size(folder, "merges.txt"):
        return Tokenizer(models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt")))
    if _size(folder, "tokenizer.model"):
        raise bad_tokenizer(
            "it is there as tokenizer.model only", "Look for a version of this model with a “tokenizer.json”."
        )
    raise bad_tokenizer("there is none in the folder")


def _size(folder: Path, name: str) -> int:
    file = inside(folder, name)
    return file.stat().st_size if file.is_file() else 0


def bad_tokenizer(reason: str, hint: str = _AGAIN) -> UserError:
    """Say why a tokenizer cannot serve."""
    return UserError(f"The tokenizer cannot be used: {reason}.", hint, "E-TOKENIZER")
