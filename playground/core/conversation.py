"""A conversation as a tree: every version of every message is kept, one path through it is shown."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from playground.core.facts import Message

ROOT = ""
"""The parent of the first messages."""


def new_id() -> str:
    """Return a fresh identity for a message, conversation or run."""
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Turn:
    """One message of the tree. An assistant's turn points to the run that wrote it.

    `state` is "done", "writing", "stopped", "interrupted" or "failed".
    """

    id: str
    parent: str
    role: str
    text: str
    created: float = 0.0
    run_id: str = ""
    state: str = "done"
    model: str = ""  # the name of the model that wrote it
    stats: str = ""
    deleted: bool = False

    def message(self) -> Message:
        return Message(self.role, self.text)


@dataclass(frozen=True)
class Conversation:
    """The tree of turns and the leaf of the path on screen. Changing it returns a new one."""

    id: str
    title: str = ""
    turns: tuple[Turn, ...] = ()
    leaf: str = ROOT
    draft: str = ""
    settings: str = "{}"  # the run settings and prompt parts, as JSON
    created: float = 0.0
    updated: float = 0.0
    trashed: float = 0.0
    _by_id: dict[str, Turn] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {turn.id: turn for turn in self.turns})

    def turn(self, id: str) -> Turn:
        return self._by_id[id]

    def __contains__(self, id: object) -> bool:
        return id in self._by_id

    def path(self, leaf: str | None = None) -> tuple[Turn, ...]:
        """Return the turns from the beginning to the leaf (the shown one unless another is named)."""
        steps: list[Turn] = []
        at = self.leaf if leaf is None else leaf
        while at in self._by_id:
            steps.append(self._by_id[at])
            at = steps[-1].parent
        return tuple(reversed(steps))

    def versions(self, id: str) -> tuple[Turn, ...]:
        """Return the siblings of a turn that are not deleted, oldest first, itself among them."""
        turn = self._by_id[id]
        return tuple(t for t in self.turns if t.parent == turn.parent and t.role == turn.role and not t.deleted)

    def with_turn(self, turn: Turn) -> Conversation:
        """Add a turn, or replace the one with its id; a new one becomes the leaf."""
        if turn.id in self._by_id:
            turns = tuple(turn if t.id == turn.id else t for t in self.turns)
            return replace(self, turns=turns)
        return replace(self, turns=(*self.turns, turn), leaf=turn.id, updated=time.time())

    def showing(self, id: str) -> Conversation:
        """Return the conversation with the path that leads through this turn to its newest end."""
        return replace(self, leaf=self._end_below(id))

    def without(self, id: str) -> Conversation:
        """Mark a turn deleted and show the nearest version left, or the path up to its parent."""
        doomed = self._by_id[id]
        versions = [t for t in self.versions(id) if t.id != id]
        gone = self.with_turn(replace(doomed, deleted=True))
        on_path = any(t.id == id for t in self.path())
        if not on_path:
            return gone
        return gone.showing(versions[-1].id) if versions else replace(gone, leaf=doomed.parent)

    def _end_below(self, id: str) -> str:
        newest_child = {t.parent: t.id for t in self.turns if not t.deleted}
        while id in newest_child:
            id = newest_child[id]
        return id


def new_turn(parent: str, role: str, text: str, **facts: str) -> Turn:
    """Return a fresh turn below `parent`."""
    return Turn(new_id(), parent, role, text, created=time.time(), **facts)  # type: ignore[arg-type]


def title_from(text: str, limit: int = 48) -> str:
    """Return a conversation's name from its first message."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def copied(conversation: Conversation, leaf: str | None = None) -> Conversation:
    """Return a copy under new ids: the whole tree, or only the path to `leaf`."""
    turns: Iterable[Turn] = conversation.turns if leaf is None else conversation.path(leaf)
    names = {turn.id: new_id() for turn in turns}
    moved = tuple(replace(t, id=names[t.id], parent=names.get(t.parent, ROOT)) for t in turns)
    now = time.time()
    return replace(
        conversation,
        id=new_id(),
        turns=moved,
        leaf=names.get(conversation.leaf if leaf is None else leaf, ROOT),
        draft="",
        created=now,
        updated=now,
        trashed=0.0,
    )
