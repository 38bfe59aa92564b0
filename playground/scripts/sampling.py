"""The part of a script that draws the tokens: the sampling chain as transformers' processors, then the luck."""

from __future__ import annotations

import math
from dataclasses import dataclass

from playground.core.errors import UserError
from playground.recipes.run_settings import RunSettings
from playground.recipes.sampler import Sampler
from playground.recipes.samplers.banned_words import BannedWords
from playground.recipes.samplers.frequency_penalty import FrequencyPenalty
from playground.recipes.samplers.logit_bias import LogitBias
from playground.recipes.samplers.min_p import MinP
from playground.recipes.samplers.presence_penalty import PresencePenalty
from playground.recipes.samplers.repetition_penalty import RepetitionPenalty
from playground.recipes.samplers.temperature import Temperature
from playground.recipes.samplers.top_k import TopK
from playground.recipes.samplers.top_p import TopP
from playground.recipes.samplers.typical import Typical
from playground.scripts.text import literal

_TINY = 0.01  # temperatures below it are divided by in float64
_ALMOST_0 = 1e-9  # a share that transformers takes and no best token is below


@dataclass(frozen=True)
class Processor:
    """One entry of the list of processors: the call that makes it and the definition it may need."""

    call: str
    name: str  # what it takes from transformers
    definition: str = ""
    helper: str = ""  # a definition that several may need

    @property
    def needs_start(self) -> bool:
        """Say whether it has to know where the answer begins."""
        return "start" in self.definition


def processors(settings: RunSettings, seed: int, device: str) -> tuple[Processor, ...]:
    """Return the processors of a run in order; raise E-SCRIPT for a sampler that no script can show.

    Greedy choice needs none of its own: it is what is done with the highest number. Everything else ends in the luck.
    """
    samplers = settings.working()
    greedy = bool(samplers) and samplers[-1].is_final
    used = tuple(_processor(sampler) for sampler in samplers if not sampler.is_final)
    return used if greedy else (*used, _luck(seed, device))


def _processor(sampler: Sampler) -> Processor:
    match sampler:
        case Temperature(temperature=value) if value < _TINY:
            return _own("Temperature", f"Divide by {value:g} with more digits.", _TEMPERATURE.format(value))
        case Temperature(temperature=value):
            return _theirs("TemperatureLogitsWarper", value)
        case TopK(top_k=value):
            return _theirs("TopKLogitsWarper", value)
        case TopP(top_p=value):
            return _theirs("TopPLogitsWarper", value)
        case MinP(min_p=value):
            return _theirs("MinPLogitsWarper", value)
        case Typical(typical_p=value):
            return _theirs("TypicalLogitsWarper", value or _ALMOST_0)
        case LogitBias():
            return _biased(sampler)
        case BannedWords():
            return _banned(sampler)
        case RepetitionPenalty(penalty=value, window=0):
            return _theirs("RepetitionPenaltyLogitsProcessor", value)
        case RepetitionPenalty(penalty=value, window=window):
            return _windowed(value, window)
        case PresencePenalty(penalty=value):
            help = "Lower the logits of the tokens that the answer holds."
            return _own("PresencePenalty", help, _PRESENCE.format(value))
        case FrequencyPenalty(penalty=value):
            help = "Lower the logits of the tokens that the answer holds, each time anew."
            return _own("FrequencyPenalty", help, _FREQUENCY.format(value))
    raise UserError(f"No script can show {sampler.words} yet.", code="E-SCRIPT")


def _theirs(name: str, value: float) -> Processor:
    return Processor(f"{name}({value!r})", name)


def _own(name: str, help: str, body: str) -> Processor:
    head = f'class {name}(LogitsProcessor):\n    """{help}"""\n\n    def __call__(self, input_ids, scores):\n'
    return Processor(f"{name}()", "LogitsProcessor", head + body)


def _windowed(penalty: float, window: int) -> Processor:
    name = "RepetitionPenaltyLogitsProcessor"
    definition = (
        f'class RepetitionPenalty({name}):\n    """Look at the last {window} tokens alone."""\n\n'
        "    def __call__(self, input_ids, scores):\n"
        f"        return super().__call__(input_ids[:, -{window}:], scores)"
    )
    return Processor(f"RepetitionPenalty({penalty!r})", name, definition)


def _biased(sampler: LogitBias) -> Processor:
    pairs = ", ".join(f"({literal(text)}, {_number(bias)})" for text, bias in sampler.pairs_in_order())
    name = "SequenceBiasLogitsProcessor"
    return Processor(f"{name}(biases([{pairs}]))", name, _BIASES, _SPELLINGS)


def _banned(sampler: BannedWords) -> Processor:
    texts = ", ".join(map(literal, sampler.texts))
    name = "NoBadWordsLogitsProcessor"
    return Processor(f"{name}([ids for text in [{texts}] for ids in spellings(text)])", name, helper=_SPELLINGS)


def _number(value: float) -> str:
    return repr(float(value)) if math.isfinite(value) else f'float("{value}")'


def _luck(seed: int, device: str) -> Processor:
    body = _ADDING if device == "cpu" else _ADDING_ELSEWHERE
    help = "Add noise of seed, step and token alone: the highest sum is a fair draw, and the same one each time."
    luck = _own("Luck", help, body.format(seed))
    return Processor(luck.call, luck.name, f"{_NOISE}\n\n\n{luck.definition}")


_SPELLINGS = '''\
def spellings(text):
    """Return the tokens of a text inside a longer one, with a space before it and without."""
    opening = tokenizer.convert_ids_to_tokens(tokenizer("a", add_special_tokens=False).input_ids[0])
    anchor = "\\ue000" if opening[0] in "▁Ġ" else ""  # keeps a space from being put before it
    found = set()
    for before in ("", " "):
        read = tokenizer(
            anchor + before + text, add_special_tokens=False, split_special_tokens=True, return_offsets_mapping=True
        )
        places = zip(read.input_ids, read.offset_mapping)
        found.add(tuple(id for id, (first, _) in places if first >= len(anchor)))
    return [list(ids) for ids in found]'''

_BIASES = '''\
def biases(pairs):
    """Return the sum of the biases on the first token of each text; a token of spaces alone does not count."""
    found = {}
    for text, bias in pairs:
        for id in {next(id for id in ids if tokenizer.decode([id]).strip(" ")) for ids in spellings(text)}:
            found[(id,)] = found.get((id,), 0.0) + bias
    return found'''

_TEMPERATURE = """\
        far = scores.double() - scores.max()
        return (far / {!r}).float()"""

_PRESENCE = """\
        scores = scores.clone()
        scores[0, input_ids[0, start:].unique()] -= {!r}
        return scores"""

_FREQUENCY = """\
        used, counts = input_ids[0, start:].unique(return_counts=True)
        scores = scores.clone()
        scores[0, used] -= {!r} * counts
        return scores"""

_ADDING = """\
        noise = gumbel({}, input_ids.shape[1] - start, np.arange(scores.shape[1]))
        return scores.double() + torch.from_numpy(noise)"""

_ADDING_ELSEWHERE = """\
        noise = gumbel({}, input_ids.shape[1] - start, np.arange(scores.shape[1]))
        return scores + torch.from_numpy(noise).to(scores)"""

_NOISE = '''\
def scrambled(x):
    """Return 64-bit numbers that look random: the last step of SplitMix64."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def gumbel(seed, step, ids):
    """Return a standard Gumbel value for each token id."""
    golden = 0x9E3779B97F4A7C15
    key = scrambled(np.array([(seed + golden) % 2**64], dtype=np.uint64))
    key = scrambled(key ^ np.uint64((step * golden + 1) % 2**64))
    bits = scrambled(scrambled(key + ids.astype(np.uint64) * np.uint64(golden)) ^ key) >> np.uint64(11)
    uniform = np.minimum((bits.astype(np.float64) + 0.5) * 2.0**-53, 1 - 2.0**-53)
    return -np.log(-np.log(uniform))'''
