"""A small tokenizer in the manner of SentencePiece: spaces as ▁, unknown characters as bytes."""

from __future__ import annotations

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from tests.toys import CHATML

_TEXT = ("the quick brown fox jumps over the lazy dog", "user assistant system hello world Context: be brief")


def metaspace_tokenizer(
    template: str | None = CHATML, prepend: bool = True, first: bool = False
) -> PreTrainedTokenizerFast:
    """Return a byte-fallback tokenizer of about 400 tokens.

    `prepend` puts a space before each stretch of text, as Llama 2 does; `first` only at the very beginning.
    """
    specials = ["<unk>", "<|im_start|>", "<|im_end|>"]
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    spaces = normalizers.Replace(" ", "▁")
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), spaces]) if prepend else spaces
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    tokenizer.decoder = decoders.Sequence([*steps, decoders.Strip(" ", 1, 0)] if prepend else steps)
    trainer = trainers.BpeTrainer(vocab_size=420, show_progress=False, special_tokens=[*specials, *bytes_])
    tokenizer.train_from_iterator([f"▁{line.replace(' ', '▁')}" for line in _TEXT], trainer)
    if first:
        tokenizer.normalizer = None
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    plain = Tokenizer.from_str(_without_bytes(tokenizer.to_str(), bytes_))
    fast = PreTrainedTokenizerFast(
        tokenizer_object=plain, unk_token="<unk>", bos_token="<|im_start|>", eos_token="<|im_end|>"
    )
    if template is not None:
        fast.chat_template = template
    return fast


def _without_bytes(text: str, names: list[str]) -> str:
    """Return the tokenizer's JSON with the byte tokens as plain vocabulary, as real ones have them."""
    import json

    data = json.loads(text)
    data["added_tokens"] = [token for token in data["added_tokens"] if token["content"] not in names]
    return json.dumps(data)
