"""Token ids as text: labels that show every byte, and a stream that never shows half a character."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

_BYTE = re.compile(r"<0x([0-9A-F]{2})>")
_ESCAPED = re.compile("[\udc80-\udcff]")
_LONGEST = 4  # bytes of a UTF-8 character


class Pieces:
    """The text of single tokens, exactly: spaces are kept, and bytes that are no whole character show as ⟨E2⟩."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._added = {id: token.content for id, token in tokenizer.added_tokens_decoder.items()}
        decoder = repr(getattr(getattr(tokenizer, "backend_tokenizer", None), "decoder", ""))
        self._bytes = byte_letters() if "ByteLevel" in decoder else None

    def labels(self, ids: Iterable[int]) -> tuple[str, ...]:
        """Return what to write on each token."""
        return tuple(self.label(id) for id in ids)

    def label(self, id: int) -> str:
        """Return what to write on this token."""
        text = self.raw(id).decode("utf-8", "surrogateescape")
        return _ESCAPED.sub(lambda match: f"⟨{ord(match[0]) - 0xDC00:02X}⟩", text)

    def raw(self, id: int) -> bytes:
        """Return the bytes this token stands for."""
        if id in self._added:
            return str(self._added[id]).encode()
        token = self._tokenizer.convert_ids_to_tokens(int(id)) or ""
        if self._bytes is not None:
            return b"".join(bytes([self._bytes[c]]) if c in self._bytes else c.encode() for c in token)
        match = _BYTE.fullmatch(token)
        return bytes([int(match[1], 16)]) if match else token.replace("▁", " ").encode()


def byte_letters() -> dict[str, int]:
    """Map the letters of byte-level vocabularies to the bytes they stand for.

    Printable bytes stand for themselves, the others were moved behind the first 256 letters
    (https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf).
    """
    shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {chr(byte): byte for byte in shown} | {chr(256 + i): byte for i, byte in enumerate(hidden)}


class TextStream:
    """Turns token ids into text as they come; joined, its pieces are what the tokenizer decodes at once.

    `before` are the ids of text that stands already, so that the first new token keeps its space and completes a
    character begun there. Bytes of an unfinished character are held back.
    """

    def __init__(self, tokenizer: Any, before: Sequence[int] = ()) -> None:
        self._decode = (getattr(tokenizer, "backend_tokenizer", None) or tokenizer).decode
        self._ids: list[int] = []  # from the last settled piece on
        self._settled = 0  # how many of them are settled
        self._shown = 0  # characters of their text that were returned
        for id in before[-2 * _LONGEST :]:
            self.push(id)

    def push(self, id: int) -> str:
        """Take one more token; return the text it completes."""
        self._ids.append(int(id))
        text: str = self._decode(self._ids, skip_special_tokens=False)
        unfinished = _unfinished(text)
        if unfinished and len(self._ids) - self._settled < _LONGEST:
            return ""
        finished = len(text) - unfinished  # so many pieces without a character: their first bytes mean none
        new = text[self._shown : finished]
        self._shown = max(self._shown, finished)
        if not unfinished:
            # Keep one settled piece as context: some decoders treat the first token of a text differently.
            self._ids = self._ids[self._settled :]
            self._settled = len(self._ids)
            self._shown = len(self._decode(self._ids, skip_special_tokens=False))
        return new


def _unfinished(text: str) -> int:
    """Return how many characters at the end may stand for a character whose bytes are not all there."""
    held = 0
    while held < min(_LONGEST - 1, len(text)) and text[-1 - held] == "\ufffd":
        held += 1
    return held
