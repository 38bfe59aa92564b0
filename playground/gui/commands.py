"""Everything the user can do, as data: the menus, the palette and the shortcut list come from this one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from playground.core.errors import UserError
from playground.core.registry import suggest


def always() -> str:
    """No reason against it."""
    return ""


@dataclass(frozen=True)
class Command:
    """One thing to do. `why_not` returns the reason why it cannot be done now, or nothing."""

    id: str  # "panel.verb"
    title: str
    run: Callable[..., Any]
    menu: str = ""  # which menu shows it; empty: only the palette
    shortcut: str = ""
    why_not: Callable[[], str] = always
    in_palette: bool = True
    own_key: bool = False  # its panel listens for the key itself; the table only shows it


class Commands(QObject):
    """The table. A command is known by its id everywhere."""

    changed = Signal()
    refused = Signal(str)  # why a command could not be run

    def __init__(self) -> None:
        super().__init__()
        self._table: dict[str, Command] = {}

    def add(self, commands: Iterable[Command]) -> None:
        """Take up commands; an id may be used once."""
        for command in commands:
            if command.id in self._table:
                raise ValueError(f"two commands are called {command.id}")
            self._table[command.id] = command
        self.changed.emit()

    def all(self) -> tuple[Command, ...]:
        return tuple(self._table.values())

    def __getitem__(self, id: str) -> Command:
        if id not in self._table:
            raise UserError(f"There is no command {id}.", suggest(id, self._table), "E-COMMAND")
        return self._table[id]

    def run(self, id: str, *arguments: Any) -> bool:
        """Run a command if nothing speaks against it; return whether it ran."""
        command = self[id]
        if reason := command.why_not():
            self.refused.emit(reason)
            return False
        command.run(*arguments)
        return True

    def action(self, id: str, parent: QWidget) -> QAction:
        """Return a menu entry for a command, with its shortcut, that keeps asking whether it may run."""
        command = self[id]
        action = QAction(command.title, parent)
        action.setObjectName(id)
        if command.shortcut and not command.own_key:
            action.setShortcuts([QKeySequence(key) for key in command.shortcut.split(" or ")])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda: self.run(id))
        return action
