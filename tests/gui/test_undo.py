"""What can be taken back."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QUndoStack

from playground.gui.undo import Deed


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def deed(done: list[str]) -> Deed:
    return Deed("Message deleted.", lambda: done.append("undo"), lambda: done.append("redo"))


def test_what_is_done_already_is_not_done_again(deed: Deed, done: list[str]) -> None:
    QUndoStack().push(deed)
    assert done == []


def test_undo_and_redo_take_turns(deed: Deed, done: list[str]) -> None:
    stack = QUndoStack()
    stack.push(deed)
    for step in (stack.undo, stack.redo, stack.undo):
        step()
    assert done == ["undo", "redo", "undo"]
    assert stack.redoText() == "Message deleted."


def test_one_that_was_taken_back_elsewhere_is_not_taken_back_twice(deed: Deed, done: list[str]) -> None:
    stack = QUndoStack()
    stack.push(deed)
    deed.undo()
    stack.undo()
    assert done == ["undo"]
    stack.redo()
    assert done == ["undo", "redo"]
