from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground.core.errors import UserError
from playground.core.events import Progress, Token
from playground.core.facts import Message, PromptInput, ReplayInfo, RunInfo
from playground.core.paths import Paths
from playground.core.writer import Writer
from playground.engine.workspace import Workspace
from playground.jobs.job import RecordedJob
from playground.jobs.load import Load
from playground.jobs.narrating import Telling
from playground.jobs.recording import Recorder
from playground.jobs.repeating import changes
from playground.jobs.replay import Replay
from playground.jobs.replies import Replies
from playground.jobs.reply import Reply
from playground.recipes.run_settings import RunSettings, full_chain
from tests.stories import outcome, told
from tests.toys import toy

ASK = PromptInput((Message("user", "The quick brown fox"),), system="Be brief.")
RUN = RunSettings(full_chain(), max_tokens=16, seed=3).with_sampler("temperature", temperature=1.5)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(Paths(tmp_path / "home"))
    toy("llama", tmp_path / "toy", max_position_embeddings=2000)
    outcome(Load(str(tmp_path / "toy"), dtype="float32", threads=1).run(made))
    return made


def model_of(workspace: Workspace) -> str:
    return next(iter(workspace.models))


def recorded(workspace: Workspace, job: RecordedJob, stop_after: int = 10**9) -> None:
    """Run a job as the engine does, with its record."""
    writer = Writer(workspace.paths.store)
    recorder, telling, tokens = Recorder(writer, "owner", job), Telling(job, workspace), 0
    for event in telling.events():
        recorder.hear(event)
        tokens += isinstance(event, Token)
        telling.stopped = tokens == stop_after
    writer.flush()
    writer.close()


def replayed(workspace: Workspace, id: str) -> ReplayInfo:
    return outcome(Replay(id).run(workspace))


def test_an_answer_comes_out_the_same_though_the_cache_was_used(workspace: Workspace) -> None:
    for id in ("one", "two"):
        recorded(workspace, Reply(id, model_of(workspace), ASK, RUN))
    assert replayed(workspace, "one") == replace(replayed(workspace, "two"), changes=())
    info = replayed(workspace, "two")
    assert (info.identical, info.compared, info.step) == (True, 16, -1)
    assert len(info.changes) == 1
    assert "came from the cache" in info.changes[0]


def test_it_can_be_watched_and_leaves_the_memory_alone(workspace: Workspace) -> None:
    recorded(workspace, Reply("one", model_of(workspace), ASK, RUN))
    kept = workspace.prefixes.bytes
    events, _ = told(Replay("one").run(workspace))
    assert {type(event) for event in events} == {Progress, Token}
    assert workspace.prefixes.bytes == kept


STEERED = RUN
for _name, _values in (
    ("mirostat", {"tau": 3.0, "eta": 0.5}),
    ("xtc", {"threshold": 0.02, "probability": 0.5}),
    ("dry", {"multiplier": 2.0, "allowed_length": 1}),
    ("logit_bias", {"pairs": "the: 2\nfox: -100"}),
    ("banned_words", {"phrases": "dog\nlazy"}),
    ("typical", {"typical_p": 0.95}),
    ("top_n_sigma", {"n": 2.5}),
):
    STEERED = STEERED.with_sampler(_name, **_values)


def test_every_sampler_comes_out_the_same_alone_in_a_batch_and_continued(workspace: Workspace) -> None:
    path, run = model_of(workspace), replace(STEERED, max_tokens=40)
    recorded(workspace, Reply("one", path, ASK, run))
    recorded(workspace, Replies("a", path, ASK, run, (3, 4, 5), ("b", "c")))
    recorded(workspace, Reply("more", path, ASK, run, reply_ids=(300, 301, 302)))
    found = {id: replayed(workspace, id) for id in ("one", "a", "b", "c", "more")}
    assert all(info.identical for info in found.values())
    assert found["a"].text == found["one"].text  # the same seed
    assert len({info.text for info in found.values()}) == 4


def test_a_part_of_an_answer_is_compared_as_far_as_it_goes(workspace: Workspace) -> None:
    recorded(workspace, Reply("one", model_of(workspace), ASK, RUN), stop_after=7)
    info = replayed(workspace, "one")
    assert info.identical
    assert info.compared == 7


def test_an_answer_of_a_batch_is_repeated_in_a_batch(workspace: Workspace) -> None:
    recorded(workspace, Replies("a", model_of(workspace), ASK, RUN, (3, 4, 5), ("b", "c")))
    texts = [replayed(workspace, id).text for id in ("a", "b", "c")]
    assert len(set(texts)) == 3
    assert all(replayed(workspace, id).identical for id in ("a", "b", "c"))


def test_the_first_token_that_differs_is_named_with_what_has_changed(workspace: Workspace, tmp_path: Path) -> None:
    recorded(workspace, Reply("one", model_of(workspace), ASK, RUN))
    toy("llama", tmp_path / "toy", seed=1, max_position_embeddings=2000)
    outcome(Load(str(tmp_path / "toy"), dtype="float32", threads=1).run(workspace))
    info = replayed(workspace, "one")
    assert not info.identical
    assert info.step >= 0
    assert info.was[0] != info.now[0] or info.was[1] != info.now[1]
    assert 0 < info.now[1] <= 1
    assert info.changes == ("The model's files have changed.",)


def test_another_number_format_is_named(workspace: Workspace, tmp_path: Path) -> None:
    recorded(workspace, Reply("one", model_of(workspace), ASK, RUN))
    outcome(Load(str(tmp_path / "toy"), dtype="bfloat16", threads=1).run(workspace))
    words = " ".join(replayed(workspace, "one").changes)
    assert "writes: float32 then, bfloat16 now" in words
    assert "reads: float32 then, bfloat16 now" in words


def test_threads_chunks_and_path_are_those_of_the_record(workspace: Workspace) -> None:
    path = model_of(workspace)
    loaded = workspace.models[path]
    plain = replace(loaded.writing, lean=None)
    workspace.models[path] = replace(loaded, writing=plain, reading=plain, batch=plain, chunk=8)
    workspace.models[path] = replace(workspace.models[path], basis=replace(loaded.basis, chunk=8))
    recorded(workspace, Reply("one", path, ASK, RUN))
    workspace.models[path] = loaded
    assert replayed(workspace, "one") == replace(replayed(workspace, "one"), identical=True, changes=())


def test_what_cannot_be_repeated_says_so(workspace: Workspace) -> None:
    recorded(workspace, Reply("one", "no such model", ASK, RUN))
    for id in ("one", "none at all"):
        with pytest.raises(UserError) as caught:
            replayed(workspace, id)
        assert caught.value.code == "E-REPLAY"
    recorded(workspace, Reply("two", model_of(workspace), ASK, RUN))
    workspace.models.clear()
    with pytest.raises(UserError) as caught:
        replayed(workspace, "two")
    assert caught.value.code == "E-NO-MODEL"


@pytest.mark.parametrize(
    ("field", "then", "words"),
    [
        ("template_hash", "other", "template"),
        ("prompt_hash", "other", "tokens"),
        ("threads", 8, "threads: 8 then, 2 now"),
        ("chunk", 64, "read at once: 64 then"),
        ("path_kind", "plain", "plain then, lean now"),
        ("versions", (("torch", "1.0"), ("gone", "3")), "torch: 1.0 then, 2.0 now. gone: 3 then, none now."),
    ],
)
def test_every_change_has_its_words(field: str, then: Any, words: str) -> None:
    now = RunInfo("m", threads=2, chunk=32, path_kind="lean", versions=(("torch", "2.0"),))
    assert words in " ".join(changes(replace(now, **{field: then}), now))
    assert changes(now, now) == ()
