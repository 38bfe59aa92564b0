"""What is done with whole conversations: list, rename, duplicate, trash, export."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from playground.core.conversation import Conversation
from playground.core.errors import UserError
from playground.core.export import to_json, to_markdown
from playground.core.paths import write_atomically
from playground.core.roles import file_name
from playground.gui.chat.conversation_list import ConversationList
from playground.gui.records import Records
from playground.gui.talk import Talk


class Library(QObject):
    """Stands between the list of conversations and the talk. Without an id it means the one on screen."""

    done = Signal(str, object, object)  # what was done, undo, redo
    notice = Signal(str)
    problem = Signal(object)  # UserError

    def __init__(self, talk: Talk, view: ConversationList, records: Records) -> None:
        super().__init__()
        self._talk, self._list, self._records = talk, view, records
        view.rename_requested.connect(talk.rename)
        view.duplicate_requested.connect(talk.duplicate)
        view.trash_requested.connect(self.trash)
        view.restore_requested.connect(self.restore)
        view.export_requested.connect(self.export)
        view.search_changed.connect(lambda *_: self.refresh())

    def refresh(self) -> None:
        """Read the list again."""
        search, trashed = self._list.search.text(), self._list.trash.isChecked()
        self._records.read(
            lambda store: store.headlines(search, trashed),
            lambda found: self._list.show_headlines(found, self._talk.conversation.id),
        )

    def rename(self) -> None:
        """Let the user type another name for the conversation on screen."""
        self._list.rename(self._talk.conversation.id)

    def duplicate(self) -> None:
        self._talk.duplicate(self._talk.conversation.id)

    def trash(self, id: str = "") -> None:
        """Put a conversation into the trash, with Undo."""
        id = id or self._talk.conversation.id
        here = id == self._talk.conversation.id

        def undo() -> None:
            self._talk.set_trashed(id, False)
            if here:
                self._talk.open(id)

        self._talk.set_trashed(id, True)
        self.done.emit("Chat moved to the trash.", undo, lambda: self._talk.set_trashed(id, True))

    def restore(self, id: str) -> None:
        """Take a conversation out of the trash."""
        self._talk.set_trashed(id, False)
        self.notice.emit("Chat restored.")

    def export(self, id: str = "") -> None:
        """Ask for a file and write a conversation into it."""
        id = id or self._talk.conversation.id
        name = f"{file_name(self._list.title_of(id) or self._talk.conversation.title)}.md"
        file, kind = QFileDialog.getSaveFileName(self._list, "Export the chat", name, "Markdown (*.md);;JSON (*.json)")
        if file:
            ending = Path(file).suffix.lower()
            self.export_to(id, Path(file), ending == ".json" or (ending != ".md" and "json" in kind))

    def export_to(self, id: str, file: Path, as_json: bool) -> None:
        """Write a conversation to a file."""

        def write(talk: Conversation | None) -> None:
            if talk is None:
                return
            try:
                write_atomically(file, to_json(talk) if as_json else to_markdown(talk))
            except OSError as error:
                self.problem.emit(UserError(f"{file.name} cannot be written: {error.strerror}.", code="E-FILE"))
                return
            self.notice.emit(f"Saved as {file.name}.")

        if id == self._talk.conversation.id:
            write(self._talk.conversation)
        else:
            self._records.read(lambda store: store.conversation(id), write)
