"""What the determinism check tells."""

from __future__ import annotations

from dataclasses import dataclass

from playground.core.facts import ReplayInfo


@dataclass(frozen=True)
class Check:
    """An answer written again with one thing changed."""

    name: str  # what was changed: "One thread"
    found: ReplayInfo | None = None
    skipped: str = ""  # why it could not be tried
