"""The sides still fit the application they measure: each yields its figures, whatever they are."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from pytestqt.qtbot import QtBot

from playground.app import build
from playground.bench.benchmark import Benchmark
from playground.bench.benchmarks.memory import Memory
from playground.bench.benchmarks.startup import Startup
from playground.bench.engine import Engine, engine_process, pss_bytes
from playground.bench.story import LEAST, PROMPT, TOKENS, reply, settings, tokens_per_second
from playground.bench.window import Driver, long_prompt
from playground.core.errors import UserError
from playground.core.events import Cancelled, Done, Token
from playground.core.paths import Paths
from playground.gui.link import in_thread
from playground.jobs.load import Load
from tests.toys import toy


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(toy("llama", tmp_path_factory.mktemp("toy"), max_position_embeddings=4096))


def _figures(benchmark: Benchmark, side: str) -> dict[str, float]:
    return {sample.figure: sample.value for sample in benchmark.run(side)}


@pytest.mark.parametrize("side", Startup.sides)
def test_every_kind_of_start_is_seen(side: str) -> None:
    found = _figures(Startup(), side)
    assert found["painted"] > 0
    assert set(found) <= set(Startup.units)
    if side == "playground":
        assert found["heavy modules"] == 0


def test_a_start_that_fails_tells_why(monkeypatch: pytest.MonkeyPatch) -> None:
    from playground.bench.benchmarks import startup

    monkeypatch.setitem(startup._COMMANDS, "playground", ["-c", "raise SystemExit('no screen at all')"])
    with pytest.raises(UserError, match="no screen at all"):
        list(Startup().run("playground"))


@pytest.mark.slow
def test_the_engine_runs_jobs_one_by_one_and_stops(tmp_path: Path, model: str) -> None:
    with Engine(Paths(tmp_path)) as engine:
        assert pss_bytes(engine_process().pid) > 50_000_000
        seconds, info = engine.timed(Load(model))
        assert 0 < seconds < 600
        assert info.model.path == model
        story = list(engine.tell(reply(model, 12)))
        arrivals = [when for when, event in story if isinstance(event, Token)]
        assert arrivals == sorted(arrivals)
        assert isinstance(story[-1][1], Done)
        assert tokens_per_second(arrivals) > 0
        events = []
        for _, event in engine.tell(reply(model, 2000)):
            events.append(event)
            if isinstance(event, Token):
                engine.stop()
        assert isinstance(events[-1], Cancelled)
        with pytest.raises(UserError, match="Load a model first"):
            engine.run(reply("elsewhere"))


@pytest.mark.slow
def test_the_driver_loads_answers_and_stops(qtbot: QtBot, qapp: object, tmp_path: Path, model: str) -> None:
    made = build(qapp, Paths(tmp_path), in_thread(Paths(tmp_path)))  # type: ignore[arg-type]
    qtbot.addWidget(made.window)
    made.window.show()
    driver = Driver(made)
    assert driver.load(model).resident_bytes > 0
    said: list[str] = []
    driver.reading.connect(lambda: said.append("reading"))
    driver.token.connect(lambda: said.append("token"))
    driver.ended.connect(lambda: said.append("ended"))
    driver.send(long_prompt(1, lines=8))
    driver.wait(lambda: driver.tokens > 1, "tokens")
    assert driver.stop() < 60
    assert not driver.is_writing
    assert said.index("reading") < said.index("token")
    assert said[-1] == "ended"
    driver.answer("Hi")
    assert driver.tokens > 0
    made.close()


def test_a_failed_job_ends_the_wait_with_its_words(qtbot: QtBot, qapp: object, tmp_path: Path) -> None:
    made = build(qapp, Paths(tmp_path), in_thread(Paths(tmp_path)))  # type: ignore[arg-type]
    qtbot.addWidget(made.window)
    driver = Driver(made)
    with pytest.raises(UserError):
        driver.load(str(tmp_path / "nowhere"))
    made.close()


def test_the_story_is_sampled_as_the_targets_say() -> None:
    chain = {type(stage.sampler).__name__: stage for stage in settings().chain}
    assert chain["Temperature"].sampler.temperature == 0.7  # type: ignore[attr-defined]
    assert chain["TopK"].sampler.top_k == 40  # type: ignore[attr-defined]
    assert chain["TopP"].sampler.top_p == 0.95  # type: ignore[attr-defined]
    assert all(chain[name].on for name in ("Temperature", "TopK", "TopP"))
    assert TOKENS > LEAST >= 100
    assert PROMPT


def test_the_pace_is_taken_between_the_first_and_the_last_token() -> None:
    assert tokens_per_second([10.0, 10.5, 11.0]) == 2.0


def test_long_prompts_differ_from_their_first_word() -> None:
    assert long_prompt(1).split()[0] != long_prompt(2).split()[0]


def test_only_linux_tells_proportional_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    from playground.bench.benchmarks import memory

    monkeypatch.setattr(memory.sys, "platform", "darwin")
    assert "does not tell" in Memory().why_not("playground")
