from __future__ import annotations

import json
import os
from pathlib import Path

from playground.core.paths import Paths
from playground.engine import fingerprint
from playground.engine.fingerprint import ids_hash, model_hash, text_hash
from tests.stories import outcome, told
from tests.toys import toy


def test_the_same_files_have_the_same_hash_wherever_they_lie(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "home")
    one, two = toy("llama", tmp_path / "one"), toy("llama", tmp_path / "two")
    other = toy("llama", tmp_path / "other", seed=1)
    assert outcome(model_hash(paths, one)) == outcome(model_hash(paths, two)) != outcome(model_hash(paths, other))


def test_it_is_taken_once_while_the_files_stay_as_they_are(tmp_path: Path) -> None:
    paths, folder = Paths(tmp_path / "home"), toy("llama", tmp_path / "toy")
    events, first = told(model_hash(paths, folder))
    assert events
    assert told(model_hash(paths, folder)) == ([], first)
    weights = folder / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    os.utime(weights, ns=(1, 1))
    events, changed = told(model_hash(paths, folder))
    assert events
    assert changed != first


def test_a_damaged_memory_costs_only_time(tmp_path: Path) -> None:
    paths, folder = Paths(tmp_path / "home"), toy("llama", tmp_path / "toy")
    first = outcome(model_hash(paths, folder))
    paths.fingerprints.write_text("[")
    assert outcome(model_hash(paths, folder)) == first


def test_the_memory_does_not_grow_for_ever(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "home")
    folder = toy("llama", tmp_path / "toy")
    outcome(model_hash(paths, folder))
    entry = next(iter(fingerprint._memory(paths).values()))
    paths.fingerprints.write_text(json.dumps({str(n): entry for n in range(500)}))
    outcome(model_hash(paths, folder))
    assert len(fingerprint._memory(paths)) == 200


def test_texts_and_prompts_have_hashes() -> None:
    assert text_hash("") == ""
    assert len(text_hash("a")) == 16
    assert ids_hash([1, 23]) != ids_hash([12, 3])
