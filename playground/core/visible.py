"""Text from a model or a file, made harmless for a screen or a terminal."""

from __future__ import annotations

_RANGES = ((0x80, 0x9F), (0x200E, 0x200F), (0x2028, 0x202E), (0x2066, 0x2069), (0xFDD0, 0xFDEF))
_NAMED = {0x61C, 0xFEFF, 0xFFFC}.union(*(range(first, last + 1) for first, last in _RANGES))
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)} | {0x7F: "␡"}
_SHOWN = _PICTURES | {code: f"⟨U+{code:04X}⟩" for code in _NAMED} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


def visible(text: str) -> str:
    """Return text in which control and direction characters show themselves instead of acting."""
    return text.replace("\r\n", "\n").translate(_SHOWN)
