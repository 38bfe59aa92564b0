"""The menu, made from the table of commands."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from playground.gui.commands import Commands

ORDER = ("File", "Edit", "View", "Chat", "Models", "History", "Help")


def build_menu(commands: Commands, window: QWidget) -> QMenu:
    """Return one menu with a submenu for each group; its shortcuts work in the whole window."""
    menu = QMenu("Menu", window)
    names = dict.fromkeys(c.menu for c in commands.all() if c.menu)
    for name in sorted(names, key=lambda n: ORDER.index(n) if n in ORDER else len(ORDER)):
        part = menu.addMenu(name)
        for command in (c for c in commands.all() if c.menu == name):
            action = commands.action(command.id, window)
            part.addAction(action)
            window.addAction(action)
        part.setToolTipsVisible(True)
        part.aboutToShow.connect(partial(_ask_again, commands, part))
        part.aboutToHide.connect(partial(_allow_all, part))
    return menu


def _ask_again(commands: Commands, part: QMenu) -> None:
    """Grey what cannot be done now, with the reason as its tooltip."""
    for action in part.actions():
        reason = commands[action.objectName()].why_not()
        action.setEnabled(not reason)
        action.setToolTip(reason)


def _allow_all(part: QMenu) -> None:
    """Give the greyed actions their shortcuts back: a shortcut asks again when it is pressed."""
    for action in part.actions():
        action.setEnabled(True)
