"""The record of every prompt, answer and draft: one SQLite file, written by every process that makes facts.

The window writes conversations, turns and drafts; the engine and the command line write runs and tokens. Nobody
writes the other's rows, so a crash of one loses nothing of the other.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.core.asked import asked
from playground.core.conversation import Conversation, Turn
from playground.core.events import Token
from playground.core.listing import list_facts, list_run
from playground.core.opening import open_record
from playground.core.token_rows import clean, row_of, token_from


@dataclass(frozen=True)
class Headline:
    """A conversation as its list shows it."""

    id: str
    title: str
    updated: float
    turns: int


@dataclass(frozen=True)
class Run:
    """What a job produced. `state` is "running", "done", "stopped", "interrupted" or "failed"."""

    id: str
    kind: str
    job: str
    owner: str
    started: float
    ended: float | None
    state: str
    text: str
    result: str
    code: str
    error: str


_RUN = "id, kind, job, owner, started, ended, state, text, result, code, error"


class Store:
    """One connection to the record; belongs to one thread. `commit` makes what was written last.

    `remark` says what was done to a damaged file, if anything. With `suspicious` the whole file is checked.
    """

    def __init__(self, path: Path, suspicious: bool = False) -> None:
        self.path = path
        self._db, self.remark = open_record(path, suspicious)

    def close(self) -> None:
        self._db.close()

    @property
    def db(self) -> sqlite3.Connection:
        """The connection, for `core.history`, which reads and annotates."""
        return self._db

    def commit(self) -> None:
        self._db.commit()

    def undo(self) -> None:
        """Forget what was written since the last commit."""
        self._db.rollback()

    def take_over(self, source: sqlite3.Connection) -> None:
        """Replace what is in here with all of a record of the same form; one of another form is left alone."""
        form, own = (db.execute("PRAGMA user_version").fetchone()[0] for db in (source, self._db))
        if form == own:
            source.backup(self._db)

    # -- conversations ------------------------------------------------------------------------------------------

    def save_conversation(self, talk: Conversation) -> None:
        """Write a conversation's own row; its turns are saved one by one."""
        self._db.execute(
            "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " title=excluded.title, leaf=excluded.leaf, draft=excluded.draft, settings=excluded.settings,"
            " updated=excluded.updated, trashed=excluded.trashed",
            (
                talk.id,
                clean(talk.title),
                talk.leaf,
                clean(talk.draft),
                clean(talk.settings),
                talk.created,
                talk.updated,
                talk.trashed,
            ),
        )

    def save_turns(self, conversation: str, turns: Iterable[Turn]) -> None:
        """Write or rewrite turns."""
        self._db.executemany(
            # An upsert keeps the row's place, and with it the order of the versions.
            "INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " text=excluded.text, run_id=excluded.run_id, state=excluded.state, model=excluded.model,"
            " stats=excluded.stats, deleted=excluded.deleted",
            [
                (
                    t.id,
                    conversation,
                    t.parent,
                    t.role,
                    clean(t.text),
                    t.created,
                    t.run_id,
                    t.state,
                    clean(t.model),
                    clean(t.stats),
                    int(t.deleted),
                )
                for t in turns
            ],
        )

    def conversation(self, id: str) -> Conversation | None:
        """Return a conversation with all its turns; what the engine wrote completes what the window knew."""
        row = self._db.execute("SELECT * FROM conversations WHERE id = ?", (clean(id),)).fetchone()
        if row is None:
            return None
        return Conversation(
            id=row["id"],
            title=row["title"],
            turns=tuple(self._turns_of(id)),
            leaf=row["leaf"],
            draft=row["draft"],
            settings=row["settings"],
            created=row["created"],
            updated=row["updated"],
            trashed=row["trashed"],
        )

    def _turns_of(self, conversation: str) -> Iterable[Turn]:
        rows = self._db.execute(
            "SELECT t.*, r.text AS written, r.state AS outcome FROM turns t LEFT JOIN runs r ON r.id = t.run_id"
            " WHERE t.conversation = ? ORDER BY t.rowid",
            (conversation,),
        )
        for row in rows:
            text, state = row["text"], row["state"]
            if state == "writing":  # the window did not live to see the end; the engine's record tells it
                text += row["written"] or ""  # the turn itself holds what stood before the first new token
                state = row["outcome"] if row["outcome"] in ("done", "stopped", "failed") else "interrupted"
            yield Turn(
                row["id"],
                row["parent"],
                row["role"],
                text,
                row["created"],
                row["run_id"],
                state,
                row["model"],
                row["stats"],
                bool(row["deleted"]),
            )

    def headlines(self, search: str = "", trashed: bool = False, limit: int = 500) -> list[Headline]:
        """List conversations that hold anything, the newest first; `search` looks into titles and messages."""
        pattern = f"%{_like(search)}%"
        rows = self._db.execute(
            "SELECT c.id, c.title, c.updated,"
            " (SELECT count(*) FROM turns t WHERE t.conversation = c.id AND NOT t.deleted) AS turns"
            " FROM conversations c WHERE (c.trashed > 0) = ? AND (c.draft != '' OR turns > 0)"
            " AND (? = '%%' OR c.title LIKE ? ESCAPE '\\' OR EXISTS"
            " (SELECT 1 FROM turns t WHERE t.conversation = c.id AND NOT t.deleted AND t.text LIKE ? ESCAPE '\\'))"
            " ORDER BY c.updated DESC LIMIT ?",
            (int(trashed), pattern, pattern, pattern, limit),
        )
        return [Headline(row["id"], row["title"], row["updated"], row["turns"]) for row in rows]

    # -- runs ---------------------------------------------------------------------------------------------------

    def begin_run(self, id: str, kind: str, job: dict[str, Any], owner: str) -> None:
        """Write that a job has begun. `job` is its JSON form, `owner` the process that runs it.

        Its words are found from its end on: written twice, the index would be twice as large and slow.
        """
        what = asked(job)
        self._db.execute(
            "INSERT INTO runs (id, kind, owner, started, model, prompt, job, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 'running') ON CONFLICT (id) DO UPDATE SET kind = excluded.kind,"
            " owner = excluded.owner, started = excluded.started, model = excluded.model, prompt = excluded.prompt,"
            " job = excluded.job, state = 'running', ended = NULL, seconds = 0, code = '', error = '',"
            " stop_reason = '', prompt_tokens = 0, new_tokens = 0, text = '', info = '', result = ''",
            (
                id,
                kind,
                owner,
                time.time(),
                clean(what.model),
                clean(what.prompt),
                clean(json.dumps(job, ensure_ascii=False)),
            ),
        )
        list_facts(self._db, id)

    def settle_run(self, id: str, info: dict[str, Any]) -> None:
        """Write what an answer depends on, as soon as it is known. `info` is the JSON form of a RunInfo."""
        self._db.execute(
            "UPDATE runs SET info = ?, model = ?, prompt_tokens = ? WHERE id = ?",
            (
                clean(json.dumps(info, ensure_ascii=False)),
                clean(info["model_name"]),
                info["prompt_tokens"],
                id,
            ),
        )
        list_facts(self._db, id)

    def add_tokens(self, run_id: str, tokens: Iterable[Token]) -> None:
        """Append tokens, and their text to the run's. The words are listed at its end."""
        tokens = list(tokens)
        self._db.executemany(
            "INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [row_of(run_id, t) for t in tokens]
        )
        text = clean("".join(t.text for t in tokens))
        self._db.execute("UPDATE runs SET text = text || ? WHERE id = ?", (text, run_id))

    def end_run(self, id: str, state: str, result: object = None, code: str = "", error: str = "") -> None:
        """Write how a job ended; a finished result's own text and counts replace those of the pieces."""
        words = json.dumps(result, ensure_ascii=False) if result is not None else ""
        told = result if isinstance(result, dict) else {}
        self._db.execute(
            "UPDATE runs SET state = :state, ended = :now, seconds = max(0, :now - started), result = :result,"
            " code = :code, error = :error, text = coalesce(:text, text), stop_reason = :reason,"
            " prompt_tokens = coalesce(:read, prompt_tokens),"
            " new_tokens = coalesce(:written, (SELECT count(*) FROM tokens WHERE run_id = :id)) WHERE id = :id",
            {
                "id": id,
                "state": state,
                "now": time.time(),
                "result": clean(words),
                "code": code,
                "error": clean(error),
                "text": told.get("text") and clean(told["text"]),
                "reason": clean(told.get("stop_reason", "")),
                "read": told.get("prompt_tokens"),
                "written": told.get("new_tokens"),
            },
        )
        list_run(self._db, id)

    def run(self, id: str) -> Run | None:
        row = self._db.execute(f"SELECT {_RUN} FROM runs WHERE id = ?", (id,)).fetchone()
        return Run(**dict(row)) if row else None

    def runs(self, limit: int = 1000) -> list[Run]:
        """Return the newest runs first."""
        return [
            Run(**dict(r)) for r in self._db.execute(f"SELECT {_RUN} FROM runs ORDER BY number DESC LIMIT ?", (limit,))
        ]

    def tokens(self, run_id: str) -> list[Token]:
        """Return everything known about an answer's tokens, in order."""
        return [
            token_from(r) for r in self._db.execute("SELECT * FROM tokens WHERE run_id = ? ORDER BY step", (run_id,))
        ]

    def running_owners(self) -> set[str]:
        """Return the processes that say they are still running something."""
        return {row["owner"] for row in self._db.execute("SELECT DISTINCT owner FROM runs WHERE state = 'running'")}

    def interrupt(self, owner: str) -> int:
        """Mark what a dead process was running as interrupted, and list its words; return how many runs."""
        query = "SELECT id FROM runs WHERE state = 'running' AND owner = ?"
        lost = [row["id"] for row in self._db.execute(query, (owner,)).fetchall()]
        for id in lost:
            self._db.execute(
                "UPDATE runs SET state = 'interrupted', ended = :now,"
                " seconds = coalesce((SELECT max(seconds) FROM tokens WHERE run_id = :id), 0),"
                " new_tokens = (SELECT count(*) FROM tokens WHERE run_id = :id) WHERE id = :id",
                {"id": id, "now": time.time()},
            )
            list_run(self._db, id)
        return len(lost)


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
