from __future__ import annotations

import torch
from transformers import DynamicCache

from playground.engine.cache import GrowingLayer, fresh_cache
from tests.toys import toy_config


def test_it_holds_what_the_librarys_cache_holds() -> None:
    config = toy_config("llama", 500, tied=False)
    ours, theirs = fresh_cache(config), DynamicCache(config=config)
    for length in (3, 1, 600, 1, 1000, 1):  # past the first buffer, and past the next
        for layer in range(2):
            keys, values = torch.randn(1, 2, length, 8), torch.randn(1, 2, length, 8)
            mine, other = ours.update(keys, values, layer), theirs.update(keys, values, layer)
            assert torch.equal(mine[0], other[0])
            assert torch.equal(mine[1], other[1])
        assert ours.get_seq_length() == theirs.get_seq_length()


def test_a_new_token_is_not_a_copy_of_all_before() -> None:
    layer = GrowingLayer()
    place = {layer.update(torch.zeros(1, 2, 1, 8), torch.zeros(1, 2, 1, 8))[0].data_ptr() for _ in range(500)}
    assert len(place) == 1


def test_layers_with_a_sliding_window_keep_the_librarys_form() -> None:
    kinds = [type(layer) for layer in fresh_cache(toy_config("gemma2", 500, tied=False)).layers]
    assert GrowingLayer in kinds
    assert any(kind is not GrowingLayer for kind in kinds)
