"""What a job produces is in the record while it is being produced."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from playground.core.events import Cancelled, Done, Failed, Started
from playground.core.facts import ReplyInfo
from playground.core.paths import Paths
from playground.core.store import Run, Store
from playground.core.writer import Writer
from playground.jobs.recording import Recorder, recorder_for
from tests.jobs.helpers import Count, Speak, token


@pytest.fixture
def paths() -> Paths:
    return Paths.standard()


@pytest.fixture
def writer(paths: Paths) -> Iterator[Writer]:
    writer = Writer(paths.store)
    yield writer
    writer.close()


@pytest.fixture
def recorder(writer: Writer) -> Recorder:
    found = recorder_for(Speak("r", ("a",)), writer, "me")
    assert found is not None
    return found


def run(paths: Paths, writer: Writer) -> Run:
    assert writer.flush()
    found = Store(paths.store).run("r")
    assert found is not None
    return found


def test_only_recorded_jobs_have_a_recorder(writer: Writer) -> None:
    assert recorder_for(Count(), writer, "me") is None


def test_a_run_is_there_from_its_start_and_its_words_while_they_come(
    paths: Paths, writer: Writer, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder.hear(Started())
    assert run(paths, writer).state == "running"
    monkeypatch.setattr("playground.jobs.recording.BATCH_SECONDS", 0.0)
    recorder.hear(token(0, "Hel"))
    recorder.hear(token(1, "lo"))
    assert run(paths, writer).text == "Hello"
    assert len(Store(paths.store).tokens("r")) == 2


def test_words_held_back_go_with_the_next_sign_of_life_and_with_the_end(
    paths: Paths, writer: Writer, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.jobs.recording.BATCH_SECONDS", 1e9)
    recorder.hear(Started())
    recorder.hear(token(0, "kept"))
    assert run(paths, writer).text == ""
    monkeypatch.setattr("playground.jobs.recording.BATCH_SECONDS", 0.0)
    recorder.hear(None)
    assert run(paths, writer).text == "kept"
    monkeypatch.setattr("playground.jobs.recording.BATCH_SECONDS", 1e9)
    recorder.hear(token(1, " to the end"))
    recorder.hear(Cancelled())
    assert run(paths, writer).text == "kept to the end"


def test_a_finished_answer_is_its_result(paths: Paths, writer: Writer, recorder: Recorder) -> None:
    recorder.hear(Started())
    recorder.hear(token(0, "Hello###"))
    recorder.hear(Done(ReplyInfo("Hello", "stop sequence", 3, 1, 0.1, 0.2, 7)))
    found = run(paths, writer)
    assert (found.state, found.text) == ("done", "Hello")
    assert '"stop_reason": "stop sequence"' in found.result


def test_each_end_has_its_state(paths: Paths, writer: Writer, recorder: Recorder) -> None:
    recorder.hear(Started())
    recorder.hear(Failed("Not enough memory.", code="E-OOM"))
    found = run(paths, writer)
    assert (found.state, found.code, found.error) == ("failed", "E-OOM", "Not enough memory.")


@pytest.mark.parametrize(("event", "state"), [(Cancelled(), "stopped"), (Failed("No torch.", code="E-X"), "failed")])
def test_one_that_never_began_has_a_record_too(
    paths: Paths, writer: Writer, recorder: Recorder, event: Cancelled | Failed, state: str
) -> None:
    recorder.hear(event)
    found = run(paths, writer)
    assert (found.state, found.owner) == (state, "me")
    assert '"words": ["a"]' in found.job
