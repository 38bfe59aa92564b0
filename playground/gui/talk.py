"""The conversation on screen: what Send, Stop, Regenerate and the rest do to it.

Knows no widgets. Every change goes to the store at once; an answer goes on when another conversation is opened.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from playground.core.conversation import ROOT, Conversation, Turn, copied, new_id, new_turn, title_from
from playground.core.errors import UserError
from playground.core.events import Token
from playground.core.facts import LoadedInfo
from playground.core.settings import Settings
from playground.core.store import Store
from playground.gui.answers import Answers, Asked, Ending
from playground.gui.client import JobClient
from playground.gui.records import Records
from playground.gui.setup import Setup, setup_to_json
from playground.gui.widgets.cache_parts import CacheUse
from playground.gui.writing import Writing


class Talk(QObject):
    """One conversation at a time on screen; its turns and versions, and the answers being written."""

    opened = Signal(object)  # Conversation: another one is on screen
    path_changed = Signal(object)  # Conversation: the turns on screen are others now
    turn_changed = Signal(object)  # Turn: its text or state is new
    text_added = Signal(str, str)  # turn id, piece
    status_changed = Signal(str)  # what the answer is doing, in words
    writing_changed = Signal(bool)
    use_changed = Signal(object)  # CacheUse: what the answer has taken of prompt and cache so far
    list_changed = Signal()  # names or order of conversations
    pointed = Signal(str)  # turn id: it should come into view
    problem = Signal(object)  # UserError

    def __init__(self, jobs: JobClient, records: Records) -> None:
        super().__init__()
        self._records = records
        self._conversation = fresh()
        self._answers = Answers(jobs)
        self.cache_mb = Settings().cache_mb  # what the prompt cache may keep
        self._elsewhere: dict[str, Conversation] = {}  # conversations still being written in, not on screen
        self._answers.grown.connect(self._on_grown)
        self._answers.moved.connect(self._on_moved)
        self._answers.ended.connect(self._on_ended)
        self._answers.failed.connect(self.problem)

    # -- what is on screen -------------------------------------------------------------------------------------

    @property
    def conversation(self) -> Conversation:
        """The conversation on screen, with what has been written so far."""
        talk, writing = self._conversation, self._answers.of(self._conversation.id)
        if writing is None:
            return talk
        texts = writing.texts()
        return replace(talk, turns=tuple(replace(t, text=texts.get(t.id, t.text)) for t in talk.turns))

    @property
    def is_writing(self) -> bool:
        """Say whether an answer of the conversation on screen is under way."""
        return self._answers.of(self._conversation.id) is not None

    @property
    def anything_writing(self) -> bool:
        return self._answers.any

    @property
    def last_answer(self) -> Turn | None:
        path = self.conversation.path()
        return path[-1] if path and path[-1].role == "assistant" else None

    def new(self, settings: str = "{}") -> None:
        """Show an empty conversation. It is kept from its first word on."""
        self._leave()
        self._conversation = fresh(settings)
        self._shown()

    def open(self, id: str) -> None:
        """Show a conversation from the store, or from memory while it is being written."""
        if id == self._conversation.id:
            return
        if id in self._elsewhere:
            self._leave()
            self._conversation = self._elsewhere.pop(id)
            self._shown()
            return
        self._records.read(lambda store: store.conversation(id), self._on_read)

    def open_at(self, id: str, turn: str) -> None:
        """Show a conversation with the path that leads through this turn."""

        def on_read(found: Conversation | None) -> None:
            if found is None or turn not in found:
                self._on_read(None)
                return
            if id in self._elsewhere:
                self._elsewhere[id] = self._elsewhere[id].showing(turn)
                self.open(id)
            elif id == self._conversation.id:
                self._keep(self._conversation.showing(turn))
                self.path_changed.emit(self.conversation)
            else:
                self._on_read(found.showing(turn))
            self.pointed.emit(turn)

        self._records.read(lambda store: store.conversation(id), on_read)

    def _on_read(self, found: Conversation | None) -> None:
        if found is None:
            self.problem.emit(UserError("This conversation is no longer there.", code="E-STORE"))
            return
        self._leave()
        self._conversation = found
        self._shown()

    def _shown(self) -> None:
        self.opened.emit(self.conversation)
        self.writing_changed.emit(self.is_writing)
        if writing := self._answers.of(self._conversation.id):
            self._on_moved(writing)

    def _leave(self) -> None:
        if self.is_writing:
            self._elsewhere[self._conversation.id] = self._conversation

    # -- what the user does ------------------------------------------------------------------------------------

    def send(self, text: str, setup: Setup, model: LoadedInfo) -> None:
        """Add the user's turn and have it answered; not while an answer is being written."""
        if self.is_writing:
            return
        user = new_turn(self._conversation.leaf, "user", text)
        talk = self._conversation.with_turn(user)
        if not talk.title:
            talk = replace(talk, title=title_from(text))
        self._keep(replace(talk, draft=""), user)
        self._answer(user.id, setup, model, setup.answers)
        self.list_changed.emit()

    def regenerate(self, id: str, setup: Setup, model: LoadedInfo) -> None:
        """Write another version of an answer."""
        turn = self._conversation.turn(id)
        self._answer(turn.id if turn.role == "user" else turn.parent, setup, model, setup.answers)

    def go_on(self, id: str, setup: Setup, model: LoadedInfo) -> None:
        """Write on where an answer ended, as a new version that begins with all of it."""
        talk, turn = self._conversation.id, self._conversation.turn(id)

        def begin(ids: tuple[int, ...]) -> None:
            if self._conversation.id == talk:
                self._answer(turn.parent, setup, model, 1, turn.text, ids)

        # The very tokens of the answer are used where they are known: its text may split differently.
        self._records.read(lambda store: _ids_of(store.tokens(turn.run_id), turn.text), begin)

    def go_on_with(self, id: str, text: str, ids: tuple[int, ...], setup: Setup, model: LoadedInfo) -> None:
        """Write another version of an answer that begins with these tokens, which read as `text`."""
        self._answer(self._conversation.turn(id).parent, setup, model, 1, text, ids)

    def edit(self, id: str, text: str, setup: Setup, model: LoadedInfo | None) -> None:
        """Keep the old message and show a changed version; a user's message is answered anew."""
        old = self._conversation.turn(id)
        turn = new_turn(old.parent, old.role, text, model=old.model)
        self._keep(self._conversation.with_turn(turn), turn)
        self.path_changed.emit(self.conversation)
        if old.role == "user" and model is not None:
            self._answer(turn.id, setup, model, setup.answers)

    def show_version(self, id: str, step: int) -> None:
        """Show the previous or next version of a message, with what follows it."""
        versions = self._conversation.versions(id)
        at = next(i for i, turn in enumerate(versions) if turn.id == id) + step
        if 0 <= at < len(versions):
            self._keep(self._conversation.showing(versions[at].id))
            self.path_changed.emit(self.conversation)
            if writing := self._answers.of(self._conversation.id):
                self._on_moved(writing)

    def branch(self, id: str) -> None:
        """Copy the conversation up to here into a new one and show it."""
        self._show_copy(copied(self.conversation, id), "branch")

    def delete(self, id: str) -> Callable[[], None]:
        """Take a version of a message away; return what brings it back, whatever is on screen then."""
        talk, leaf = self._conversation.id, self._conversation.leaf
        changed = self._conversation.without(id)
        writing, shown = self._answers.of(talk), {turn.id for turn in changed.path()}
        if writing is not None and shown.isdisjoint(answer.turn for answer in writing.answers):
            self.stop()
        self._keep(changed, changed.turn(id))
        self.path_changed.emit(self.conversation)

        def undo() -> None:
            if self._conversation.id == talk:
                self._keep(
                    _with_again(self._conversation, id, leaf), replace(self._conversation.turn(id), deleted=False)
                )
                self.path_changed.emit(self.conversation)
            else:
                self._change_elsewhere(talk, lambda found: _with_again(found, id, leaf), id)

        return undo

    def stop(self) -> None:
        """Stop what is being written in the conversation on screen; what there is is kept."""
        self._answers.stop(self._conversation.id)

    def keep_draft(self, text: str) -> None:
        """Save the unsent text."""
        if text != self._conversation.draft:
            touch = self._has_row or bool(text.strip())
            self._keep(replace(self._conversation, draft=text), touch=touch)

    def keep_setup(self, setup: Setup) -> None:
        """Save the run settings and prompt parts with the conversation."""
        settings = setup_to_json(setup)
        if settings != self._conversation.settings:
            self._keep(replace(self._conversation, settings=settings), touch=self._has_row)

    def rename(self, id: str, title: str) -> None:
        """Give a conversation another name."""
        if id == self._conversation.id:
            self._keep(replace(self._conversation, title=title))
            self.list_changed.emit()
            return
        self._change_elsewhere(id, lambda talk: replace(talk, title=title))

    def set_trashed(self, id: str, trashed: bool) -> None:
        """Put a conversation into the trash, or take it out."""
        when = time.time() if trashed else 0.0
        if id == self._conversation.id:
            if trashed:
                self.stop()
            self._keep(replace(self._conversation, trashed=when))
            if trashed:
                self.new(self._conversation.settings)
            self.list_changed.emit()
            return
        if trashed:
            self._answers.stop(id)
        self._change_elsewhere(id, lambda talk: replace(talk, trashed=when))

    def duplicate(self, id: str) -> None:
        """Copy a conversation with all its versions, and show the copy."""

        def on_read(found: Conversation | None) -> None:
            if found is not None:
                self._show_copy(copied(found), "copy")

        if id == self._conversation.id:
            on_read(self.conversation)
        else:
            self._records.read(lambda store: store.conversation(id), on_read)

    def _show_copy(self, copy: Conversation, what: str) -> None:
        """Show a copied conversation and keep it; an answer still being written stays with the original."""
        turns = tuple(replace(t, state="stopped") if t.state == "writing" else t for t in copy.turns)
        self._leave()
        self._keep(replace(copy, turns=turns, title=f"{copy.title} ({what})"), *turns)
        self._shown()
        self.list_changed.emit()

    def _change_elsewhere(self, id: str, change: Callable[[Conversation], Conversation], turn: str = "") -> None:
        """Change a conversation that is not on screen, and one turn of it when that is named."""
        if id in self._elsewhere:
            self._elsewhere[id] = change(self._elsewhere[id])

        def work(store: Store) -> None:
            if (talk := store.conversation(id)) is not None:
                changed = change(talk)
                store.save_conversation(changed)
                if turn:
                    store.save_turns(id, [changed.turn(turn)])

        self._records.read(work, lambda _: self.list_changed.emit())

    # -- the answers -------------------------------------------------------------------------------------------

    def _answer(
        self, parent: str, setup: Setup, model: LoadedInfo, count: int, so_far: str = "", ids: tuple[int, ...] = ()
    ) -> None:
        """Have `count` answers written below `parent`, as versions of each other; the first one is shown."""
        if self.is_writing:
            return
        prompt = setup.prompt(tuple(turn.message() for turn in self._conversation.path(parent)))
        begun, name = so_far or prompt.reply_start, model.model.name
        turns = tuple(
            new_turn(parent, "assistant", begun, run_id=new_id(), state="writing", model=name) for _ in range(count)
        )
        if so_far:
            prompt = replace(prompt, reply_start="" if ids else so_far)
        talk = self._conversation
        for turn in turns:
            talk = talk.with_turn(turn)
        self._keep(replace(talk, leaf=turns[0].id), *turns)
        asked = Asked(model.model.path, prompt, setup.run, ids, self.cache_mb)
        writing = self._answers.begin(talk.id, turns, asked)
        self.path_changed.emit(self.conversation)
        self.writing_changed.emit(True)
        self._on_moved(writing)

    def _on_grown(self, writing: Writing, turn: str, piece: str) -> None:
        if turn == self._conversation.leaf:  # an answer being written is the end of its path
            self.text_added.emit(turn, piece)

    def _on_moved(self, writing: Writing) -> None:
        if writing.talk == self._conversation.id:
            self.status_changed.emit(writing.status_of(self._conversation.leaf))
            if (use := writing.use()) is not None:
                self.use_changed.emit(use)

    def _on_ended(self, writing: Writing, endings: tuple[Ending, ...], use: CacheUse | None) -> None:
        here = writing.talk == self._conversation.id
        talk = self._conversation if here else self._elsewhere.pop(writing.talk)
        turns = tuple(replace(talk.turn(e.turn), text=e.text, state=e.state, stats=e.stats) for e in endings)
        for turn in turns:
            talk = talk.with_turn(turn)
        self._save(talk, *turns)
        if here:
            self._conversation = talk
            for turn in turns:
                self.turn_changed.emit(turn)
            self.writing_changed.emit(False)
            self.status_changed.emit("")
            if use is not None:
                self.use_changed.emit(use)

    @property
    def _has_row(self) -> bool:
        """Say whether the conversation on screen has been written down: from its first word on."""
        return bool(self._conversation.turns or self._conversation.draft.strip())

    # -- keeping -----------------------------------------------------------------------------------------------

    def _keep(self, talk: Conversation, *turns: Turn, touch: bool = True) -> None:
        """Take a changed conversation and write it down; an untouched empty one is not worth a row."""
        self._conversation = talk
        if touch:
            self._save(talk, *turns)

    def _save(self, talk: Conversation, *turns: Turn) -> None:
        def work(store: Store) -> None:
            store.save_conversation(talk)
            store.save_turns(talk.id, turns)

        self._records.write(work)


def fresh(settings: str = "{}") -> Conversation:
    """Return an empty conversation."""
    now = time.time()
    return Conversation(new_id(), leaf=ROOT, settings=settings, created=now, updated=now)


def _with_again(talk: Conversation, id: str, leaf: str) -> Conversation:
    """Return the conversation with a deleted turn brought back and the path that was shown before.

    Deletions are taken back in any order: below a turn that is still deleted nothing is shown yet, and a path that
    has become longer meanwhile is shown to its end.
    """
    again = talk.with_turn(replace(talk.turn(id), deleted=False))
    if any(turn.deleted for turn in again.path(id)):
        return again
    whole = not any(turn.deleted for turn in again.path(leaf))
    return again.showing(leaf if whole and id in {turn.id for turn in again.path(leaf)} else id)


def _ids_of(tokens: list[Token], text: str) -> tuple[int, ...]:
    """Return the ids of an answer's tokens if they are all there is to its text."""
    return tuple(t.id for t in tokens) if tokens and "".join(t.text for t in tokens) == text else ()
