from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from playground.core.facts import Message, PromptInput
from playground.core.paths import Paths
from playground.engine.devices import process_memory
from playground.engine.workspace import Workspace
from playground.jobs.load import Load
from playground.jobs.reply import Reply
from playground.recipes.run_settings import RunSettings, full_chain
from tests.stories import outcome
from tests.toys import toy

REPLIES = 2000
RUN = RunSettings(full_chain(), max_tokens=2, seed=3)
MEGABYTE = 1_000_000


@pytest.mark.slow
def test_it_stays_flat_over_two_thousand_replies(tmp_path: Path) -> None:
    workspace = Workspace(Paths(tmp_path / "home"))
    toy("llama", tmp_path / "toy", max_position_embeddings=2000)
    model = outcome(Load(str(tmp_path / "toy"), dtype="float32", threads=1).run(workspace)).model.path
    held, tensors = list[int](), list[int]()
    for number in range(REPLIES):
        prompt = PromptInput((Message("user", f"{number} quick brown foxes"),))
        job = Reply("r", model, prompt, replace(RUN, seed=number), conversation=f"chat {number % 50}", cache_mb=2)
        if number % 7 == 0:  # some are stopped
            story = job.run(workspace)
            next(story)
            story.close()
        else:
            outcome(job.run(workspace))
        assert workspace.prefixes.bytes <= 2 * MEGABYTE
        if number in (REPLIES // 4, REPLIES - 1):
            workspace.trim()
            held.append(process_memory())
            tensors.append(tensor_bytes())
    assert tensors[1] <= tensors[0]
    # The allocator keeps or gives back some dozen megabytes as it likes; so much a reply would be hundreds.
    assert held[1] - held[0] < 80 * MEGABYTE, [round(each / MEGABYTE) for each in held]


def tensor_bytes() -> int:
    """Return what all living tensors take, each shared storage once."""
    gc.collect()
    storages = [each.untyped_storage() for each in gc.get_objects() if issubclass(type(each), torch.Tensor)]
    return sum({storage.data_ptr(): storage.nbytes() for storage in storages}.values())
