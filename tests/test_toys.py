from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer

from tests.toys import KINDS, NO_SYSTEM_ROLE, toy, toy_tokenizer


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_makes_the_same_toy_and_disturbs_no_luck(kind: str, tmp_path: Path) -> None:
    luck = torch.random.get_rng_state()
    first, second, other = (toy(kind, tmp_path / str(n), seed=seed) for n, seed in enumerate((5, 5, 6)))
    weights = [(folder / "model.safetensors").read_bytes() for folder in (first, second, other)]
    assert weights[0] == weights[1] != weights[2]
    assert torch.equal(torch.random.get_rng_state(), luck)


def test_the_tokenizer_keeps_every_text(tmp_path: Path) -> None:
    toy("llama", tmp_path)
    text = "Größe 你好 🙂\n\tdef f(x): return x  <|im_end|>"
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    assert tokenizer.decode(tokenizer(text).input_ids) == text


def test_a_template_that_refuses_the_system_role() -> None:
    tokenizer = toy_tokenizer(NO_SYSTEM_ROLE)
    turns = [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}]
    with pytest.raises(Exception, match="System role not supported"):
        tokenizer.apply_chat_template(turns)
    assert "<|im_start|>user\nb" in tokenizer.apply_chat_template(turns[1:], tokenize=False)
