"""Answers with known numbers, as the engine would have recorded them."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

from playground.core.events import Token
from playground.core.facts import Message, PromptInput, ReplyInfo
from playground.core.history import Record
from playground.core.history import record as record_of
from playground.core.plain import dump, to_plain
from playground.core.store import Store
from playground.gui.tokens.answer import Answer
from playground.jobs.reply import Reply
from playground.recipes.run_settings import RunSettings, full_chain
from tests.gui.history.filled import INFO, NOON, PATH, write

END = 2
WORDS = (" the", " a", " of", " light", " sea", " and", " at", " ships", " rocks", " night", " it", " is", " to", "\n")
"""What alternatives are called: the text of id 500 + n."""

PIECES = (
    "A", " light", "house", " is", " a", " tower", " with", " a", " bright", " lamp", " at", " the", " top", ".", "\n",
    "\n", "It", " tells", " ships", " at", " night", " where", " the", " coast", " is", ",", " so", " they", " do",
    " not", " run", " onto", " the", " rocks", ".", " Mr", " Poulton", " kept", " one", "\t", "for", " 40", " years",
    ".", "",
)  # fmt: skip


def token(step: int, text: str, share: float = 0.5, **facts: Any) -> Token:
    """Return a token that was held this probable; `ranks` are the alternatives as (id, probability)."""
    ranks = facts.pop("ranks", ((100 + step, share),))
    alternatives = tuple((id, math.log(value)) for id, value in ranks)
    usual = {"probability": min(1.0, 1.25 * share), "rank": 1, "entropy": math.log(2), "seconds": 0.05 * (step + 1)}
    return Token(step, facts.pop("id", 100 + step), text, share, alternatives=alternatives, **{**usual, **facts})


def unknown(step: int, text: str) -> Token:
    """Return a token of which nothing was measured."""
    return Token(step, 100 + step, text, math.nan, math.nan, 0, math.nan, math.nan)


def lively(pieces: tuple[str, ...] = PIECES, seed: int = 4, end: bool = True) -> tuple[Token, ...]:
    """Return an answer with luck in it; its last piece is the end of turn unless `end` says otherwise."""
    source = random.Random(seed)
    made = []
    for step, text in enumerate(pieces):
        is_end = end and step == len(pieces) - 1
        id = END if is_end else 100 + step
        best = source.choice((0.22, 0.41, 0.56, 0.72, 0.83, 0.92, 0.97, 0.994))
        rank = 1 if is_end or source.random() < 0.8 else source.choice((2, 2, 3, 4, 7))
        rank = 83 if text == " Poulton" else rank
        left = (1 - best) * 0.96
        shares = [best, *(left * 0.14 * 0.86**place for place in range(49))]
        ids = [500 + (step * 7 + place) % 60 for place in range(50)]
        if rank <= len(ids):
            ids[rank - 1] = id
        if not is_end:
            ends = {".": 1, "years": 1, "\n": 4}.get(text, 9 + step % 60)
            if ends < len(ids) and ends != rank - 1:
                ids[ends] = END
        share = shares[rank - 1] if rank <= len(shares) else 0.1 * shares[-1]
        entropy = -sum(p * math.log(p) for p in shares)
        made.append(
            token(
                step, text, share, id=id, rank=rank, entropy=entropy, probability=min(1.0, 1.1 * share),
                ranks=tuple(zip(ids, shares, strict=True)),
            )
        )  # fmt: skip
    return tuple(made)


def long(number: int = 2000) -> tuple[Token, ...]:
    """Return a long answer that ran on to max tokens."""
    return lively(tuple(PIECES[at % (len(PIECES) - 1)] for at in range(number)), end=False)


def write_answer(
    store: Store, id: str, tokens: tuple[Token, ...], prompt: str = "What is a lighthouse for?", *,
    state: str = "done", reason: str = "end of turn", started: float = NOON, error: str = "", path: str = PATH,
) -> str:  # fmt: skip
    """Write a run with these tokens; return its id."""
    if tokens:
        settings = RunSettings(full_chain(), seed=INFO.seed)
        store.begin_run(
            id, "jobs/reply", dump(Reply(id, path, PromptInput((Message("user", prompt),)), settings)), "me"
        )
        store.settle_run(
            id, to_plain(replace(INFO, model=path, effective=("temperature 0.7", "top-p 0.95", "top-k 40")))
        )
        store.add_tokens(id, tokens)
        told = ReplyInfo("".join(t.text for t in tokens), reason, 310, len(tokens), 2.0, 1.5, INFO.seed)
        if state != "running":
            store.end_run(id, state, to_plain(told) if state == "done" else None, "", error)
        store.db.execute("UPDATE runs SET started = ?, seconds = 3.5 WHERE id = ?", (started, id))
        store.commit()
        return id
    return write(store, id, prompt, state=state, error=error, started=started)


def read(store: Store, id: str) -> Record:
    found = record_of(store, id)
    assert found is not None
    return found


def answer(*tokens: Token, ended: bool = False, texts: dict[int, str] | None = None) -> Answer:
    return Answer(tokens, ended, texts)


def texts_for(ids: tuple[int, ...]) -> tuple[str, ...]:
    """Return what the engine would answer for ids of `lively`."""
    return tuple(_text(id) for id in ids)


def _text(id: int) -> str:
    if id == END:
        return "<|im_end|>"
    if 100 <= id < 100 + len(PIECES):
        return PIECES[id - 100]
    return WORDS[(id - 500) % len(WORDS)] if id >= 500 else ""
