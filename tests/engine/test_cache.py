from __future__ import annotations

import pytest
import torch
from transformers import DynamicCache

from playground.engine.cache import GrowingLayer, KeyValues, keeps_all
from tests.toys import KINDS, toy_config

CONFIG = toy_config("llama", 500, tied=False)


def some(length: int, rows: int = 1, dtype: torch.dtype = torch.float32) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(rows, 2, length, 8).to(dtype), torch.randn(rows, 2, length, 8).to(dtype)


def grown(memory: KeyValues, length: int, dtype: torch.dtype = torch.float32) -> None:
    """Let a tree of this dtype read so many tokens into the memory."""
    cache = memory.lend(CONFIG, dtype)
    for layer in range(2):
        cache.update(*some(length, memory.rows, dtype), layer)
    memory.take_back(cache, list(range(length)))


def test_it_holds_what_the_librarys_cache_holds() -> None:
    ours, theirs = KeyValues(torch.float32).lend(CONFIG, torch.float32), DynamicCache(config=CONFIG)
    for length in (3, 1, 600, 1, 1000, 1):  # past the first buffer, and past the next
        for layer in range(2):
            keys, values = some(length)
            mine, other = ours.update(keys, values, layer), theirs.update(keys, values, layer)
            assert torch.equal(mine[0], other[0])
            assert torch.equal(mine[1], other[1])
        assert ours.get_seq_length() == theirs.get_seq_length()


def test_a_new_token_is_not_a_copy_of_all_before() -> None:
    layer = GrowingLayer()
    place = {layer.update(torch.zeros(1, 2, 1, 8), torch.zeros(1, 2, 1, 8))[0].data_ptr() for _ in range(500)}
    assert len(place) == 1


def test_a_tree_of_the_same_dtype_writes_into_the_memory_itself() -> None:
    memory = KeyValues(torch.float32)
    grown(memory, 5)
    place = memory.keys[0].data_ptr()
    grown(memory, 7)
    assert memory.keys[0].data_ptr() == place
    assert memory.length == 12


def test_a_tree_of_another_dtype_finds_and_leaves_the_same_values() -> None:
    memory = KeyValues(torch.float32)
    cache = memory.lend(CONFIG, torch.bfloat16)
    pairs = [some(6, dtype=torch.bfloat16) for _ in range(2)]
    for layer, pair in enumerate(pairs):
        cache.update(*pair, layer)
    memory.take_back(cache, range(6))
    again = memory.lend(CONFIG, torch.bfloat16)
    for layer, (keys, values) in enumerate(pairs):
        assert torch.equal(memory.keys[layer][:, :, :6], keys.float())
        assert torch.equal(again.layers[layer].keys, keys)
        assert torch.equal(again.layers[layer].values, values)


def test_a_cut_memory_goes_on_from_there() -> None:
    memory = KeyValues(torch.float32)
    grown(memory, 10)
    kept = memory.keys[1][:, :, :4].clone()
    memory.cut(4)
    grown(memory, 3)
    assert memory.ids == [0, 1, 2, 3, 0, 1, 2]
    assert torch.equal(memory.keys[1][:, :, :4], kept)


def test_rows_can_be_multiplied_and_chosen() -> None:
    memory = KeyValues(torch.float32)
    grown(memory, 4)
    three = memory.chosen([0, 0, 0])
    assert three.rows == 3
    grown(three, 1)
    two = three.chosen([2, 0])
    assert torch.equal(two.keys[0][0, :, :5], three.keys[0][2, :, :5])
    assert torch.equal(two.keys[0][1, :, :5], three.keys[0][0, :, :5])
    assert memory.length == 4


def test_a_beginning_is_a_copy() -> None:
    memory = KeyValues(torch.float32)
    grown(memory, 8)
    part = memory.beginning(3)
    grown(part, 2)
    assert (part.length, memory.length) == (5, 8)
    assert torch.equal(part.keys[0][:, :, :3], memory.keys[0][:, :, :3])
    assert part.bytes > 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_test_architectures_remember_keys_and_values_only(kind: str) -> None:
    assert keeps_all(toy_config(kind, 500, tied=False))
