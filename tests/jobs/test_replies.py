"""Several answers to one prompt, written in one batch."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from playground.core.events import Progress, Settled, Token
from playground.core.facts import Message, PromptInput, ReplyInfo
from playground.core.paths import Paths
from playground.core.plain import dump, load
from playground.core.store import Store
from playground.core.writer import Writer
from playground.engine.workspace import Workspace
from playground.jobs.load import Load
from playground.jobs.narrating import Telling
from playground.jobs.recording import Recorder
from playground.jobs.replies import Replies, seeds_from
from playground.jobs.reply import Reply
from playground.recipes.run_settings import RunSettings, full_chain
from tests.stories import outcome, told
from tests.toys import toy

ASK = PromptInput((Message("user", "The quick brown fox"),), system="Be brief.")
RUN = RunSettings(full_chain(), max_tokens=16, seed=3).with_sampler("temperature", temperature=1.5)
SEEDS = (3, 4, 5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy("llama", tmp_path_factory.mktemp("models") / "toy", max_position_embeddings=2000)


@pytest.fixture
def workspace(folder: Path, tmp_path: Path) -> Workspace:
    made = Workspace(Paths(tmp_path / "home"))
    outcome(Load(str(folder), dtype="float32", threads=1).run(made))
    return made


def job(workspace: Workspace, settings: RunSettings = RUN, conversation: str = "") -> Replies:
    return Replies("a", next(iter(workspace.models)), ASK, settings, SEEDS, ("b", "c"), conversation)


def text_of(events: list[object], row: int) -> str:
    return "".join(event.text for event in events if isinstance(event, Token) and event.row == row)


def recorded(workspace: Workspace, stop_after: int = 10**9) -> Store:
    """Run three answers as the engine does, with their records; return the record."""
    writer = Writer(workspace.paths.store)
    batch = job(workspace)
    recorder, telling, tokens = Recorder(writer, "owner", batch), Telling(batch, workspace), 0
    for event in telling.events():
        recorder.hear(event)
        tokens += isinstance(event, Token)
        telling.stopped = tokens == stop_after
    writer.flush()
    writer.close()
    return Store(workspace.paths.store)


def test_each_answer_has_its_own_words_and_seed(workspace: Workspace) -> None:
    events, infos = told(job(workspace).run(workspace))
    assert [info.seed for info in infos] == [3, 4, 5]
    assert [info.text for info in infos] == [text_of(events, row) for row in range(3)]
    assert len({info.text for info in infos}) == 3
    assert all(isinstance(info, ReplyInfo) and info.new_tokens <= 16 for info in infos)


def test_each_is_what_its_seed_writes_alone(workspace: Workspace) -> None:
    infos = outcome(job(workspace).run(workspace))
    for seed, info in zip(SEEDS, infos, strict=True):
        single = Reply("x", next(iter(workspace.models)), ASK, replace(RUN, seed=seed))
        assert outcome(single.run(workspace)).text == info.text


def test_they_are_written_at_the_same_time(workspace: Workspace) -> None:
    rows = [event.row for event in told(job(workspace).run(workspace))[0] if isinstance(event, Token)]
    assert rows[:6] == [0, 1, 2, 0, 1, 2]


def test_the_prompt_is_read_once_and_the_next_time_not_again(workspace: Workspace) -> None:
    events, (first, *_) = told(job(workspace, conversation="chat").run(workspace))
    counts = [event.done for event in events if isinstance(event, Progress) and event.unit == "tokens"]
    assert (counts[0], counts[-1]) == (0, first.prompt_tokens)
    events, infos = told(job(workspace, conversation="chat").run(workspace))
    counts = [event.done for event in events if isinstance(event, Progress) and event.unit == "tokens"]
    assert counts == [first.prompt_tokens - 1, first.prompt_tokens]
    assert {info.reused_tokens for info in infos} == {first.prompt_tokens - 1}


def test_greedy_answers_are_all_the_same(workspace: Workspace) -> None:
    greedy = RUN.with_sampler("temperature", temperature=0.0)
    assert len({info.text for info in outcome(job(workspace, greedy).run(workspace))}) == 1


def test_what_each_depends_on_is_told(workspace: Workspace) -> None:
    settled = [event for event in told(job(workspace).run(workspace))[0] if isinstance(event, Settled)]
    assert [(event.row, event.info.seed, event.info.batch) for event in settled] == [(0, 3, 3), (1, 4, 3), (2, 5, 3)]


def test_each_has_a_record_of_its_own(workspace: Workspace) -> None:
    store = recorded(workspace)
    for id in "abc":
        run = store.run(id)
        assert run is not None
        assert (run.state, run.text) == ("done", "".join(token.text for token in store.tokens(id)))
    store.close()


def test_when_they_are_stopped_every_part_is_in_the_record(workspace: Workspace) -> None:
    store = recorded(workspace, stop_after=7)
    runs = [store.run(id) for id in "abc"]
    assert [run and run.state for run in runs] == ["stopped"] * 3
    assert [len(store.tokens(id)) for id in "abc"] == [3, 2, 2]
    store.close()


def test_one_that_ends_early_does_not_end_the_others(workspace: Workspace) -> None:
    _, free = told(job(workspace).run(workspace))
    start = free[1].text[:3]
    assert start
    infos = outcome(job(workspace, RunSettings(RUN.chain, 16, (start,), 3)).run(workspace))
    assert infos[1].stop_reason == "stop sequence"
    assert infos[1].new_tokens < max(info.new_tokens for info in infos)


def test_it_round_trips_and_its_runs_are_replies() -> None:
    batch = Replies("a", "m", ASK, RUN, SEEDS, ("b", "c"), "chat", 250)
    assert load(dump(batch)) == batch
    assert pickle.loads(pickle.dumps(batch)) == batch
    assert [type(run) for run in batch.runs()] == [Reply] * 3
    assert [run.run_id for run in batch.runs()] == ["a", "b", "c"]


def test_seeds_follow_each_other_round_the_end() -> None:
    assert seeds_from(3, 3) == SEEDS
    assert seeds_from(2**64 - 1, 2) == (2**64 - 1, 0)
