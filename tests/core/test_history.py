"""The history: what ran is found by its words and facts, annotated, deleted and brought back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from playground.core import history
from playground.core.conversation import Conversation, Turn
from playground.core.events import Token
from playground.core.facts import RunInfo
from playground.core.history import Filter, annotate, delete, facets, forget, ids, purge, record, restore, search
from playground.core.paths import Paths
from playground.core.plain import to_plain
from playground.core.store import Store

INFO = RunInfo("/m/toy", "Toy 1", prompt_tokens=12, seed=7, effective=("top-k 40",), versions=(("torch", "2"),))
RESULT = {"text": "Because.", "stop_reason": "end of turn", "prompt_tokens": 11, "new_tokens": 2}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "record.sqlite")


def job(prompt: str, system: str = "", model: str = "/m/toy") -> dict[str, Any]:
    return {"model": model, "prompt": {"messages": [{"role": "user", "content": prompt}], "system": system}}


def token(step: int, text: str) -> Token:
    return Token(step, 100 + step, text, 0.5, 0.75, 1, 0.25, 0.5 * (step + 1))


def begun(store: Store, id: str, prompt: str = "Why?", **more: str) -> str:
    store.begin_run(id, "jobs/reply", job(prompt, **more), "me")
    return id


def done(store: Store, id: str, prompt: str = "Why?", answer: str = "Because.", **more: str) -> str:
    begun(store, id, prompt, **more)
    store.end_run(id, "done", {**RESULT, "text": answer})
    store.commit()
    return id


def found(store: Store, **wanted: Any) -> list[str]:
    page = search(store, Filter(**wanted))
    assert page.total == len(page.entries)
    assert list(ids(store, Filter(**wanted))) == [entry.id for entry in page.entries]
    return [entry.id for entry in page.entries]


# -- what a record holds -----------------------------------------------------------------------------------------


def test_a_finished_run_tells_everything(store: Store) -> None:
    begun(store, "r", "Why is\nthe sky blue?", system="Be brief.")
    store.settle_run("r", to_plain(INFO))
    store.add_tokens("r", [token(0, "Be"), token(1, "cause.")])
    store.end_run("r", "done", RESULT)
    got = record(store, "r")
    assert got is not None
    assert (got.prompt, got.text, got.error) == ("Why is\nthe sky blue?", "Because.", "")
    assert (got.info, got.job["model"], got.result["stop_reason"]) == (INFO, "/m/toy", "end of turn")
    assert got.tokens == (token(0, "Be"), token(1, "cause."))
    (entry,) = search(store, Filter()).entries
    assert entry == got.entry
    assert (entry.kind, entry.model, entry.prompt) == ("jobs/reply", "Toy 1", "Why is the sky blue?")
    assert (entry.state, entry.stop_reason, entry.prompt_tokens, entry.new_tokens) == ("done", "end of turn", 11, 2)
    assert 0 <= entry.seconds < 60


def test_one_that_runs_is_there_with_the_name_of_its_folder(store: Store) -> None:
    begun(store, "r", "Why is the sky blue?")
    assert found(store, state="running", model="toy") == ["r"]
    assert (got := record(store, "r")) is not None
    assert got.info is None


def test_as_soon_as_it_is_settled_it_has_the_name_of_the_model(store: Store) -> None:
    begun(store, "r")
    store.settle_run("r", to_plain(INFO))
    assert found(store, model="Toy 1") == ["r"]
    assert search(store, Filter()).entries[0].prompt_tokens == 12


@pytest.mark.parametrize("state", ["stopped", "failed", "interrupted"])
def test_one_cut_short_counts_what_it_wrote(store: Store, state: str) -> None:
    begun(store, "r")
    store.add_tokens("r", [token(0, "elephants"), token(1, " fly")])
    if state == "interrupted":
        store.interrupt("me")
    else:
        store.end_run("r", state, code="E-OOM" if state == "failed" else "")
    assert found(store, words="elephants", state=state) == ["r"]
    assert search(store, Filter()).entries[0].new_tokens == 2


def test_the_time_of_an_interrupted_run_ends_with_its_last_token(store: Store) -> None:
    begun(store, "r")
    store.db.execute("UPDATE runs SET started = started - 1e6")  # the computer was off for days
    store.add_tokens("r", [token(0, "a"), token(1, "b")])
    store.interrupt("me")
    assert search(store, Filter()).entries[0].seconds == 1.0


def test_what_a_newer_version_settled_is_read_as_far_as_it_is_known(store: Store) -> None:
    begun(store, "r")
    store.settle_run("r", {**to_plain(INFO), "humidity": 3})
    assert (got := record(store, "r")) is not None
    assert got.info == INFO


def test_there_is_no_record_of_what_never_ran(store: Store) -> None:
    assert record(store, "none") is None


def test_a_record_knows_its_chat_unless_that_is_gone(store: Store) -> None:
    done(store, "r")
    talk = Conversation("talk", "T", (Turn("a", "", "assistant", "Because.", 1.0, "r"),), "a")
    for conversation, place in ((talk, ("talk", "a")), (Conversation("talk", "T", trashed=5.0), ("", ""))):
        store.save_conversation(conversation)
        store.save_turns("talk", conversation.turns)
        got = record(store, "r")
        assert got is not None
        assert (got.conversation, got.turn) == place


# -- finding -----------------------------------------------------------------------------------------------------


def test_the_newest_come_first_in_pages(store: Store) -> None:
    for number in range(5):
        done(store, str(number))
    page = search(store, Filter(), limit=2, offset=1)
    assert ([entry.id for entry in page.entries], page.total) == (["3", "2"], 5)
    page = search(store, Filter(words="because"), limit=2, offset=4)
    assert ([entry.id for entry in page.entries], page.total) == (["0"], 5)


def test_every_word_must_occur_somewhere(store: Store) -> None:
    done(store, "1", "Why is the sky blue?", "Rayleigh scattering.", system="You are a pirate.")
    done(store, "2", "Why is grass green?", "Chlorophyll.")
    annotate(store, "2", note="for the garden talk", tags=("biology",))
    assert found(store, words="why") == ["2", "1"]
    assert found(store, words="sky rayl") == ["1"]
    assert found(store, words="pirate") == ["1"]
    assert found(store, words="garden chlorophyll biol") == ["2"]
    assert found(store, words="sky green") == []
    assert found(store, words='"is the sky"') == ["1"]


def test_each_filter_filters_with_or_without_words(store: Store) -> None:
    done(store, "1", "one word", model="/m/a")
    begun(store, "2", "two word", model="/m/b")
    store.end_run("2", "failed", code="E-OOM", error="Not enough memory.")
    done(store, "3", "three word", model="/m/b")
    annotate(store, "3", tags=("x y",), starred=True)
    store.db.execute("UPDATE runs SET started = 1000.0 * number")
    store.db.execute("UPDATE listing SET started = 1000.0 * number")
    for words in ("", "word"):
        assert found(store, words=words, model="b") == ["3", "2"]
        assert found(store, words=words, state="done") == ["3", "1"]
        assert found(store, words=words, code="E-OOM") == ["2"]
        assert found(store, words=words, tag="x y") == ["3"]
        assert found(store, words=words, tag="x") == []
        assert found(store, words=words, starred=True) == ["3"]
        assert found(store, words=words, since=2000.0) == ["3", "2"]
        assert found(store, words=words, until=2000.0) == ["1"]
        assert found(store, words=words, model="b", state="done", since=1.0) == ["3"]


@pytest.mark.parametrize("typed", ['"', "'", "* AND (", "a:b", "\x00", "\ud800", "NEAR(", "-", "%_"])
def test_nothing_that_is_typed_is_an_error(store: Store, typed: str) -> None:
    done(store, "r")
    for field in ("words", "model", "state", "code", "tag"):
        found(store, **{field: typed})


def test_it_says_what_can_be_filtered_by(store: Store) -> None:
    for id, model in (("1", "/m/zebra"), ("2", "/m/Ant"), ("3", "/m/ant-2"), ("4", "/m/gone")):
        done(store, id, model=model)
    store.end_run("1", "failed", code="E-OOM")
    annotate(store, "2", tags=("b", "a"))
    annotate(store, "3", tags=("a", "C"))
    delete(store, ["4"])
    assert facets(store) == history.Facets(("Ant", "ant-2", "zebra"), ("a", "b", "C"), ("E-OOM",))


# -- annotating --------------------------------------------------------------------------------------------------


def test_only_what_is_given_changes(store: Store) -> None:
    done(store, "r")
    annotate(store, "r", note="first", tags=("a",), starred=True)
    annotate(store, "r", note="second")
    annotate(store, "r", starred=False)
    (entry,) = search(store, Filter()).entries
    assert (entry.note, entry.tags, entry.starred) == ("second", ("a",), False)
    annotate(store, "r", note="", tags=())
    (entry,) = search(store, Filter()).entries
    assert (entry.note, entry.tags) == ("", ())
    assert found(store, words="second") == []


def test_tags_are_tidied(store: Store) -> None:
    done(store, "r")
    annotate(store, "r", tags=(" two\nlines ", "", "a", "a", "\ud800"))
    assert search(store, Filter()).entries[0].tags == ("two lines", "a", "?")
    assert found(store, tag="two  lines") == ["r"]


def test_what_is_annotated_while_it_runs_stays(store: Store) -> None:
    begun(store, "r")
    annotate(store, "r", note="promising", starred=True)
    store.end_run("r", "done", RESULT)
    assert found(store, words="promising because", starred=True) == ["r"]


def test_annotating_what_is_not_there_leaves_nothing(store: Store) -> None:
    annotate(store, "none", note="x")
    assert store.db.execute("SELECT count(*) FROM annotations").fetchone()[0] == 0


# -- deleting ----------------------------------------------------------------------------------------------------


def test_what_is_deleted_is_nowhere_and_comes_back_as_it_was(store: Store) -> None:
    done(store, "1", "elephants")
    done(store, "2", "elephants too")
    annotate(store, "1", tags=("zoo",), starred=True)
    before = search(store, Filter())
    assert delete(store, ["1", "none"]) == ("1",)
    assert found(store) == found(store, words="elephants") == found(store, words="elephants", state="done") == ["2"]
    assert found(store, starred=True) == []
    assert facets(store).tags == ()
    assert record(store, "1") is None
    restore(store, ["1", "none"])
    assert search(store, Filter()) == before
    assert record(store, "1") is not None


def test_one_deleted_while_it_runs_stays_deleted(store: Store) -> None:
    begun(store, "r")
    delete(store, ["r"])
    store.end_run("r", "done", RESULT)
    assert found(store) == []
    assert len(purge(store, 0.0)) == 1


def test_purging_removes_every_trace_of_what_was_deleted_long_ago(store: Store) -> None:
    for id in ("old", "new", "kept"):
        done(store, id, f"secret {id}")
        store.add_tokens(id, [token(0, "secret")])
    delete(store, ["old", "new"])
    store.db.execute("UPDATE annotations SET hidden = hidden - 90000 WHERE run_id = 'old'")
    assert len(purge(store)) == 1
    restore(store, ["old", "new"])
    assert found(store, words="secret") == ["kept", "new"]
    assert (store.run("old"), store.tokens("old")) == (None, [])
    for table in ("listing", "words", "runs", "annotations"):
        assert store.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == (1 if table == "annotations" else 2)


def test_what_is_forgotten_takes_its_rows_along(store: Store, tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    for id in ("old", "new"):
        done(store, id, "secret")
        paths.rows_of(id).write_bytes(b"rows")
    delete(store, ["old", "new"])
    store.db.execute("UPDATE annotations SET hidden = hidden - 90000 WHERE run_id = 'old'")
    forget(store, paths)
    assert [file.stem for file in paths.rows.iterdir()] == ["new"]


def test_purging_leaves_what_runs_and_what_a_chat_still_needs(store: Store) -> None:
    begun(store, "runs")
    done(store, "needed")
    talk = Conversation("talk", "T", (Turn("a", "", "assistant", "", 1.0, "needed", "writing"),), "a")
    store.save_conversation(talk)
    store.save_turns("talk", talk.turns)
    delete(store, ["runs", "needed"])
    assert purge(store, 0.0) == ()
    assert store.run("needed") is not None


def test_a_number_is_never_given_twice(store: Store) -> None:
    done(store, "1", "elephants")
    delete(store, ["1"])
    purge(store, 0.0)
    done(store, "2", "zebras")
    assert found(store, words="elephants") == []
    assert store.db.execute("SELECT number FROM runs").fetchone()[0] == 2
