"""A record with something in it, as the engine would have written it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from playground.core import history
from playground.core.events import Token
from playground.core.facts import Message, PromptInput, ReplyInfo, RunInfo
from playground.core.listing import list_run
from playground.core.plain import dump, to_plain
from playground.core.store import Store
from playground.jobs.reply import Reply
from playground.recipes.run_settings import RunSettings, effective, full_chain

NOON = 1_699_963_200.0  # long ago, at noon in Greenwich: lists show the same date in most places
PATH = "models/smol"
NAME = "SmolLM2-135M-Instruct.Q4_1"

INFO = RunInfo(
    PATH,
    NAME,
    "9f2c41d07be3a655",
    "51ad0c9be2217f40",
    "e07a33c15b9d8f12",
    dtype="float16",
    reading_dtype="bfloat16",
    path_kind="lean",
    threads=2,
    chunk=256,
    prompt_tokens=310,
    seed=4_107_391_204,
    versions=(("torch", "2.10.0"), ("transformers", "5.23.0"), ("playground", "0.3.0")),
)


def tokens(text: str) -> list[Token]:
    """Return a token for each word."""
    words = text.split(" ")
    return [
        Token(step, 100 + step, word if step == 0 else f" {word}", 0.4, 0.5, 1, 1.2, 0.05 * (step + 1))
        for step, word in enumerate(words)
    ]


def write(
    store: Store, id: str, prompt: str, answer: str = "", *, started: float = NOON, state: str = "done", code: str = "",
    error: str = "", system: str = "", earlier: tuple[Message, ...] = (), reason: str = "end of turn",
    seconds: float = 3.5, info: RunInfo | None = INFO, name: str = "", path: str = PATH,
) -> str:  # fmt: skip
    """Write one run; return its id."""
    settings = RunSettings(full_chain(), seed=INFO.seed)
    asked = PromptInput((*earlier, Message("user", prompt)), system=system)
    store.begin_run(id, "jobs/reply", dump(Reply(id, path, asked, settings)), "me")
    if info is not None:
        info = replace(info, model=path, effective=effective(settings), model_name=name or info.model_name)
        store.settle_run(id, to_plain(info))
    written = tokens(answer) if answer else []
    store.add_tokens(id, written)
    if state != "running":
        told = ReplyInfo(answer, reason, 310, len(written), 2.0, 1.5, INFO.seed)
        store.end_run(id, state, to_plain(told) if state == "done" else None, code, error)
    store.db.execute("UPDATE runs SET started = ?, seconds = ? WHERE id = ?", (started, seconds, id))
    list_run(store.db, id)
    store.commit()
    return id


def write_many(store: Store, number: int) -> None:
    """Write runs r0, r1, … a minute apart; the last one is the newest."""
    for at in range(number):
        write(store, f"r{at}", f"Question {at} about llamas", f"Answer {at}.", started=NOON + 60 * at, info=None)


def entry_of(store: Store, id: str) -> history.Entry:
    found = history.record(store, id)
    assert found is not None
    return found.entry


def listed(store: Store, **wanted: Any) -> list[str]:
    """Return the ids that are found."""
    return list(history.ids(store, history.Filter(**wanted)))


_WORDS = "llama river lamp keeper stone ocean wind garden paper engine cloud bridge candle forest winter summer".split()  # noqa: SIM905
_BEFORE = 128  # runs that are really written


def write_very_many(store: Store, number: int) -> None:
    """Write so many runs in a few seconds, a minute apart: some are written, the others are copies of their rows."""
    for at in range(min(number, _BEFORE)):
        words = " ".join(_WORDS[(7 * at + 3 * place) % len(_WORDS)] for place in range(6))
        state, code = (("done", ""), ("stopped", ""), ("failed", "E-OOM"))[at % 3]
        began = NOON + 60 * at
        asked, told = f"Question about {words}", f"Answer {at}: {words}."
        write(store, f"r{at}", asked, told, started=began, state=state, code=code, info=None)
    written = _BEFORE
    while written < number:
        more = min(written, number - written)
        for table, key in (("runs", "number"), ("listing", "number"), ("words", "rowid")):
            names = [row["name"] for row in store.db.execute(f"PRAGMA table_info({table})") if row["name"] != key]
            new = {"id": f"'r' || ({key} - 1 + {written})", "started": f"started + {60 * written}"}
            values = ", ".join(new.get(name, name) for name in names)
            store.db.execute(
                f"INSERT INTO {table} ({key}, {', '.join(names)}) SELECT {key} + {written}, {values} FROM {table}"
                f" WHERE {key} <= {more}"
            )
        written += more
    store.commit()
