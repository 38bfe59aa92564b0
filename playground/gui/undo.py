"""What can be taken back: a message deleted, a chat put into the trash."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand


class Deed(QUndoCommand):
    """Something already done, with what takes it back and what does it again."""

    def __init__(self, words: str, undo: Callable[[], object], redo: Callable[[], object]) -> None:
        super().__init__(words)
        self._undo, self._redo = undo, redo
        self._done = True  # the stack calls redo at once, when it is already done

    def undo(self) -> None:
        """Take it back, once: a toast may have done so before the stack comes to it."""
        if self._done:
            self._done = False
            self._undo()

    def redo(self) -> None:
        if not self._done:
            self._done = True
            self._redo()
