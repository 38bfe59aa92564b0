"""What a job produces is in the record while it is being produced."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from playground.core.events import Cancelled, Done, Failed, Settled, Started
from playground.core.facts import ReplyInfo, RunInfo
from playground.core.history import Filter, record, search
from playground.core.paths import Paths
from playground.core.store import Run, Store
from playground.core.writer import Writer
from playground.jobs.job import RecordedJob
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


def test_what_an_answer_depends_on_is_there_before_its_first_token(
    paths: Paths, writer: Writer, recorder: Recorder
) -> None:
    info = RunInfo("/m/toy", "Toy 1", prompt_tokens=12, seed=2**64 - 1, versions=(("torch", "2"),))
    recorder.hear(Started())
    recorder.hear(Settled(info))
    assert writer.flush()
    found = record(Store(paths.store), "r")
    assert found is not None
    assert (found.info, found.entry.model, found.entry.state) == (info, "Toy 1", "running")


# -- batches -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chorus(RecordedJob):
    """Several voices, each a run of its own."""

    voices: tuple[str, ...] = ()

    def runs(self) -> tuple[RecordedJob, ...]:
        return tuple(Speak(f"{self.run_id}{row}", (voice,)) for row, voice in enumerate(self.voices))


@pytest.fixture
def choir(writer: Writer) -> Recorder:
    found = recorder_for(Chorus("r", ("high", "low")), writer, "me")
    assert found is not None
    return found


def rows(paths: Paths, writer: Writer) -> dict[str, tuple[str, str]]:
    assert writer.flush()
    return {run.id: (run.state, run.text) for run in Store(paths.store).runs()}


def test_each_row_of_a_batch_is_a_run_of_its_own(paths: Paths, writer: Writer, choir: Recorder) -> None:
    choir.hear(Started())
    for row in (0, 1):
        choir.hear(Settled(RunInfo("/m/toy", f"Toy {row}", seed=row), row))
    choir.hear(token(0, "la"))
    choir.hear(dataclasses.replace(token(0, "lo"), row=1))
    choir.hear(token(1, "li"))
    choir.hear(Cancelled())
    assert rows(paths, writer) == {"r0": ("stopped", "lali"), "r1": ("stopped", "lo")}
    store = Store(paths.store)
    assert [entry.model for entry in search(store, Filter()).entries] == ["Toy 1", "Toy 0"]
    assert [t.text for t in store.tokens("r0")] == ["la", "li"]
    assert '"words": ["low"]' in (store.run("r1") or run(paths, writer)).job


def test_each_row_ends_with_its_part_of_the_result(paths: Paths, writer: Writer, choir: Recorder) -> None:
    answers = tuple(ReplyInfo(text, "end of turn", 3, 1, 0.1, 0.2, 7) for text in ("High", "Low"))
    choir.hear(Started())
    choir.hear(Done(answers))
    assert rows(paths, writer) == {"r0": ("done", "High"), "r1": ("done", "Low")}


def test_a_batch_of_one_is_a_batch(paths: Paths, writer: Writer) -> None:
    solo = recorder_for(Chorus("r", ("alone",)), writer, "me")
    assert solo is not None
    solo.hear(Done((ReplyInfo("Alone", "end of turn", 3, 1, 0.1, 0.2, 7),)))
    assert rows(paths, writer) == {"r0": ("done", "Alone")}


def test_a_failure_ends_every_row(paths: Paths, writer: Writer, choir: Recorder) -> None:
    choir.hear(Started())
    choir.hear(Failed("Not enough memory.", code="E-OOM"))
    assert {state for state, _ in rows(paths, writer).values()} == {"failed"}


def test_a_result_that_does_not_fit_leaves_the_end_to_the_failure_it_is(
    paths: Paths, writer: Writer, choir: Recorder
) -> None:
    choir.hear(Started())
    with pytest.raises(ValueError, match="zip"):
        choir.hear(Done(({"text": "only one"},)))
    choir.hear(Failed("It does not fit."))
    assert {state for state, _ in rows(paths, writer).values()} == {"failed"}


def test_while_words_come_the_store_is_written_a_few_times_a_second(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("playground.jobs.recording.time.monotonic", lambda: now[0])
    put: list[object] = []
    monkeypatch.setattr(writer, "put", put.append)
    choir = Recorder(writer, "me", Chorus("r", ("high", "low")))
    choir.hear(Started())
    for step in range(200):  # 100 tokens a second in each of two rows
        now[0] += 0.01
        choir.hear(dataclasses.replace(token(step, "la"), row=step % 2))
    assert 5 <= len(put) <= 9  # in two seconds
