from __future__ import annotations

import mmap

import torch

from playground.engine.devices import (
    best_device,
    cores,
    free_memory,
    one_thread,
    process_memory,
    processor_name,
    total_memory,
    versions,
)


def test_what_the_machine_is() -> None:
    assert best_device() in ("cpu", "cuda", "mps")
    assert processor_name()
    assert cores() >= 1
    assert 0 < free_memory() <= total_memory()
    assert "torch" in dict(versions())


def test_a_processs_memory_grows_with_what_it_holds() -> None:
    before = process_memory()
    held = mmap.mmap(-1, 100_000_000)  # not from the heap, which may have that much left over
    held.write(b"x" * len(held))
    assert process_memory() - before > 0.8 * len(held)


def test_one_thread_for_a_while() -> None:
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
