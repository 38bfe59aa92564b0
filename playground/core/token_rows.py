"""Tokens as rows of the record, and back."""

from __future__ import annotations

import array
import math
import sqlite3
from collections.abc import Iterable
from typing import Any

from playground.core.events import Token


def row_of(run_id: str, token: Token) -> tuple[Any, ...]:
    """Return a token as the columns of the table `tokens`."""
    return (
        run_id,
        token.step,
        token.id,
        clean(token.text),
        token.raw_probability,
        token.probability,
        token.rank,
        token.entropy,
        token.seconds,
        pack(token.alternatives),
    )


def token_from(row: sqlite3.Row) -> Token:
    """Undo `row_of`."""
    return Token(
        row["step"],
        row["id"],
        row["text"],
        _number(row["raw"]),
        _number(row["probability"]),
        row["rank"],
        _number(row["entropy"]),
        row["seconds"],
        unpack(row["alternatives"]),
    )


def clean(text: str) -> str:
    """Replace lone surrogates, which SQLite cannot store."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def pack(alternatives: Iterable[tuple[int, float]]) -> bytes:
    """Store (token id, log-probability) pairs as 32-bit integers followed by 32-bit floats."""
    pairs = list(alternatives)
    return array.array("i", [i for i, _ in pairs]).tobytes() + array.array("f", [p for _, p in pairs]).tobytes()


def unpack(blob: bytes) -> tuple[tuple[int, float], ...]:
    """Undo `pack`."""
    half = len(blob) // 2
    ids, values = array.array("i"), array.array("f")
    ids.frombytes(blob[:half])
    values.frombytes(blob[half:])
    return tuple(zip(ids, values, strict=True))


def _number(value: float | None) -> float:
    """Undo SQLite's habit of storing "not a number" as nothing."""
    return math.nan if value is None else value
