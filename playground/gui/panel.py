"""What a panel is: one screen of the side bar, found by scanning its folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from playground.core.errors import UserError
from playground.core.paths import Paths
from playground.gui.client import JobClient
from playground.gui.commands import Command, Commands
from playground.gui.desk import ModelDesk
from playground.gui.layout import Layout
from playground.gui.records import Records
from playground.gui.session import Session
from playground.gui.theme import Theme


@dataclass(frozen=True)
class Parts:
    """What the application gives each panel to work with."""

    paths: Paths
    session: Session
    jobs: JobClient
    records: Records
    commands: Commands
    desk: ModelDesk
    theme: Theme


class Panel(QWidget):
    """One screen. A subclass in `panels/` gets its entry in the side bar and its shortcut by existing."""

    title: ClassVar[str] = ""
    icon: ClassVar[str] = ""  # a file in resources/icons
    place: ClassVar[int] = 50  # its order in the side bar; 90 and more stand at the bottom

    notify = Signal(str, str, object)  # message, the word on a button, what the button does (or None)
    done = Signal(str, object, object)  # something that can be undone: what was done, undo, redo
    problem = Signal(object)  # UserError for the window's banner

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.parts = parts

    def commands(self) -> list[Command]:
        """Return what can be done here."""
        return []

    def take_drop(self, path: Path) -> bool:
        """Take a file dropped onto the window; return whether it was of use."""
        return False

    def shown(self) -> None:
        """The panel has come to the front."""

    def wake(self, layout: Layout) -> None:
        """The first picture has been painted: now read what takes time. `layout` is that of the last time."""

    def leave(self) -> None:
        """The window closes: keep what is not kept yet."""

    def save_layout(self) -> dict[str, object]:
        """Return what a restart should restore."""
        return {}

    def restore_layout(self, state: dict[str, object]) -> None:
        """Undo `save_layout`, as far as it fits."""

    def report(self, error: UserError) -> None:
        """Show a problem in the banner."""
        self.problem.emit(error)
