"""The record of every prompt, answer and draft: one SQLite file, written by every process that makes facts.

The window writes conversations, turns and drafts; the engine and the command line write runs and tokens. Nobody
writes the other's rows, so a crash of one loses nothing of the other.
"""

from __future__ import annotations

import array
import json
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from playground.core.conversation import Conversation, Turn
from playground.core.events import Token
from playground.core.opening import open_record


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


class Store:
    """One connection to the record; belongs to one thread. `commit` makes what was written last.

    `remark` says what was done to a damaged file, if anything. With `suspicious` the whole file is checked.
    """

    def __init__(self, path: Path, suspicious: bool = False) -> None:
        self.path = path
        self._db, self.remark = open_record(path, suspicious)

    def close(self) -> None:
        self._db.close()

    def commit(self) -> None:
        self._db.commit()

    def undo(self) -> None:
        """Forget what was written since the last commit."""
        self._db.rollback()

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
        row = self._db.execute("SELECT * FROM conversations WHERE id = ?", (id,)).fetchone()
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

    def begin_run(self, id: str, kind: str, job: object, owner: str) -> None:
        """Write that a job has begun. `job` is its JSON form, `owner` the process that runs it."""
        self._db.execute(
            "INSERT OR REPLACE INTO runs (id, kind, job, owner, started, state) VALUES (?, ?, ?, ?, ?, 'running')",
            (id, kind, clean(json.dumps(job, ensure_ascii=False)), owner, time.time()),
        )

    def add_tokens(self, run_id: str, tokens: Iterable[Token]) -> None:
        """Append tokens, and their text to the run's."""
        tokens = list(tokens)
        self._db.executemany(
            "INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    run_id,
                    t.step,
                    t.id,
                    clean(t.text),
                    t.raw_probability,
                    t.probability,
                    t.rank,
                    t.entropy,
                    t.seconds,
                    pack(t.alternatives),
                )
                for t in tokens
            ],
        )
        text = clean("".join(t.text for t in tokens))
        self._db.execute("UPDATE runs SET text = text || ? WHERE id = ?", (text, run_id))

    def end_run(self, id: str, state: str, result: object = None, code: str = "", error: str = "") -> None:
        """Write how a job ended; a finished result's own text replaces the pieces."""
        words = json.dumps(result, ensure_ascii=False) if result is not None else ""
        text = result.get("text") if isinstance(result, dict) else None
        self._db.execute(
            "UPDATE runs SET state = ?, ended = ?, result = ?, code = ?, error = ?, text = coalesce(?, text)"
            " WHERE id = ?",
            (state, time.time(), clean(words), code, clean(error), text and clean(text), id),
        )

    def run(self, id: str) -> Run | None:
        row = self._db.execute("SELECT * FROM runs WHERE id = ?", (id,)).fetchone()
        return Run(**dict(row)) if row else None

    def runs(self, limit: int = 1000) -> list[Run]:
        """Return the newest runs first."""
        return [Run(**dict(r)) for r in self._db.execute("SELECT * FROM runs ORDER BY started DESC LIMIT ?", (limit,))]

    def tokens(self, run_id: str) -> list[Token]:
        """Return everything known about an answer's tokens, in order."""
        rows = self._db.execute("SELECT * FROM tokens WHERE run_id = ? ORDER BY step", (run_id,))
        return [
            Token(
                r["step"],
                r["id"],
                r["text"],
                _number(r["raw"]),
                _number(r["probability"]),
                r["rank"],
                _number(r["entropy"]),
                r["seconds"],
                unpack(r["alternatives"]),
            )
            for r in rows
        ]

    def running_owners(self) -> set[str]:
        """Return the processes that say they are still running something."""
        return {row["owner"] for row in self._db.execute("SELECT DISTINCT owner FROM runs WHERE state = 'running'")}

    def interrupt(self, owner: str) -> int:
        """Mark what a dead process was running as interrupted; return how many runs."""
        done = self._db.execute(
            "UPDATE runs SET state = 'interrupted', ended = ? WHERE state = 'running' AND owner = ?",
            (time.time(), owner),
        )
        return done.rowcount


def clean(text: str) -> str:
    """Replace lone surrogates, which SQLite cannot store."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def pack(alternatives: Iterable[tuple[int, float]]) -> bytes:
    """Store (token id, log-probability) pairs as 32-bit integers followed by 32-bit floats."""
    pairs = list(alternatives)
    return array.array("i", [i for i, _ in pairs]).tobytes() + array.array("f", [p for _, p in pairs]).tobytes()


def unpack(blob: bytes) -> tuple[tuple[int, float], ...]:
    """Undo `pack`."""
    half = len(blob) // 2
    ids, values = array.array("i"), array.array("f")
    ids.frombytes(blob[:half])
    values.frombytes(blob[half:])
    return tuple(zip(ids, values, strict=True))


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _number(value: float | None) -> float:
    """Undo SQLite's habit of storing "not a number" as nothing."""
    return math.nan if value is None else value
