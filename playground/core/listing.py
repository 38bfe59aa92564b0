"""What the history is filtered and searched by: one narrow row and one row of words for each run.

Both are derived from what the engine wrote (`runs`) and what the user wrote (`annotations`), and made anew whenever
something that they hold has changed. A narrow row is what makes a filter over 100,000 runs quick: the runs
themselves are some kilobytes each.
"""

from __future__ import annotations

import sqlite3

from playground.core.asked import asked, object_of
from playground.core.search_words import indexed

_JOINED = "FROM runs r LEFT JOIN annotations a ON a.run_id = r.id WHERE r.id = ?"


def list_facts(db: sqlite3.Connection, id: str) -> None:
    """Write what a run is filtered by."""
    db.execute(
        "INSERT OR REPLACE INTO listing SELECT r.number, r.id, r.started, r.model, r.state, r.code,"
        f" coalesce(a.tags, ''), coalesce(a.starred, 0), coalesce(a.hidden, 0) > 0 {_JOINED}",
        (id,),
    )


def list_words(db: sqlite3.Connection, id: str) -> None:
    """Write the words a run is found by. Too dear for every piece of a text that still grows."""
    query = "SELECT r.number, r.job, r.prompt, r.text, coalesce(a.note, '') AS note, coalesce(a.tags, '') AS tags"
    row = db.execute(f"{query} {_JOINED}", (id,)).fetchone()
    if row is not None:
        prompt = f"{row['prompt']}\n{asked(object_of(row['job'])).around}"
        texts = [indexed(text) for text in (prompt, row["text"], row["note"], row["tags"])]
        db.execute(
            "INSERT OR REPLACE INTO words (rowid, prompt, answer, note, tags) VALUES (?, ?, ?, ?, ?)",
            (row["number"], *texts),
        )


def list_run(db: sqlite3.Connection, id: str) -> None:
    """Write both."""
    list_facts(db, id)
    list_words(db, id)
