from __future__ import annotations

import torch

from playground.engine.cache import KeyValues
from playground.engine.prefixes import Prefixes, common_length

PLENTY = 10**12
KIND = torch.float32


def memory(ids: list[int], mark: float = 0.0) -> KeyValues:
    """Return a memory of one layer that holds these tokens; every value of it is `mark`."""
    found = KeyValues(KIND)
    found.keys, found.values = [torch.full((1, 1, 512, 4), mark)], [torch.full((1, 1, 512, 4), mark)]
    found.ids = list(ids)
    return found


def test_a_common_beginning_is_measured_in_tokens() -> None:
    assert common_length([1, 2, 3], [1, 2, 3, 4]) == 3
    assert common_length([1, 2, 9, 4], [1, 2, 3, 4]) == 2
    assert common_length([], [1]) == common_length([5], [1]) == 0


def test_a_conversation_goes_on_with_what_it_has_read() -> None:
    prefixes = Prefixes()
    own = memory([1, 2, 3, 4])
    prefixes.keep("m", "chat", own, PLENTY)
    assert prefixes.reusable("m", [1, 2, 3, 9, 9]) == 3
    taken = prefixes.take("m", "chat", [1, 2, 3, 9, 9], KIND)
    assert taken is own
    assert taken.ids == [1, 2, 3]


def test_at_least_one_token_is_left_to_read() -> None:
    prefixes = Prefixes()
    prefixes.keep("m", "chat", memory([1, 2, 3]), PLENTY)
    assert prefixes.reusable("m", [1, 2, 3]) == 2
    assert prefixes.take("m", "chat", [1, 2, 3], KIND).ids == [1, 2]


def test_another_beginning_empties_it() -> None:
    prefixes = Prefixes()
    prefixes.keep("m", "chat", memory([1, 2, 3]), PLENTY)
    assert prefixes.reusable("m", [7, 2, 3, 4]) == 0
    assert prefixes.take("m", "chat", [7, 2, 3, 4], KIND).ids == []


def test_another_conversation_lends_a_copy() -> None:
    prefixes = Prefixes()
    prefixes.keep("m", "old", memory([1, 2, 3, 4], mark=5.0), PLENTY)
    taken = prefixes.take("m", "new", [1, 2, 8, 9], KIND)
    assert taken.ids == [1, 2]
    assert float(taken.keys[0][0, 0, 1, 0]) == 5.0
    taken.keys[0].zero_()
    again = prefixes.take("m", "old", [1, 2, 3, 4, 5], KIND)
    assert again.ids == [1, 2, 3, 4]
    assert float(again.keys[0].min()) == 5.0


def test_the_longer_beginning_wins_even_if_it_is_anothers() -> None:
    prefixes = Prefixes()
    prefixes.keep("m", "one", memory([1, 9]), PLENTY)
    prefixes.keep("m", "two", memory([1, 2, 3]), PLENTY)
    assert prefixes.take("m", "one", [1, 2, 3, 4], KIND).ids == [1, 2, 3]


def test_other_models_and_other_dtypes_share_nothing() -> None:
    prefixes = Prefixes()
    prefixes.keep("m", "chat", memory([1, 2, 3]), PLENTY)
    assert prefixes.reusable("n", [1, 2, 3]) == 0
    assert prefixes.take("n", "chat", [1, 2, 3], KIND).ids == []
    assert prefixes.take("m", "chat", [1, 2, 3], torch.float16).ids == []


def test_the_budget_is_kept_by_forgetting_what_was_not_used_for_longest() -> None:
    prefixes = Prefixes()
    each = memory([1]).bytes
    for name in ("a", "b", "c"):
        prefixes.keep("m", name, memory([ord(name), 1]), 2 * each)
    assert prefixes.bytes == 2 * each
    assert [prefixes.reusable("m", [ord(name), 1, 2]) for name in "abc"] == [0, 2, 2]


def test_without_a_budget_nothing_is_kept() -> None:
    prefixes = Prefixes()
    prefixes.keep("m", "chat", memory([1, 2]), 0)
    assert prefixes.bytes == 0
    assert prefixes.reusable("m", [1, 2, 3]) == 0


def test_a_models_memory_goes_with_it() -> None:
    prefixes = Prefixes()
    prefixes.keep("m", "chat", memory([1, 2]), PLENTY)
    prefixes.keep("n", "chat", memory([1, 2]), PLENTY)
    prefixes.forget("m")
    assert (prefixes.reusable("m", [1, 2, 3]), prefixes.reusable("n", [1, 2, 3])) == (0, 2)
    prefixes.forget()
    assert prefixes.bytes == 0
