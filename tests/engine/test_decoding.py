from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.core.events import Progress, Token
from playground.core.paths import Paths
from playground.core.trail import Trail
from playground.engine import decoding, words
from playground.engine.cache import KeyValues
from playground.engine.decoding import Written, write
from playground.engine.devices import one_thread
from playground.engine.loading import load
from playground.engine.machine import chunk_at
from playground.engine.prefixes import common_length
from playground.engine.sampling import Row, draw
from playground.engine.workspace import Loaded
from playground.recipes.run_settings import RunSettings, full_chain
from tests.stories import outcome, told
from tests.toys import KINDS, toy

SAMPLED = RunSettings(full_chain(), max_tokens=24, seed=11).with_sampler("temperature", temperature=1.5)
GREEDY = RunSettings(full_chain(), max_tokens=40, seed=1).with_sampler("temperature", temperature=0.0)
TEXT = "The quick brown fox jumps over the lazy dog, and the five boxing wizards jump quickly. " * 4

Make = Callable[..., Loaded]


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    with one_thread():  # on a busy computer two threads wait for each other at every step
        yield


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def loaded(kind: str = "llama", **changes: Any) -> Loaded:
        folder = toy(kind, tmp_path / f"{kind} {len(list(tmp_path.iterdir()))}", **changes)
        return outcome(load(Paths(tmp_path / "home"), folder, dtype="float32", threads=1))

    return loaded


def ids_of(loaded: Loaded, text: str) -> list[int]:
    return list(loaded.tokenizer(text, add_special_tokens=False)["input_ids"])


def tokens(loaded: Loaded, settings: RunSettings, text: str = TEXT, **options: Any) -> tuple[list[Token], Written]:
    options.setdefault("memory", KeyValues(loaded.memory_dtype))
    events, written = told(write(loaded, ids_of(loaded, text), settings, (settings.seed or 0,), **options))
    return [event for event in events if isinstance(event, Token)], written[0]


def generated(loaded: Loaded, ids: list[int], count: int) -> list[int]:
    out = loaded.model.generate(
        torch.tensor([ids]), attention_mask=torch.ones(1, len(ids)), do_sample=False, max_new_tokens=count
    )
    return out[0, len(ids) :].tolist()


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_greedy_is_generates_greedy(make: Make, kind: str, tied: bool) -> None:
    loaded = replace(make(kind, tied=tied), chunk=13)
    ids = ids_of(loaded, TEXT)
    assert len(ids) > 64  # longer than the toys' sliding window, and many chunks
    _, written = tokens(loaded, GREEDY)
    assert list(written.ids) == generated(loaded, ids, 40)


def test_each_token_tells_what_the_model_thought_of_it(make: Make) -> None:
    loaded = make()
    ids = ids_of(loaded, TEXT)
    events, written = tokens(loaded, SAMPLED)
    with torch.no_grad():
        logits = loaded.model(torch.tensor([[*ids, *written.ids]])).logits[0, len(ids) - 1 : -1].double()
    logs = torch.log_softmax(logits, -1)
    for step, token in enumerate(events):
        row = logs[step]
        assert token.step == step
        assert token.id == written.ids[step]
        assert token.raw_probability == pytest.approx(float(row[token.id].exp()), rel=1e-3)
        assert token.rank == int((row > row[token.id]).sum()) + 1
        assert token.entropy == pytest.approx(float(-(row.exp() * row).sum()), abs=1e-3)
        assert len(token.alternatives) == 50
        assert token.alternatives[0][0] == int(row.argmax())
        assert token.alternatives[0][1] == pytest.approx(float(row.max()), abs=1e-3)
        chain = np.asarray(logits[step].float())
        for sampler in SAMPLED.working():
            chain = sampler.apply(chain, decoding.Trail(tuple(ids), written.ids[:step]))
        assert token.id == draw(chain, 11, step)
        after = math.exp(chain[token.id]) / np.exp(chain[np.isfinite(chain)]).sum()
        assert token.probability == pytest.approx(after, rel=1e-3)
    assert "".join(token.text for token in events) == written.text


def test_the_same_seed_writes_the_same(make: Make) -> None:
    loaded = make()
    assert tokens(loaded, SAMPLED)[1].ids == tokens(loaded, SAMPLED)[1].ids
    others = {tokens(loaded, replace(SAMPLED, seed=seed))[1].ids for seed in range(4)}
    assert len(others) == 4


@pytest.mark.parametrize("name", ["temperature", "top_k", "min_p"])
def test_a_stage_switched_off_is_really_off(make: Make, name: str) -> None:
    loaded = make()
    strong = {
        "temperature": {"temperature": 0.05},
        "top_k": {"top_k": 1},
        "min_p": {"min_p": 0.5},
    }
    base = replace(SAMPLED, chain=tuple(replace(stage, on=False) for stage in SAMPLED.chain))
    used = base.with_sampler(name, **strong[name])
    off = replace(used, chain=tuple(replace(stage, on=False) for stage in used.chain))
    plain = tokens(loaded, base)[1].ids
    assert tokens(loaded, used)[1].ids != plain
    assert tokens(loaded, off)[1].ids == plain


def test_reading_is_told_in_tokens(make: Make) -> None:
    loaded = replace(make(), chunk=32)
    events, _ = told(write(loaded, ids_of(loaded, TEXT), GREEDY, (1,), KeyValues(loaded.memory_dtype)))
    total = len(ids_of(loaded, TEXT))
    steps = [event for event in events if isinstance(event, Progress)]
    places = [0]
    while places[-1] < total:
        places.append(min(total, places[-1] + chunk_at(32, places[-1], loaded.info.model)))
    assert [step.done for step in steps] == places
    assert len(places) > 3
    assert {(step.total, step.unit) for step in steps} == {(total, "tokens")}


def test_an_end_token_ends_the_turn_without_text(make: Make) -> None:
    loaded = make()
    _, free = tokens(loaded, GREEDY)
    loaded.model.generation_config.eos_token_id = [499, free.ids[5]]
    first = free.ids.index(free.ids[5])
    events, written = tokens(loaded, GREEDY)
    assert written.stop_reason == "end of turn"
    assert written.ids == free.ids[: first + 1]
    assert events[-1].id == free.ids[5]
    assert events[-1].text == ""


def test_the_templates_end_of_turn_ends_the_answer_though_nothing_else_says_so(make: Make) -> None:
    loaded = make()
    end = loaded.tokenizer.eos_token_id
    loaded.model.generation_config.eos_token_id = None
    loaded.tokenizer.eos_token = "<pad>"
    assert end in decoding.end_ids(loaded)


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
def test_stop_sequences_are_found_across_tokens_and_never_shown(make: Make, kind: str) -> None:
    loaded = make(kind)
    _, free = tokens(loaded, GREEDY)
    start = len(free.text) // 2
    stop = free.text[start : start + 8]
    assert len(ids_of(loaded, stop)) > 1
    events, written = tokens(loaded, replace(GREEDY, stop=("never", stop)))
    assert written.stop_reason == "stop sequence"
    assert written.text == free.text[: free.text.index(stop)]
    assert "".join(event.text for event in events) == written.text


def test_text_held_back_for_a_stop_sequence_is_shown_at_the_end(make: Make) -> None:
    loaded = make()
    _, free = tokens(loaded, GREEDY)
    _, written = tokens(loaded, replace(GREEDY, stop=(free.text[-3:] + "never",)))
    assert written.text == free.text


def test_max_tokens_and_a_full_context_end_it(make: Make) -> None:
    loaded = make()
    _, written = tokens(loaded, replace(GREEDY, max_tokens=3))
    assert (len(written.ids), written.stop_reason) == (3, "max tokens")
    limit = len(ids_of(loaded, TEXT)) + 7
    _, written = tokens(loaded, replace(GREEDY, max_tokens=0, context_length=limit))
    assert (len(written.ids), written.stop_reason) == (7, "context full")


def test_until_it_stops_is_bounded_by_the_models_context(make: Make) -> None:
    loaded = make()
    _, written = tokens(loaded, replace(GREEDY, max_tokens=0))
    assert len(written.ids) == 256 - len(ids_of(loaded, TEXT))
    assert written.stop_reason == "context full"


def test_a_prompt_as_long_as_the_context_is_refused(make: Make) -> None:
    loaded = make()
    length = len(ids_of(loaded, TEXT))
    with pytest.raises(UserError) as caught:
        tokens(loaded, replace(GREEDY, context_length=length))
    assert caught.value.code == "E-CONTEXT"


def test_an_answer_goes_on_with_the_same_luck(make: Make) -> None:
    loaded = make()
    settings = SAMPLED.with_sampler("presence_penalty", penalty=1.0)
    events, whole = tokens(loaded, settings)
    more, rest = tokens(loaded, replace(settings, max_tokens=14), reply_ids=whole.ids[:10])
    assert rest.ids == whole.ids[10:]
    assert [token.step for token in more] == list(range(10, 24))
    assert "".join(token.text for token in events[:10]) + rest.text == whole.text


@dataclass(frozen=True)
class Watching:
    """Settings whose only sampler keeps what it is told; `floor` cuts what is not among the most probable."""

    seen: list[Trail]
    floor: int = 20
    max_tokens: int = 6
    stop: tuple[str, ...] = ()
    context_length: int | None = None

    def working(self) -> tuple[Watching]:
        return (self,)

    def apply(self, row: Row, trail: Trail) -> Row:
        self.seen.append(trail)
        return np.where(row < np.sort(row)[-self.floor], np.float32(-np.inf), row)


def test_a_sampler_is_told_seed_words_and_how_surprising_each_token_was(make: Make) -> None:
    loaded = make()
    ids, watching = ids_of(loaded, TEXT), Watching([])
    events, written = told(write(loaded, ids, watching, (7, 8), KeyValues(loaded.memory_dtype)))
    for row, answer in enumerate(written):
        tokens = [event for event in events if isinstance(event, Token) and event.row == row]
        trails = watching.seen[row::2]
        for step, trail in enumerate(trails):
            assert (trail.prompt, trail.written, trail.step) == (tuple(ids), answer.ids[:step], step)
            assert (trail.seed, trail.words) == (7 + row, loaded.words)
            assert trail.surprises == tuple(-math.log2(token.probability) for token in tokens[:step])
        assert max(trails[-1].surprises) > 0


def test_of_an_answer_that_is_continued_no_surprise_is_known(make: Make) -> None:
    loaded, watching = make(), Watching([])
    ids = ids_of(loaded, TEXT)
    told(write(loaded, ids, watching, (7,), KeyValues(loaded.memory_dtype), (300, 301)))
    assert [len(trail.written) for trail in watching.seen] == [2, 3, 4, 5, 6, 7]
    assert [len(trail.surprises) for trail in watching.seen] == [0, 1, 2, 3, 4, 5]


def test_words_cost_nothing_unless_a_sampler_asks(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("somebody asked")

    loaded = make()
    monkeypatch.setattr(words, "plain_ids", refuse)
    monkeypatch.setattr(words, "Pieces", refuse)
    assert tokens(loaded, SAMPLED)[1].ids


def test_banned_words_and_biases_reach_the_answer(make: Make) -> None:
    loaded = make()
    _, free = tokens(loaded, GREEDY)
    word = next(
        text for id in free.ids if (text := loaded.words.bytes_of(id).decode("utf-8", "replace").strip()).isalpha()
    )
    _, without = tokens(loaded, GREEDY.with_sampler("banned_words", phrases=word))
    assert word in free.text
    assert word not in without.text
    _, full = tokens(loaded, GREEDY.with_sampler("logit_bias", pairs=f"{word}: 100"))
    assert set(full.ids) <= {loaded.words.ids(before + word)[0] for before in ("", " ")}


def test_stopping_while_reading_and_writing_leaves_nothing_behind(make: Make) -> None:
    loaded = make()
    story = write(loaded, ids_of(loaded, TEXT), GREEDY, (1,), KeyValues(loaded.memory_dtype))
    next(story)
    assert not torch.is_inference_mode_enabled()
    story.close()
    story = write(loaded, ids_of(loaded, TEXT), GREEDY, (1,), KeyValues(loaded.memory_dtype))
    while not isinstance(next(story), Token):
        pass
    assert not torch.is_inference_mode_enabled()
    story.close()
    assert tokens(loaded, GREEDY)[1].ids  # the model answers as before


def test_numbers_that_are_none_end_it_with_the_step(make: Make) -> None:
    loaded = make()
    with torch.no_grad():
        loaded.model.lm_head.weight[3, :] = float("nan")  # the lean path's head is the same memory
    with pytest.raises(UserError, match="step 1") as caught:
        tokens(loaded, GREEDY)
    assert caught.value.code == "E-NUMERIC"


ROWS = (11, 12, 13, 14)


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_writes_what_its_answers_write_alone(make: Make, kind: str) -> None:
    loaded = make(kind)
    free = [tokens(loaded, replace(SAMPLED, seed=seed))[1] for seed in ROWS]
    # One ends in the middle: the others go on without it.
    loaded.model.generation_config.eos_token_id = [free[1].ids[7]]
    alone = [tokens(loaded, replace(SAMPLED, seed=seed))[1] for seed in ROWS]
    assert len({len(answer.ids) for answer in alone}) > 1
    story = write(loaded, ids_of(loaded, TEXT), SAMPLED, ROWS, KeyValues(loaded.memory_dtype))
    events, together = told(story)
    assert [answer.ids for answer in together] == [answer.ids for answer in alone]
    assert [answer.text for answer in together] == [answer.text for answer in alone]
    assert [answer.stop_reason for answer in together] == [answer.stop_reason for answer in alone]
    shown = [event for event in events if isinstance(event, Token)]
    for row, answer in enumerate(alone):
        assert tuple(token.id for token in shown if token.row == row) == answer.ids


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_read_before_is_not_read_again_and_changes_nothing(make: Make, kind: str) -> None:
    loaded = make(kind)
    _, whole = tokens(loaded, GREEDY)
    memory = KeyValues(loaded.memory_dtype)
    tokens(loaded, replace(GREEDY, max_tokens=5), TEXT[:120], memory=memory)
    ids = ids_of(loaded, TEXT)
    known = common_length(memory.ids, ids)
    assert known > 10
    memory.cut(known)
    events, written = told(write(loaded, ids, GREEDY, (1,), memory))
    assert written[0].ids == whole.ids
    assert next(event for event in events if isinstance(event, Progress)).done == known


def test_the_memory_holds_prompt_and_answer_wherever_it_is_stopped(make: Make) -> None:
    for kind in ("llama", "gpt2"):
        loaded = replace(make(kind), chunk=16)
        _, whole = tokens(loaded, GREEDY)
        ids = ids_of(loaded, TEXT)
        for stop_at in (1, 3, 12):
            memory = KeyValues(loaded.memory_dtype)
            story = write(loaded, ids, GREEDY, (1,), memory)
            for _ in range(stop_at):
                next(story)
            story.close()
            assert memory.ids == [*ids, *whole.ids][: memory.length]
            memory.cut(min(memory.length, len(ids) - 1))
            assert outcome(write(loaded, ids, GREEDY, (1,), memory))[0].ids == whole.ids


@pytest.mark.slow
def test_the_starters_greedy_is_generates_greedy(starter: Path, starter_home: Paths) -> None:
    loaded = outcome(load(starter_home, starter, dtype="float32", threads=1))
    text = loaded.tokenizer.apply_chat_template(
        [{"role": "user", "content": "Why is the sky blue?"}], tokenize=False, add_generation_prompt=True
    )
    _, written = tokens(loaded, GREEDY, text)
    assert list(written.ids) == generated(loaded, ids_of(loaded, text), 40)
