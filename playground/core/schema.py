"""The tables of the record, and how an older file becomes a present one."""

from __future__ import annotations

import sqlite3
from typing import Any

from playground.core.asked import asked, object_of
from playground.core.listing import list_run
from playground.core.search_words import TOKENIZER

SCHEMA = 2

_CHATS = """
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, leaf TEXT NOT NULL, draft TEXT NOT NULL, settings TEXT NOT NULL,
    created REAL NOT NULL, updated REAL NOT NULL, trashed REAL NOT NULL DEFAULT 0);
CREATE TABLE turns (
    id TEXT PRIMARY KEY, conversation TEXT NOT NULL, parent TEXT NOT NULL, role TEXT NOT NULL, text TEXT NOT NULL,
    created REAL NOT NULL, run_id TEXT NOT NULL, state TEXT NOT NULL, model TEXT NOT NULL, stats TEXT NOT NULL,
    deleted INTEGER NOT NULL);
CREATE INDEX turns_of ON turns (conversation);
CREATE TABLE tokens (
    run_id TEXT NOT NULL, step INTEGER NOT NULL, id INTEGER NOT NULL, text TEXT NOT NULL, raw REAL,
    probability REAL, rank INTEGER NOT NULL, entropy REAL, seconds REAL NOT NULL,
    alternatives BLOB NOT NULL, PRIMARY KEY (run_id, step)) WITHOUT ROWID;
"""

# `number` counts the runs in the order in which they were written down; it is their row in `listing` and `words`,
# so that "the newest first" costs no sorting. The long columns come last: the short ones are read without them.
_HISTORY = f"""
CREATE INDEX turns_written ON turns (run_id) WHERE run_id != '';
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, owner TEXT NOT NULL,
    started REAL NOT NULL, ended REAL, seconds REAL NOT NULL DEFAULT 0, state TEXT NOT NULL,
    code TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '', stop_reason TEXT NOT NULL DEFAULT '',
    prompt_tokens INTEGER NOT NULL DEFAULT 0, new_tokens INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '', prompt TEXT NOT NULL DEFAULT '', text TEXT NOT NULL DEFAULT '',
    job TEXT NOT NULL, info TEXT NOT NULL DEFAULT '', result TEXT NOT NULL DEFAULT '');
CREATE INDEX runs_running ON runs (owner) WHERE state = 'running';
CREATE TABLE annotations (
    run_id TEXT PRIMARY KEY, note TEXT NOT NULL DEFAULT '', tags TEXT NOT NULL DEFAULT '',
    starred INTEGER NOT NULL DEFAULT 0, hidden REAL NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE listing (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, started REAL NOT NULL, model TEXT NOT NULL, state TEXT NOT NULL,
    code TEXT NOT NULL, tags TEXT NOT NULL, starred INTEGER NOT NULL, hidden INTEGER NOT NULL);
CREATE INDEX listing_hidden ON listing (hidden);
CREATE INDEX listing_tags ON listing (tags) WHERE tags != '';
CREATE INDEX listing_codes ON listing (code) WHERE code != '';
CREATE VIRTUAL TABLE words USING fts5 (
    prompt, answer, note, tags, tokenize = '{TOKENIZER}', prefix = '1 2 3', columnsize = 0);
"""


def build(db: sqlite3.Connection, version: int) -> None:
    """Make the tables, or bring those of version 1 up to date. Everything in the transaction the caller has open."""
    if version == 0:
        _execute(db, _CHATS)
        _execute(db, _HISTORY)
    elif version == 1:
        _from_1(db)
    db.execute(f"PRAGMA user_version = {SCHEMA}")


def _execute(db: sqlite3.Connection, statements: str) -> None:
    for statement in filter(str.strip, statements.split(";")):
        db.execute(statement)


def _from_1(db: sqlite3.Connection) -> None:
    """Version 1 had no history: what it shows is read from the jobs and results that were kept."""
    db.execute("ALTER TABLE runs RENAME TO runs_1")
    _execute(db, _HISTORY)
    db.execute(
        "INSERT INTO runs (id, kind, owner, started, ended, state, code, error, text, job, result)"
        " SELECT id, kind, owner, started, ended, state, code, error, text, job, result"
        " FROM runs_1 ORDER BY started, rowid"
    )
    db.execute("DROP TABLE runs_1")
    for row in db.execute("SELECT id, job, result FROM runs ORDER BY number").fetchall():
        _describe(db, row["id"], object_of(row["job"]), object_of(row["result"]))


def _describe(db: sqlite3.Connection, id: str, job: dict[str, Any], result: dict[str, Any]) -> None:
    what = asked(job)
    db.execute(
        "UPDATE runs SET prompt = :prompt, stop_reason = :reason, prompt_tokens = :read,"
        " model = coalesce((SELECT model FROM turns WHERE run_id = :id AND model != '' AND run_id != ''), :model),"
        " new_tokens = (SELECT count(*) FROM tokens WHERE run_id = :id),"
        " seconds = CASE state WHEN 'interrupted'"
        " THEN coalesce((SELECT max(seconds) FROM tokens WHERE run_id = :id), 0)"
        " ELSE max(0, coalesce(ended - started, 0)) END WHERE id = :id",
        {
            "id": id,
            "prompt": what.prompt,
            "model": what.model,
            "reason": str(result.get("stop_reason", "")),
            "read": _whole(result.get("prompt_tokens")),
        },
    )
    list_run(db, id)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
