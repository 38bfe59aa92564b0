"""The record that the history is measured on, in small."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.bench.benchmarks.history import QUESTIONS, History
from playground.bench.many_runs import CODES, COMMON, COMMON_SIGNS, RARE, fill
from playground.core.history import Filter, facets, search
from playground.core.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("many") / "record.sqlite")
    fill(store, 300)
    return store


def test_it_holds_what_is_asked_for(store: Store) -> None:
    assert search(store, Filter()).total == 300
    assert search(store, Filter(RARE)).total == 1
    assert search(store, Filter(COMMON[0])).total > 200
    assert 0 < search(store, Filter(COMMON_SIGNS[:2])).total <= 15
    assert search(store, Filter(starred=True)).total == 30
    assert set(facets(store).codes) <= set(CODES)
    assert facets(store).tags == ("bad", "good", "look again")


def test_it_is_the_same_every_time(store: Store, tmp_path: Path) -> None:
    again = Store(tmp_path / "record.sqlite")
    fill(again, 20)
    texts = {entry.id: entry.text for entry in search(store, Filter(), limit=300).entries}
    assert all(texts[entry.id] == entry.text for entry in search(again, Filter()).entries)


def test_every_question_is_asked_and_the_longest_is_told() -> None:
    found: dict[str, list[float]] = {}
    for sample in History().run("history", 50):
        found.setdefault(sample.figure, []).append(sample.value)
    assert set(found) == set(History.units)
    assert max(max(found[name]) for name in QUESTIONS) == max(found["longest"])
