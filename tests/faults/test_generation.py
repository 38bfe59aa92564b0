"""Prompts, settings and moments that do not suit: each is refused or survived, said and in the record."""

from __future__ import annotations

import gc
import itertools
import json
import math
import time
import weakref
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from playground.cli import Engine, main
from playground.core.errors import UserError
from playground.core.events import Cancelled, Done, Failed, Note, Progress, Settled, Token
from playground.core.facts import Message, PromptInfo, PromptInput, ReplyInfo
from playground.core.options import Option, options_of
from playground.core.paths import Paths
from playground.core.plain import dump
from playground.core.registry import kind_of, scan
from playground.core.store import Store
from playground.core.token_rows import clean
from playground.engine import decoding, passes
from playground.gui.setup import new_setup, setup_from_json, setup_to_json
from playground.jobs.reply import Reply
from playground.jobs.xray import Xray
from playground.recipes import samplers
from playground.recipes.presets import import_preset, presets
from playground.recipes.run_settings import RunSettings
from playground.recipes.sampler import Sampler
from tests.faults.house import House, check_banner
from tests.faults.odd import LONG, ODD
from tests.faults.rooms import Room
from tests.faults.windows import STALL, opened
from tests.gui.desktop import running


@pytest.fixture
def room(house: House) -> Iterator[Room]:
    room = Room(house)
    yield room
    room.close()


# -- prompts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " ", "\n\t\u3000"])
def test_an_empty_prompt_is_refused(room: Room, text: str) -> None:
    told = room.fails(room.reply("r", text))
    assert told.code == "E-EMPTY"
    assert told.hint == "Write one first."


def test_a_prompt_without_a_message_is_refused(room: Room) -> None:
    job = room.reply("r")
    for messages in ((), (Message("user", "Hi"), Message("assistant", "Hello"))):
        told = room.fails(replace(job, prompt=replace(job.prompt, messages=messages)))
        assert told.code == "E-EMPTY"


def length_of(room: Room, text: str) -> int:
    told = room.run(Xray(room.house.model, room.reply("x", text).prompt))
    assert isinstance(told, Done)
    assert isinstance(told.result, PromptInfo)
    return len(told.result.tokens)


@pytest.mark.parametrize("over", [0, 1, 1000])
def test_a_prompt_as_long_as_the_context_is_refused_with_both_numbers_and_ways_out(room: Room, over: int) -> None:
    text = "fox " * (60 + over)
    length = length_of(room, "fox " * 60)
    told = room.fails(room.reply("r", text, context_length=length))
    assert told.code == "E-CONTEXT"
    assert f"of {length} tokens" in told.message
    assert all(way in told.hint for way in ("Shorten", "examples", "context length"))


def test_a_prompt_with_room_for_one_token_gets_that_one(room: Room) -> None:
    text = "fox " * 60
    length = length_of(room, text)
    told = room.run(room.reply("r", text, context_length=length + 1, max_tokens=0))
    assert isinstance(told, Done)
    assert isinstance(told.result, ReplyInfo)
    assert (told.result.new_tokens, told.result.stop_reason) == (1, "context full")


def test_an_answer_that_fills_the_context_cannot_be_continued(room: Room) -> None:
    told = room.fails(replace(room.reply("r"), reply_ids=(300,) * 2000))
    assert told.code == "E-CONTEXT"
    assert "tokens" in told.message


def test_what_is_left_out_of_a_long_talk_is_said(room: Room) -> None:
    job = room.reply("r", context_length=120)
    turns = tuple(Message(role, "fox " * 20) for _ in range(10) for role in ("user", "assistant"))
    job = replace(job, prompt=replace(job.prompt, messages=(*turns, Message("user", "last"))))
    number = room.start(job)
    told = room.wait(number)
    assert isinstance(told, Done)
    assert isinstance(told.result, ReplyInfo)
    assert told.result.left_out > 0
    notes = [event.text for event in room.of(number, Note) if isinstance(event, Note)]
    assert any(f"{told.result.left_out} messages do not fit" in note for note in notes)


# -- settings out of range ---------------------------------------------------------------------------------------------


def declared() -> dict[str, Option]:
    """Every option an answer's settings have, by its address: "top_p.top_p", "seed"."""
    found = {f"{name}.{o.name}": o for name, kind in scan(samplers, Sampler).items() for o in options_of(kind)}
    return {**found, **{o.name: o for o in options_of(RunSettings)}}


BAD_TEXTS = {"pairs": ["sky", "sky: -101", "a: 1\nsky: nan", "sky: " + "9" * 400], "phrases": [], "breakers": []}
"""What texts may not say."""


def bad_values(option: Option) -> list[Any]:
    """What this option must refuse."""
    if option.type is str:
        return [math.nan, 1, None, [], {}, True, 10**400, "x" * ((option.longest or 0) + 1), *BAD_TEXTS[option.name]]
    values: list[Any] = [math.nan, math.inf, -math.inf, "1", [], {}, True, 10**400]
    if option.default is not None:
        values.append(None)
    if option.type is int:
        values.append(1.5)
    step = 1 if option.type is int else 0.001
    if option.low is not None:
        values += [option.low - step, option.low - 10**9]
    if option.high is not None:
        values += [option.high + step, option.high * 1000 + 10**9]
    return values


KEYS = tuple(declared())


def with_value(settings: dict[str, Any], key: str, value: Any) -> None:
    """Put a value into the JSON form of run settings."""
    stage, _, field = key.rpartition(".")
    if not stage:
        settings[field] = value
    for entry in settings["chain"]:
        if entry["sampler"]["kind"] == f"samplers/{stage}":
            entry["sampler"][field] = value


def test_every_option_has_limits() -> None:
    numbers = {key: option for key, option in declared().items() if option.type is not str}
    assert {key for key, option in numbers.items() if option.low is None or option.high is None} == set()
    assert {key for key, option in declared().items() if option.type is str and not option.longest} == set()


def refuse_to_run(patch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a job was run")

    patch.setattr(Engine, "run", refuse)


@pytest.mark.parametrize("key", KEYS)
def test_a_job_file_with_a_value_out_of_range_is_refused_naming_the_field(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse_to_run(monkeypatch)
    file = tmp_path / "job.json"
    for value in bad_values(declared()[key]):
        job = dump(Reply("r", "models/toy", PromptInput((Message("user", "Hi"),)), new_setup().run))
        with_value(job["settings"], key, value)
        file.write_text(json.dumps(job))
        assert main(["run", str(file)]) == 1, value
        told = capsys.readouterr().err
        assert key.rpartition(".")[2] in told
        assert "E-OPTION" in told or "E-JSON" in told
        assert "Traceback" not in told
        assert len(told) < 600


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ('"seed": ' + "9" * 5000, "job.json"),
        ('"stop": "abc"', "stop"),
        ('"stop": [5]', "stop"),
        ('"chain": {}', "chain"),
        ('"chain": [null]', "chain"),
        ('"chain": [{"sampler": {"kind": "jobs/load", "path": "x"}}]', "Sampler"),
        ('"chain": [{"sampler": {"kind": "samplers/../presets"}}]', "samplers"),
        ('"chain": [{"sampler": {"kind": "os/system"}}]', "os/system"),
        ('"chain": [{"sampler": {"kind": "samplers/top_p"}, "on": "yes"}]', "on"),
        ('"max_tokens": ' + "[" * 100_000, "job.json"),
    ],
)
def test_a_job_file_of_the_wrong_form_is_refused_naming_the_place(
    words: str,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    refuse_to_run(monkeypatch)
    file = tmp_path / "job.json"
    prompt = '{"messages": [{"role": "user", "content": "Hi"}]}'
    file.write_text(
        f'{{"kind": "jobs/reply", "run_id": "r", "model": "m", "prompt": {prompt}, "settings": {{{words}}}}}'
    )
    assert main(["run", str(file)]) == 1
    told = capsys.readouterr().err
    assert name in told
    assert "E-JSON" in told or "E-KIND" in told
    assert "Traceback" not in told
    assert len(told) < 600


FLAGS = {
    "temperature": "temperature.temperature",
    "top-k": "top_k.top_k",
    "top-p": "top_p.top_p",
    "min-p": "min_p.min_p",
}


@pytest.mark.parametrize("flag", [*FLAGS, "seed", "max-tokens"])
def test_the_command_line_refuses_what_a_file_may_not_hold(
    flag: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse_to_run(monkeypatch)
    option = declared()[FLAGS.get(flag, flag.replace("-", "_"))]
    for value in (v for v in bad_values(option) if isinstance(v, int | float) and not isinstance(v, bool)):
        if option.type is int and not isinstance(value, int):
            continue  # no whole number: the command line says so itself
        assert main(["ask", "Why?", f"--{flag}={value}"]) == 1, value
        told = capsys.readouterr().err
        assert option.name in told
        assert "E-OPTION" in told


@pytest.mark.parametrize("key", [key for key in KEYS if "." in key])
def test_a_preset_with_a_value_out_of_range_is_refused_naming_the_field(key: str, tmp_path: Path) -> None:
    paths = Paths(tmp_path / "home")
    file = tmp_path / "mine.json"
    for value in bad_values(declared()[key]):
        file.write_text(json.dumps({"name": "Mine", "values": {key: value}}))
        with pytest.raises(UserError) as caught:
            import_preset(paths, file)
        assert caught.value.code in ("E-OPTION", "E-PRESET")
        assert key.rpartition(".")[2] in caught.value.message
        assert len(caught.value.message) < 300
        assert list(paths.presets.iterdir()) == []
    file.rename(paths.presets / "mine.json")  # put there by hand
    assert all(preset.ours for preset in presets(paths))


@pytest.mark.parametrize("key", KEYS)
def test_a_stored_chat_with_a_value_out_of_range_opens_with_the_others_and_says_which(key: str) -> None:
    usual = new_setup()
    changed = replace(usual, system="Be brief.", run=replace(usual.run, stop=("###",)))
    for value in bad_values(declared()[key]):
        data = json.loads(setup_to_json(changed))
        with_value(data["run"], key, value)
        setup, lost = setup_from_json(json.dumps(data))
        assert setup == changed
        assert lost == ((f"the sampler {key.partition('.')[0]}",) if "." in key else (f"run.{key}",))


@pytest.mark.parametrize("key", [key for key in KEYS if "." not in key])
def test_settings_made_in_the_program_are_checked_too(key: str) -> None:
    for value in bad_values(declared()[key]):
        with pytest.raises(UserError, match=key):
            RunSettings(**{key: value})


def test_samplers_made_in_the_program_are_checked_too() -> None:
    for kind in scan(samplers, Sampler).values():
        for option in options_of(kind):
            for value in bad_values(option):
                with pytest.raises(UserError, match=option.name):
                    kind(**{option.name: value})
            assert kind_of(kind).startswith("samplers/")


# -- the wrong moment --------------------------------------------------------------------------------------------------

Pass = Callable[[int, torch.Tensor], torch.Tensor]


def haunt(patch: pytest.MonkeyPatch, each: Pass) -> None:
    """Let `each` see every pass of a model: its number (0: the prompt was read) and its logits, which it returns."""

    def read(*arguments: Any) -> Generator[Any, None, Any]:
        row = yield from passes.read(*arguments)
        return each(0, row)

    def haunted(*arguments: Any) -> Any:
        hand: Any = passes.writer(*arguments)
        steps = itertools.count(1)
        write = hand.next
        hand.next = lambda ids: each(next(steps), write(ids))
        return hand

    patch.setattr(decoding, "read", read)
    patch.setattr(decoding, "writer", haunted)


def slowly(seconds: float) -> Pass:
    """Every pass takes a while, as on a slow machine."""

    def each(_: int, row: torch.Tensor) -> torch.Tensor:
        time.sleep(seconds)
        return row

    return each


def read_slowly(room: Room, patch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let reading take many steps of so many seconds each."""
    house = room.house
    house.workspace.models[house.model] = replace(house.workspace.models[house.model], chunk=4)

    def read(*arguments: Any) -> Generator[Any, None, Any]:
        story = passes.read(*arguments)
        while True:
            try:
                event = next(story)
            except StopIteration as end:
                return end.value
            time.sleep(seconds)
            yield event

    patch.setattr(decoding, "read", read)


@pytest.fixture
def _small_heap() -> Iterator[None]:
    """Set aside what earlier tests left: an engine of its own has no such heap to look through when a job ends."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def stop(room: Room, number: int) -> tuple[float, int]:
    """Stop a job; return how many seconds it took to end, and how many tokens it told meanwhile."""
    begun, told = time.monotonic(), len(room.of(number, Token))
    room.host.stop(number)
    assert isinstance(room.wait(number), Cancelled)
    return time.monotonic() - begun, len(room.of(number, Token)) - told


@pytest.mark.usefixtures("_small_heap")
def test_stop_before_it_has_begun(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    haunt(monkeypatch, slowly(0.02))
    first, second = room.start(room.reply("first", max_tokens=200)), room.start(room.reply("second"))
    room.wait(first, Token)
    assert stop(room, second)[0] < 0.3
    stop(room, first)
    assert room.recorded("second").state == "stopped"
    assert room.recorded("second").text == ""
    room.stands()


@pytest.mark.usefixtures("_small_heap")
def test_stop_while_reading(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    read_slowly(room, monkeypatch, 0.05)
    number = room.start(room.reply("r", "fox " * 150))
    room.wait(number, Progress, count=3)
    took, tokens = stop(room, number)
    assert took < 0.3
    assert tokens == 0
    assert 0 < room.read(number) < 100
    assert (room.recorded("r").state, room.recorded("r").text) == ("stopped", "")
    room.stands()


@pytest.mark.usefixtures("_small_heap")
def test_stop_before_the_first_token(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    haunt(monkeypatch, slowly(0.1))
    number = room.start(room.reply("r"))
    room.wait(number, Settled)
    took, tokens = stop(room, number)
    assert took < 0.5
    assert tokens <= 1
    assert room.recorded("r").state == "stopped"
    room.stands()


@pytest.mark.usefixtures("_small_heap")
def test_stop_while_writing_keeps_the_part_and_marks_it(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    haunt(monkeypatch, slowly(0.02))
    number = room.start(room.reply("r", max_tokens=200))
    room.wait(number, Token, count=5)
    took, tokens = stop(room, number)
    assert took < 0.3
    assert tokens <= 2  # the one under way, and one that was told between counting and stopping
    assert (room.recorded("r").state, room.recorded("r").text) == ("stopped", clean(room.written(number)))
    room.stands()


def test_fifty_fast_starts_and_stops_end_once_each_and_are_recorded_once_each(room: Room) -> None:
    numbers = []
    for turn in range(50):
        numbers.append(room.start(room.reply(f"r{turn}", max_tokens=200)))
        if turn % 3:
            room.host.stop(numbers[-1])
    for number in numbers:
        room.host.stop(number)
    for turn, number in enumerate(numbers):
        last = room.wait(number)
        assert isinstance(last, Cancelled | Done)
        assert len(room.of(number, Cancelled, Done, Failed)) == 1
        assert room.recorded(f"r{turn}").state == ("stopped" if isinstance(last, Cancelled) else "done")
    room.stands()


@pytest.mark.slow
def test_fifty_fast_clicks_on_send_and_stop(house: House, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    haunt(monkeypatch, slowly(0.005))
    with opened(qtbot, house) as window:
        accepted = 0
        window.heart.start()
        for _ in range(50):
            window.type("Why?")
            was = window.chat.talk.is_writing
            window.press_send()
            accepted += not was and window.chat.talk.is_writing
            assert window.replies <= 1
            QTest.qWait(10)
        window.chat.talk.stop()
        window.until(lambda: not window.chat.talk.is_writing)
        assert accepted > 3
        answers = [turn for turn in window.stored().turns if turn.role == "assistant"]
        assert len(answers) == accepted
        assert {turn.state for turn in answers} <= {"done", "stopped"}
        store = Store(window.paths.store)
        assert {store.run(turn.run_id) is not None for turn in answers} == {True}
        store.close()
        assert window.heart.longest < 4 * STALL
        assert window.banner == ""
        window.ask("And now?")
        assert window.last.state == "done"
    house.stands()


# -- a machine that fails ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("step", [0, 3])
def test_logits_that_are_no_numbers_end_it_with_the_step(
    room: Room, monkeypatch: pytest.MonkeyPatch, step: int, value: float
) -> None:
    def each(at: int, row: torch.Tensor) -> torch.Tensor:
        return torch.full_like(row, value) if at == step else row

    with monkeypatch.context() as patch:
        haunt(patch, each)
        number = room.start(replace(room.reply("r", max_tokens=20), settings=greedy(20)))
        last = room.wait(number)
    assert isinstance(last, Failed)
    assert last.code == "E-NUMERIC"
    assert f"step {step + 1}." in last.message
    check_banner(last)
    run = room.recorded("r")
    assert (run.state, run.code, run.text) == ("failed", "E-NUMERIC", clean(room.written(number)))
    assert len(room.of(number, Token)) == step
    room.stands()


def greedy(tokens: int) -> RunSettings:
    return RunSettings(new_setup().run.chain, max_tokens=tokens, seed=1).with_sampler("temperature", temperature=0.0)


def test_running_out_of_memory_half_way_keeps_the_part_and_gives_the_rest_back(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[weakref.ref[torch.Tensor]] = []

    def each(at: int, row: torch.Tensor) -> torch.Tensor:
        if at == 3:
            much = torch.zeros(10_000_000)
            held.append(weakref.ref(much))
            torch.empty(1 << 52)  # more than any machine has
            row = row + much.sum()
        return row

    with monkeypatch.context() as patch:
        haunt(patch, each)
        number = room.start(replace(room.reply("r"), settings=greedy(20)))
        last = room.wait(number)
    assert isinstance(last, Failed)
    assert last.code == "E-OOM"
    check_banner(last)
    assert room.recorded("r").code == "E-OOM"
    assert room.recorded("r").text == clean(room.written(number))
    assert len(room.of(number, Token)) == 3
    room.stands()
    gc.collect()
    assert [ref() for ref in held] == [None]


# -- odd text ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ODD)
def test_odd_text_is_read_and_answered_and_kept(room: Room, name: str) -> None:
    text = ODD[name]
    job = room.reply("r", f"Say {text}", stop=(text,))
    for place in ("", "system", "context", "reply_start"):
        words: dict[str, Any] = {place: text} if place else {}
        prompt = replace(job.prompt, **words)
        last = room.run(replace(job, run_id=f"r {place}", prompt=prompt))
        assert isinstance(last, Done), last
        kept = json.loads(room.recorded(f"r {place}").job)["prompt"]
        assert kept["messages"][0]["content"] == clean(f"Say {text}")
        assert not place or kept[place] == clean(text)
        seen = room.run(Xray(room.house.model, prompt))
        assert isinstance(seen, Done), seen
    room.stands()


def test_bytes_that_are_no_characters_are_shown_as_such(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = room.house.workspace.models[room.house.model].tokenizer.convert_tokens_to_ids(["ÿ", "Ã", "ä", "a", "Ã"])

    def each(step: int, row: torch.Tensor) -> torch.Tensor:
        said = torch.full_like(row, -100.0)
        said[..., ids[step]] = 100.0
        return said

    haunt(monkeypatch, each)
    number = room.start(room.reply("r", max_tokens=len(ids)))
    last = room.wait(number)
    assert isinstance(last, Done), last
    assert isinstance(last.result, ReplyInfo)
    assert "\ufffd" in last.result.text
    assert "a" in last.result.text
    assert room.written(number) == last.result.text == room.recorded("r").text


def test_special_tokens_in_a_message_are_words(room: Room) -> None:
    job = room.reply("r", ODD["special tokens"])
    told = room.run(Xray(room.house.model, job.prompt))
    assert isinstance(told, Done)
    assert isinstance(told.result, PromptInfo)
    assert not any(token.special for token in told.result.tokens if token.section == "message")


def test_a_line_of_a_megabyte_is_refused_with_its_length(room: Room) -> None:
    told = room.fails(room.reply("r", LONG))
    assert told.code == "E-CONTEXT"
    assert json.loads(room.recorded("r").job)["prompt"]["messages"][0]["content"] == LONG


@pytest.mark.parametrize("name", ODD)
def test_odd_text_goes_from_the_prompt_box_to_the_file_and_back(qtbot: QtBot, tmp_path: Path, name: str) -> None:
    text = ODD[name]
    with running(qtbot) as desktop:
        desktop.load()
        desktop.send(f"Say {text}!")
        desktop.write("It is ", text)
        desktop.end(f"It is {text}")
        asked, answered = desktop.talk.path()
        assert answered.text == f"It is {text}"
        stored = desktop.stored().path()
        assert stored[0].text == clean(asked.text)
        assert stored[1].text == clean(f"It is {text}")
        for kind in ("md", "json"):
            file = tmp_path / f"chat.{kind}"
            desktop.chat.library.export_to(desktop.talk.id, file, kind == "json")
            assert desktop.toasts()[-1] == f"Saved as chat.{kind}."
        data = json.loads((tmp_path / "chat.json").read_bytes())
        assert data["turns"][1]["text"] == clean(f"It is {text}")
        before = desktop.shown
        after = desktop.restart()
        after.wait(lambda: after.talk.id == desktop.talk.id)
        assert after.talk.path()[1].text == clean(f"It is {text}")
        assert [words.replace("\ufffd", "?") for words in before] == after.shown  # how a lone surrogate is drawn
        assert not after.window.banner.isVisible()


@pytest.mark.parametrize("name", ["every control character", "bidi overrides", "ANSI", "HTML"])
def test_what_could_deceive_the_eye_is_shown_as_signs(qtbot: QtBot, name: str) -> None:
    with running(qtbot) as desktop:
        desktop.load()
        desktop.exchange("Hi", ODD[name])
        shown = desktop.shown[-1]
        assert not set(shown) & set("\x00\x07\x08\x1b\x7f\x9b\u202e\u2066\u2067\u2069")
        if name == "HTML":
            assert "<script>alert(1)</script>" in shown
            assert "<b>bold</b>" in shown


@pytest.mark.slow
def test_a_message_of_a_megabyte_does_not_stall_the_window(house: House, qtbot: QtBot) -> None:
    with opened(qtbot, house) as window:
        window.heart.start()
        window.type(LONG)
        window.until(lambda: "does not fit" in window.chat.view.composer.count.text())
        assert not window.chat.view.composer.send.isEnabled()
        assert "tokens" in window.chat.view.composer.send.toolTip()
        window.type("")
        assert window.heart.longest < 4 * STALL
