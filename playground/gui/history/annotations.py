"""Note and tags of one record, kept as they are typed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QCompleter, QFrame, QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout

from playground.gui.icons import pixmap
from playground.gui.theme import Theme
from playground.gui.widgets.labels import line

SAVE_MS = 600
LONGEST_TAG = 40
LINES = (2, 8)  # the note grows between these


class Annotations(QFrame):
    """Edits the note and the tags of the record that is shown."""

    noted = Signal(str, str)  # id, note
    tagged = Signal(str, object)  # id, tuple[str, ...]

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._id = ""
        self._note, self._tags = "", ()  # type: tuple[str, tuple[str, ...]]
        self.setProperty("kind", "card")
        self.tags = TagField()
        self.note = _NoteField()
        self._pause = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._pause.timeout.connect(self.keep)
        self.note.textChanged.connect(self._on_typed)
        self.tags.textEdited.connect(lambda _: self._pause.start())
        self.tags.completed.connect(self._pause.start)
        self.tags.editingFinished.connect(self.keep)
        self.note.left.connect(self.keep)
        theme.changed.connect(self._dress)
        self._arrange()
        self._dress()

    def show_record(self, id: str, note: str, tags: tuple[str, ...]) -> None:
        """Show another record's words; what was typed for the one before is kept first."""
        if id == self._id:
            return  # it was read again: nobody but these fields changes it, and what is typed is newer
        self.keep()
        self._id, self._note, self._tags = id, note, tags
        self.note.setPlainText(note)
        self.tags.setText(", ".join(tags))
        self._pause.stop()
        self._fit()

    def offer_tags(self, tags: Sequence[str]) -> None:
        """Complete these tags."""
        self.tags.offer(tags)

    def keep(self) -> None:
        """Tell what has changed since it was told last."""
        self._pause.stop()
        note, tags = self.note.toPlainText(), tags_in(self.tags.text())
        if self._id and note != self._note:
            self._note = note
            self.noted.emit(self._id, note)
        if self._id and tags != self._tags:
            self._tags = tags
            self.tagged.emit(self._id, tags)

    # -- inside --------------------------------------------------------------------------------------------------

    def _on_typed(self) -> None:
        self._pause.start()
        self._fit()

    def _fit(self) -> None:
        """Make the note as high as its text."""
        lines = min(LINES[1], max(LINES[0], round(self.note.document().size().height())))
        self.note.setFixedHeight(lines * self.note.fontMetrics().lineSpacing() + self._theme.px(10))

    def _arrange(self) -> None:
        self._sign = QLabel()
        tags = QHBoxLayout()
        tags.setContentsMargins(self._theme.px(12), self._theme.px(8), self._theme.px(12), self._theme.px(8))
        tags.setSpacing(self._theme.px(8))
        tags.addWidget(self._sign)
        tags.addWidget(self.tags, 1)
        self._pencil = QLabel()
        note = QHBoxLayout()
        note.setContentsMargins(self._theme.px(12), self._theme.px(8), self._theme.px(12), self._theme.px(6))
        note.setSpacing(self._theme.px(8))
        note.addWidget(self._pencil, 0, Qt.AlignmentFlag.AlignTop)
        note.addWidget(self.note, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(note)
        column.addWidget(line())
        column.addLayout(tags)

    def _dress(self) -> None:
        ratio, side = self.devicePixelRatioF(), self._theme.px(15)
        self._sign.setPixmap(pixmap("tag", self._theme, side, "quiet", ratio))
        self._pencil.setPixmap(pixmap("pencil", self._theme, side, "quiet", ratio))
        self._fit()


class TagField(QLineEdit):
    """Tags with commas between them; the one being typed is completed."""

    completed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "bare")
        self.setPlaceholderText("Add tags, with commas between them")
        self.setAccessibleName("Tags")
        self._known = QStringListModel(self)
        self._completer = _LastTag(self._known, self)
        self.setCompleter(self._completer)
        self._completer.activated.connect(lambda _: self.completed.emit())

    def offer(self, tags: Sequence[str]) -> None:
        self._known.setStringList(list(tags))


class _LastTag(QCompleter):
    """Completes what stands behind the last comma."""

    def __init__(self, known: QStringListModel, field: QLineEdit) -> None:
        super().__init__(known, field)
        self._field = field
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def splitPath(self, path: str) -> list[str]:
        return [path.rpartition(",")[2].strip()]

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        before, comma, _ = self._field.text().rpartition(",")
        return f"{before}{comma} {index.data()}".strip()


class _NoteField(QPlainTextEdit):
    """Plain words; Tab goes on to the next control."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "bare")
        self.setPlaceholderText("Add a note")
        self.setAccessibleName("Note")
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


def tags_in(text: str) -> tuple[str, ...]:
    """Return the tags in a text, each once, in order."""
    parts = (" ".join(part.split())[:LONGEST_TAG].rstrip() for part in text.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))
