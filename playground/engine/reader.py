"""The engine's side of the reader: a small process that opens what strangers wrote.

Headers, tokenizers and chat templates can hang a library, fill the memory or end a process; there they can end
nothing but the reader, and the next question starts a fresh one.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playground.core.errors import UserError
from playground.core.facts import ModelInfo
from playground.core.plain import from_plain
from playground.engine.reader_process import Gone, Limits, ReaderProcess

_TEMPLATE = Limits(seconds=0.8, bytes=250_000_000)
_GGUF = Limits(seconds=1.8, bytes=500_000_000)
_FOLDER = Limits(seconds=4.0, bytes=1_000_000_000)
_TOKENIZER = Limits(seconds=3.0, bytes=2_000_000_000)  # a large vocabulary gets more seconds
_LARGE_TOKENIZER = 40_000_000  # bytes
_SPENT_BYTES = 200_000_000  # a process that has grown so large makes way for a fresh one
_AGAIN = "Get the model's files again."


@cache
def reader(desk: Literal["templates", "files"]) -> Reader:
    """Return this process's reader of a kind: a keystroke asks about templates, and must not wait for files."""
    return Reader()


class Reader:
    """Asks the reader process, which is started when it is first needed. Threads take turns."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: ReaderProcess | None = None

    def start(self) -> None:
        """Start the process without waiting for it, so that the first question need not."""
        with self._turn:
            self._started()

    def describe(self, path: Path) -> ModelInfo:
        """Return what `describing.describe` does, or its UserError; E-GGUF or E-MODEL-CONFIG where it took too much."""
        is_file = path.is_file()
        told = self._asked("describe", _GGUF if is_file else _FOLDER, _too_much(path, is_file), path=str(path))
        info: ModelInfo = from_plain(ModelInfo, told)
        return info

    def try_tokenizer(self, folder: Path) -> int:
        """Return the highest id that the folder's tokenizer knows; raise E-TOKENIZER when it cannot be used."""
        size = sum(file.stat().st_size for file in folder.glob("tokenizer.json"))
        limits = Limits(_TOKENIZER.seconds + min(size, _LARGE_TOKENIZER) / 5e6, _TOKENIZER.bytes)
        highest: int = self._asked("try_tokenizer", limits, _no_tokenizer(), folder=str(folder))
        return highest

    def render(
        self, source: str, messages: Sequence[Mapping[str, str]], variables: Mapping[str, Any]
    ) -> tuple[str, tuple[str, ...] | None]:
        """Return a chat template's text of these messages, and its own words around their contents.

        The words are one piece more than messages, or None where the template does not leave contents as they are.
        Raises E-TEMPLATE.
        """
        text, frame = self._asked(
            "render", _TEMPLATE, _endless(), source=source, messages=[*messages], variables={**variables}
        )
        return text, None if frame is None else tuple(frame)

    def traits(self, source: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a chat template does: see `reading.rendering.traits`."""
        told: dict[str, Any] = self._asked("traits", _TEMPLATE, _endless(), source=source, variables={**variables})
        return told

    def close(self) -> None:
        """End the process; another question starts another one."""
        with self._turn:
            if self._process is not None:
                self._process.end()
                self._process = None

    def _asked(self, question: str, limits: Limits, otherwise: UserError, **details: Any) -> Any:
        with self._turn:
            process = self._started()
            try:
                told = process.ask(question, limits, **details)
            except Gone:
                self._process = None
                raise otherwise from None
            if process.resident_bytes > _SPENT_BYTES:
                process.end()
        if "error" in told:
            raise UserError(*told["error"])
        return told["answer"]

    def _started(self) -> ReaderProcess:
        if self._process is None or not self._process.lives:
            self._process = ReaderProcess()
        return self._process


def _endless() -> UserError:
    return UserError(
        "The chat template failed: it takes too long or too much memory",
        "Change the conversation so that it suits this template, or use another model.",
        "E-TEMPLATE",
    )


def _no_tokenizer() -> UserError:
    return UserError(
        "The tokenizer cannot be used: reading it takes too long, too much memory, or ends the program that reads it.",
        _AGAIN,
        "E-TOKENIZER",
    )


def _too_much(path: Path, is_file: bool) -> UserError:
    what, code = ("This GGUF file", "E-GGUF") if is_file else (f"“{path.name}”", "E-MODEL-CONFIG")
    return UserError(f"{what} cannot be read: it takes too long or too much memory.", _AGAIN, code)
