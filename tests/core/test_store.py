"""The record: what is written comes back, whatever happens to the writer."""

from __future__ import annotations

import math
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from playground.core import opening
from playground.core.conversation import Conversation, Turn
from playground.core.errors import UserError
from playground.core.events import Token
from playground.core.store import Store
from playground.core.token_rows import clean, pack, unpack


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.sqlite"


def token(step: int, text: str) -> Token:
    return Token(step, 100 + step, text, 0.5, 0.75, 1, 0.25, 0.1 * step, ((1, -0.5), (2, -8.0)))


def talk(*turns: Turn) -> Conversation:
    return Conversation("talk", "Title", turns, turns[-1].id if turns else "", "draft", "{}", 1.0, 2.0)


def saved(store: Store, conversation: Conversation) -> Conversation:
    store.save_conversation(conversation)
    store.save_turns(conversation.id, conversation.turns)
    store.commit()
    found = store.conversation(conversation.id)
    assert found is not None
    return found


def test_a_conversation_comes_back_with_every_version(path: Path) -> None:
    store = Store(path)
    written = talk(
        Turn("u", "", "user", "Why?", 5.0),
        Turn("a", "u", "assistant", "So.", 5.0, "run", "stopped", "toy", "Generation 3 tok"),
        Turn("b", "u", "assistant", "Because.", 5.0, deleted=True),
        Turn("c", "u", "assistant", "Since.", 1.0),  # the clock was set back
    )
    assert saved(store, written) == written
    store.close()
    assert Store(path).conversation("talk") == written


def test_rewriting_a_turn_keeps_its_place_among_the_versions(path: Path) -> None:
    store = Store(path)
    first, second = Turn("a", "", "user", "one", 1.0), Turn("b", "", "user", "two", 1.0)
    saved(store, talk(first, second))
    store.save_turns("talk", [replace(first, text="uno")])
    found = store.conversation("talk")
    assert found is not None
    assert [turn.text for turn in found.turns] == ["uno", "two"]


@pytest.mark.parametrize("text", ["\x00 NUL \x00", "\u202eבא", "\x1b[31mred", "<script>", "é" * 1_000_000, "'; DROP"])
def test_any_text_comes_back(path: Path, text: str) -> None:
    store = Store(path)
    found = saved(store, replace(talk(Turn("u", "", "user", text)), draft=text, title=text))
    assert (found.turns[0].text, found.draft, found.title) == (text, text, text)


def test_lone_surrogates_are_replaced_wherever_they_stand(path: Path) -> None:
    store = Store(path)
    odd = "a\ud800b"
    found = saved(store, talk(Turn("u", "", "user", odd, model=odd, stats=odd)))
    assert found.turns[0].text == found.turns[0].model == clean(odd)
    store.begin_run("r", "jobs/reply", {"model": odd}, "me")
    store.add_tokens("r", [token(0, odd)])
    store.end_run("r", "failed", {"text": odd}, "E-X", odd)


def test_an_unfinished_turn_is_completed_from_what_the_engine_wrote(path: Path) -> None:
    store = Store(path)
    store.begin_run("r", "jobs/reply", {}, "me")
    store.add_tokens("r", [token(0, "lo"), token(1, ", wor")])
    found = saved(store, talk(Turn("a", "", "assistant", "Hel", run_id="r", state="writing")))
    assert (found.turns[0].text, found.turns[0].state) == ("Hello, wor", "interrupted")


@pytest.mark.parametrize("outcome", ["done", "stopped", "failed", "interrupted"])
def test_its_state_is_how_the_run_ended(path: Path, outcome: str) -> None:
    store = Store(path)
    store.begin_run("r", "jobs/reply", {}, "me")
    store.add_tokens("r", [token(0, "piece and more")])
    store.end_run("r", outcome, {"text": "piece"} if outcome == "done" else None)
    found = saved(store, talk(Turn("a", "", "assistant", "A ", run_id="r", state="writing")))
    assert found.turns[0].state == outcome
    assert found.turns[0].text == ("A piece" if outcome == "done" else "A piece and more")


def test_an_unfinished_turn_whose_run_never_began_keeps_its_beginning(path: Path) -> None:
    found = saved(Store(path), talk(Turn("a", "", "assistant", "Sure: ", run_id="none", state="writing")))
    assert (found.turns[0].text, found.turns[0].state) == ("Sure: ", "interrupted")


def test_a_finished_turn_is_as_the_window_saw_it(path: Path) -> None:
    store = Store(path)
    store.begin_run("r", "jobs/reply", {}, "me")
    store.add_tokens("r", [token(0, "much longer than that")])
    found = saved(store, talk(Turn("a", "", "assistant", "edited", run_id="r", state="done")))
    assert found.turns[0].text == "edited"


def test_tokens_come_back_exactly_and_in_order(path: Path) -> None:
    store = Store(path)
    store.begin_run("r", "jobs/reply", {}, "me")
    store.add_tokens("r", [token(1, "b")])
    store.add_tokens("r", [token(0, "a")])
    assert store.tokens("r") == [token(0, "a"), token(1, "b")]


def test_numbers_that_are_none_do_not_cost_the_token(path: Path) -> None:
    store = Store(path)
    store.begin_run("r", "jobs/reply", {}, "me")
    store.add_tokens("r", [replace(token(0, "a"), entropy=math.nan, raw_probability=math.inf)])
    (found,) = store.tokens("r")
    assert math.isnan(found.entropy)
    assert found.raw_probability == math.inf


def test_alternatives_are_packed_and_unpacked() -> None:
    pairs = ((0, 0.0), (2**31 - 1, -math.inf), (49151, -0.5))
    assert unpack(pack(pairs)) == pairs
    assert unpack(pack(())) == ()


def test_a_run_tells_what_ran_and_how_it_ended(path: Path) -> None:
    store = Store(path)
    store.begin_run("r", "jobs/reply", {"model": "ä"}, "me")
    store.end_run("r", "failed", code="E-OOM", error="Not enough memory.")
    run = store.run("r")
    assert run is not None
    assert (run.kind, run.job, run.state, run.code) == ("jobs/reply", '{"model": "ä"}', "failed", "E-OOM")
    assert run.ended is not None
    assert store.run("none") is None


def test_the_list_is_searched_in_titles_and_messages_and_hides_the_trash(path: Path) -> None:
    store = Store(path)
    for id, title, text, updated, trashed in (
        ("1", "Sky", "Why is it blue?", 1.0, 0.0),
        ("2", "100 % wool_en", "Socks", 3.0, 0.0),
        ("3", "Gone", "blue too", 2.0, 9.0),
    ):
        conversation = Conversation(id, title, (Turn(f"t{id}", "", "user", text),), updated=updated, trashed=trashed)
        saved(store, conversation)
    assert [h.id for h in store.headlines()] == ["2", "1"]
    assert [h.id for h in store.headlines("BLUE")] == ["1"]
    assert [h.id for h in store.headlines("0 % wool_")] == ["2"]
    assert [h.id for h in store.headlines("S_y")] == []  # no wildcard
    assert [h.id for h in store.headlines(trashed=True)] == ["3"]


def test_the_list_leaves_out_what_is_empty(path: Path) -> None:
    store = Store(path)
    saved(store, replace(talk(), id="draft only"))
    saved(store, replace(talk(), id="nothing", draft=""))
    saved(store, replace(talk(Turn("gone", "", "user", "x", deleted=True)), id="all deleted", draft=""))
    assert [(h.id, h.turns) for h in store.headlines()] == [("draft only", 0)]


def test_what_a_dead_process_was_running_is_marked(path: Path) -> None:
    store = Store(path)
    for id, owner, state in (("1", "dead", ""), ("2", "alive", ""), ("3", "dead", "done")):
        store.begin_run(id, "jobs/reply", {}, owner)
        if state:
            store.end_run(id, state)
    assert store.running_owners() == {"dead", "alive"}
    assert store.interrupt("dead") == 1
    assert {run.id: run.state for run in store.runs()} == {"1": "interrupted", "2": "running", "3": "done"}


# -- a file that is not as it should be --------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"this is no database " * 500, b"SQLite format 3\x00" + b"\xff" * 8000])
def test_a_damaged_file_is_kept_and_a_new_one_begun(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    store = Store(path)
    assert saved(store, talk()).title == "Title"
    (kept,) = path.parent.glob("*.corrupt-*")
    assert kept.read_bytes() == content
    assert kept.name in store.remark


def test_damage_found_later_is_looked_for_and_set_aside(path: Path) -> None:
    store = Store(path)
    saved(store, talk(*(Turn(str(i), "", "user", "x" * 500) for i in range(200))))
    store.close()
    size = path.stat().st_size
    with path.open("r+b") as file:  # the first page stays, so that it opens
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))
    with pytest.raises(sqlite3.DatabaseError):
        Store(path).conversation("talk")
    fresh = Store(path, suspicious=True)
    assert fresh.remark
    assert fresh.headlines() == []
    assert len(list(path.parent.glob("record.sqlite.corrupt-*"))) == 1


def test_those_that_find_the_damage_together_keep_it_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"no database" * 1000)
    together, one_by_one = threading.Barrier(4), opening.alone

    def alone(lock: Path) -> AbstractContextManager[None]:
        together.wait(20)  # all have seen the damage before the first does something about it
        return one_by_one(lock)

    monkeypatch.setattr(opening, "alone", alone)
    stores: list[Store] = []
    threads = [threading.Thread(target=lambda: stores.append(Store(path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    saved(stores[0], talk())
    assert all(store.conversation("talk") is not None for store in stores)
    assert len(list(path.parent.glob("record.sqlite.corrupt-*"))) == 1
    assert sum(bool(store.remark) for store in stores) == 1


def test_a_sound_file_is_not_set_aside_on_suspicion(path: Path) -> None:
    saved(Store(path), talk())
    assert Store(path, suspicious=True).conversation("talk") is not None


def test_a_newer_schema_is_refused_and_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(UserError, match="newer version") as caught:
        Store(path)
    assert caught.value.code == "E-STORE"
    assert not list(path.parent.glob("*.corrupt-*"))


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be opened"):
        Store(tmp_path / "none" / "record.sqlite")


_WRITES_FOR_EVER = """
import sys, itertools
from pathlib import Path
from playground.core.events import Token
from playground.core.store import Store

store = Store(Path(sys.argv[1]))
store.begin_run("r", "jobs/reply", {}, "dead")
for step in itertools.count():
    store.add_tokens("r", [Token(step, step, f"{step} ", 0.5, 0.5, 1, 0.5, 0.1, ((1, -0.5),) * 50)])
    store.commit()
    print(step, flush=True)
"""


def test_killed_in_the_middle_of_writing_everything_acknowledged_is_there(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _WRITES_FOR_EVER, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(40):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        acknowledged = 40 + len(process.stdout.read().split(b"\n")[:-1])
    store = Store(path)
    tokens = store.tokens("r")
    run = store.run("r")
    assert run is not None
    assert len(tokens) >= acknowledged
    assert [t.step for t in tokens] == list(range(len(tokens)))
    assert run.text == "".join(t.text for t in tokens)  # never half a piece
    assert store.remark == ""
