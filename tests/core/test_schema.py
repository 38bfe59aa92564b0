"""A record of an older version becomes a present one and loses nothing."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path

import pytest

from playground.core import opening, schema
from playground.core.errors import UserError
from playground.core.history import Filter, record, search
from playground.core.store import Store

VERSION_1 = """
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, leaf TEXT NOT NULL, draft TEXT NOT NULL, settings TEXT NOT NULL,
    created REAL NOT NULL, updated REAL NOT NULL, trashed REAL NOT NULL DEFAULT 0);
CREATE TABLE turns (
    id TEXT PRIMARY KEY, conversation TEXT NOT NULL, parent TEXT NOT NULL, role TEXT NOT NULL, text TEXT NOT NULL,
    created REAL NOT NULL, run_id TEXT NOT NULL, state TEXT NOT NULL, model TEXT NOT NULL, stats TEXT NOT NULL,
    deleted INTEGER NOT NULL);
CREATE INDEX turns_of ON turns (conversation);
CREATE TABLE runs (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, job TEXT NOT NULL, owner TEXT NOT NULL, started REAL NOT NULL,
    ended REAL, state TEXT NOT NULL, text TEXT NOT NULL DEFAULT '', result TEXT NOT NULL DEFAULT '',
    code TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT '');
CREATE INDEX runs_by_time ON runs (started);
CREATE TABLE tokens (
    run_id TEXT NOT NULL, step INTEGER NOT NULL, id INTEGER NOT NULL, text TEXT NOT NULL, raw REAL,
    probability REAL, rank INTEGER NOT NULL, entropy REAL, seconds REAL NOT NULL,
    alternatives BLOB NOT NULL, PRIMARY KEY (run_id, step)) WITHOUT ROWID;
PRAGMA user_version = 1;
PRAGMA journal_mode = WAL;
"""


def job(prompt: str) -> str:
    messages = [{"role": "user", "content": prompt}]
    return json.dumps({"version": 1, "kind": "jobs/reply", "model": "/m/toy", "prompt": {"messages": messages}})


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file as version 1 wrote it, with a run of each state, the newer ones first."""
    path = tmp_path / "record.sqlite"
    db = sqlite3.connect(path)
    db.executescript(VERSION_1)
    result = '{"text": "Because.", "stop_reason": "end of turn", "prompt_tokens": 9, "new_tokens": 1}'
    for row in (
        ("done", job("Why?"), 300.0, 304.5, "done", "Because.", result, "", ""),
        ("failed", job("Elephants?"), 200.0, 201.0, "failed", "", "", "E-OOM", "Not enough memory."),
        ("lost", job("Zebras?"), 100.0, 9000.0, "interrupted", "They ha", "", "", ""),
        ("odd", "{broken", 50.0, None, "running", "", "", "", ""),
    ):
        db.execute("INSERT INTO runs VALUES (?, 'jobs/reply', ?, 'me', ?, ?, ?, ?, ?, ?, ?)", row)
    for step, text in enumerate(("They", " ha")):
        db.execute("INSERT INTO tokens VALUES ('lost', ?, 1, ?, 0.5, 0.5, 1, 0.5, ?, x'')", (step, text, step + 0.5))
    db.execute("INSERT INTO conversations VALUES ('c', 'Title', 't', 'draft', '{}', 1, 2, 0)")
    db.execute(
        "INSERT INTO turns VALUES ('t', 'c', '', 'assistant', 'Because.', 1, 'done', 'done', 'Toy 1', 'stats', 0)"
    )
    db.commit()
    db.close()
    return path


def test_every_row_is_kept(old: Path) -> None:
    store = Store(old)
    assert [(run.id, run.state, run.text, run.started, run.ended) for run in store.runs()] == [
        ("done", "done", "Because.", 300.0, 304.5),
        ("failed", "failed", "", 200.0, 201.0),
        ("lost", "interrupted", "They ha", 100.0, 9000.0),
        ("odd", "running", "", 50.0, None),
    ]
    assert (run := store.run("done")) is not None
    assert run.job == job("Why?")
    assert [token.text for token in store.tokens("lost")] == ["They", " ha"]
    talk = store.conversation("c")
    assert talk is not None
    assert (talk.title, talk.draft, talk.turns[0].text) == ("Title", "draft", "Because.")
    assert store.remark == ""


def test_the_old_runs_are_in_the_history(old: Path) -> None:
    store = Store(old)
    entries = {entry.id: entry for entry in search(store, Filter()).entries}
    assert list(entries) == ["done", "failed", "lost", "odd"]
    assert (entries["done"].model, entries["failed"].model) == ("Toy 1", "toy")
    assert (entries["done"].stop_reason, entries["done"].prompt_tokens, entries["done"].seconds) == (
        "end of turn",
        9,
        4.5,
    )
    assert (entries["lost"].seconds, entries["lost"].new_tokens) == (1.5, 2)
    for words, id in (("because why", "done"), ("eleph", "failed"), ("zebras they", "lost")):
        assert [entry.id for entry in search(store, Filter(words=words)).entries] == [id]
    assert (found := record(store, "done")) is not None
    assert found.conversation == "c"


def test_it_happens_once(old: Path) -> None:
    Store(old).close()
    store = Store(old)
    store.begin_run("new", "jobs/reply", {}, "me")
    store.commit()
    assert [run.id for run in Store(old).runs()] == ["new", "done", "failed", "lost", "odd"]


def test_when_it_cannot_be_finished_the_old_file_stays_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(schema, "list_run", full)
        with pytest.raises(UserError, match="disk is full"):
            Store(old)
    db = sqlite3.connect(old)
    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    assert db.execute("SELECT count(*) FROM runs WHERE job != ''").fetchone() == (4,)
    db.close()
    assert len(Store(old).runs()) == 4


def test_those_that_open_it_together_do_it_once(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    together, build = threading.Barrier(4), opening._build

    def at_once(db: sqlite3.Connection) -> None:
        together.wait(20)
        build(db)

    monkeypatch.setattr(opening, "_build", at_once)
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(len(Store(old).runs()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [4, 4, 4, 4]
