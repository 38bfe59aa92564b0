"""Descriptions of heavy things: what the GUI, the store and the command line may know about them."""

from __future__ import annotations

from dataclasses import dataclass

DTYPES = ("float32", "bfloat16", "float16")
"""The number formats a model can be loaded in."""

DTYPE_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}


@dataclass(frozen=True)
class Message:
    """One turn of a conversation. `role` is "system", "user" or "assistant"."""

    role: str
    content: str


@dataclass(frozen=True)
class Example:
    """A few-shot example: shown to the model as an earlier exchange while `on`."""

    question: str
    answer: str
    on: bool = True


@dataclass(frozen=True)
class PromptInput:
    """Everything a prompt is made of, before the chat template."""

    messages: tuple[Message, ...] = ()  # the conversation, ending with the user's turn
    system: str = ""
    context: str = ""  # reference text, put after the system prompt
    examples: tuple[Example, ...] = ()
    reply_start: str = ""  # the reply begins with these words
    switches: tuple[tuple[str, bool], ...] = ()  # the template's own switches, as (name, value)


@dataclass(frozen=True)
class PromptToken:
    """One token of the prompt, as the model reads it.

    `section` is "template", "system", "context", "example", "history", "message" or "reply".
    """

    id: int
    text: str
    section: str
    role: str = ""
    special: bool = False


@dataclass(frozen=True)
class PromptInfo:
    """A composed prompt: the tokens, why they are these, and how much room is left."""

    tokens: tuple[PromptToken, ...]
    decisions: tuple[str, ...]  # one sentence for each thing the template decided
    context_length: int
    left_out: int = 0  # how many of the oldest conversation messages did not fit
    example_costs: tuple[int, ...] = ()  # tokens of each example, switched on or not
    switches: tuple[tuple[str, bool], ...] = ()  # those this template has, with their present values
    reusable: int = 0  # how many tokens of its beginning the cache holds

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(token.id for token in self.tokens)

    def count(self, *sections: str) -> int:
        """Return how many tokens lie in these sections (all when none is named)."""
        return sum(not sections or token.section in sections for token in self.tokens)


@dataclass(frozen=True)
class ModelInfo:
    """What a model is, read from its files without loading it."""

    path: str  # the folder or GGUF file; the identity of a model
    name: str
    format: str  # "safetensors" or "gguf"
    architecture: str = ""  # e.g. "LlamaForCausalLM"
    parameters: int = 0
    layers: int = 0
    heads: int = 0
    kv_heads: int = 0
    head_size: int = 0
    width: int = 0  # of the hidden state
    vocabulary: int = 0
    context: int = 0  # tokens
    dtype: str = ""  # on disk, e.g. "float16" or "Q4_1"
    bytes: int = 0  # on disk
    licence: str = ""
    origin: str = ""  # where the weights come from, e.g. "de-quantized from 4 bits, on a 4-bit grid"
    has_template: bool = False

    def weight_bytes(self, dtype: str) -> int:
        """Return what the weights take in memory at this dtype."""
        return self.parameters * DTYPE_BYTES[dtype]

    def cache_bytes(self, dtype: str, context: int) -> int:
        """Return what keys and values of `context` tokens take."""
        return 2 * self.layers * self.kv_heads * self.head_size * context * DTYPE_BYTES[dtype]

    def work_bytes(self, context: int) -> int:
        """Return a bound for the passing values while reading: one chunk through one layer, and one row of logits."""
        chunk = min(context, 256)
        return 4 * (chunk * (12 * self.width + self.heads * context) + 4 * self.vocabulary)

    def memory_bytes(self, dtype: str, context: int) -> int:
        """Return the memory this model takes when loaded at `dtype` and used up to `context` tokens."""
        return self.weight_bytes(dtype) + self.cache_bytes(dtype, context) + self.work_bytes(context)


@dataclass(frozen=True)
class LoadedInfo:
    """A model that is resident in the engine, ready to answer."""

    model: ModelInfo
    dtype: str  # of the form that writes
    device: str
    resident_bytes: int
    seconds: float  # how long loading took
    path_kind: str = "plain"  # which decoding path it takes: "lean" or "plain"
    path_reason: str = ""  # why it takes the plain path
    reading_dtype: str = ""  # of the form that reads, where that is another one
    defaults: tuple[tuple[str, float], ...] = ()  # sampling values of its generation_config
    default_system: str = ""  # what its template puts in when no system prompt is given
    has_system_role: bool = True
    switches: tuple[tuple[str, bool], ...] = ()  # its template's switches with their defaults
    template: str = ""
    special_tokens: tuple[tuple[str, str, int], ...] = ()  # (name, text, id)
    config: str = ""  # config.json as text


@dataclass(frozen=True)
class RunInfo:
    """What an answer depends on, known before its first token: enough to repeat it and to say what has changed.

    Hashes are the first 16 hexadecimal digits of a SHA-256; empty where there is nothing to hash.
    """

    model: str  # the path of the resident model
    model_name: str = ""
    model_hash: str = ""  # of config and weights
    template_hash: str = ""
    prompt_hash: str = ""  # of the prompt's token ids
    device: str = "cpu"
    dtype: str = ""  # of the form that writes
    reading_dtype: str = ""  # of the form that reads
    path_kind: str = "plain"  # "plain" or "lean"
    threads: int = 0
    chunk: int = 0  # tokens read at once
    batch: int = 1  # answers written in one batch
    prompt_tokens: int = 0
    reused_tokens: int = 0  # of these, how many the cache held already
    left_out: int = 0  # conversation messages that did not fit
    has_system_role: bool = True  # whether the template takes a system message
    default_system: str = ""  # what the template puts in when no system prompt is given
    seed: int = 0
    effective: tuple[str, ...] = ()  # the settings exactly as applied, in order
    versions: tuple[tuple[str, str], ...] = ()  # (library, version)


@dataclass(frozen=True)
class ReplyInfo:
    """How an answer came to be: what the stats line tells."""

    text: str
    stop_reason: str  # "end of turn", "stop sequence", "max tokens", "context full"
    prompt_tokens: int
    new_tokens: int
    reading_seconds: float
    writing_seconds: float
    seed: int
    left_out: int = 0  # conversation messages that did not fit
    reused_tokens: int = 0  # of the prompt, not read again
    saved_seconds: float = 0.0  # what reading these again would have taken, as far as it is known


@dataclass(frozen=True)
class ReplayInfo:
    """How a recorded answer came out when it was written again without the cache."""

    identical: bool
    compared: int  # tokens
    step: int = -1  # of the first token that differs
    was: tuple[str, float] = ("", 0.0)  # that token then: its text, and its probability after the samplers
    now: tuple[str, float] = ("", 0.0)
    changes: tuple[str, ...] = ()  # what in the path has changed, a sentence each
    text: str = ""  # the answer as it was written now
