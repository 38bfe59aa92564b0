"""A chat of many turns, as an application used for months would hold it."""

from __future__ import annotations

from playground.core.conversation import Conversation, Turn
from playground.core.store import Store
from tests.screens.scenes import ANSWER


def long_talk(count: int) -> Conversation:
    """Return a chat with so many turns."""
    turns = []
    for at in range(count):
        role, text = ("user", f"Question {at}?") if at % 2 == 0 else ("assistant", f"Answer {at}.\n\n{ANSWER}")
        turns.append(Turn(f"t{at}", f"t{at - 1}" if at else "", role, text, created=float(at), model="Toy"))
    return Conversation("long", "Long", tuple(turns), turns[-1].id, created=1.0, updated=2.0)


def save(store: Store, talk: Conversation) -> None:
    store.save_conversation(talk)
    store.save_turns(talk.id, talk.turns)
    store.commit()
