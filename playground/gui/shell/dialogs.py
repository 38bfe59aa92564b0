"""The few dialogs: shortcuts, about, and the questions before something would be lost."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QMessageBox,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from playground import __version__
from playground.core.errors import UserError
from playground.gui.commands import Commands
from playground.gui.ticket import Ticket


class ShortcutDialog(QDialog):
    """Every command with a shortcut, by menu: made from the table of commands."""

    def __init__(self, parent: QWidget, commands: Commands) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keyboard shortcuts")
        self.setObjectName("shortcuts")
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(8)
        row = 0
        for menu in dict.fromkeys(c.menu for c in commands.all() if c.shortcut and c.menu):
            heading = _label(menu, "heading")
            grid.addWidget(heading, row, 0, 1, 2)
            row += 1
            for command in (c for c in commands.all() if c.shortcut and c.menu == menu):
                grid.addWidget(QLabel(command.title), row, 0)
                grid.addWidget(_label(keys_in_words(command.shortcut), "mono"), row, 1)
                row += 1
        for words, keys in _FIXED:
            grid.addWidget(QLabel(words), row, 0)
            grid.addWidget(_label(keys, "mono"), row, 1)
            row += 1
        _frame(self, grid, (520, 640))


_FIXED = (
    ("Send", "Enter"),
    ("New line", "Shift+Enter"),
    ("Edit the last message", "↑ in an empty box"),
    ("Step through the tokens of the X-ray", "J / K"),
)


class AboutDialog(QDialog):
    """What this is, and under which licences its fonts and icons come."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("About")
        grid = QGridLayout()
        words = (
            f"LLM Playground {__version__}\n\nLearn and experiment with language models by clicking.\n\n"
            "Everything runs on this computer. The network is used only when you ask for a model.\n\n"
            "Fonts: Inter, JetBrains Mono (SIL Open Font Licence). Icons: Lucide (ISC)."
        )
        label = QLabel(words)
        label.setWordWrap(True)
        grid.addWidget(label)
        _frame(self, grid, (420, 260))


def ask_to_leave(parent: QWidget, running: Sequence[Ticket]) -> bool:
    """Ask before closing while something runs; what is written is kept either way."""
    names = ", ".join(dict.fromkeys(ticket.job.label for ticket in running))
    return _ask(parent, "Close while something is running?", f"{names}. What is done so far is kept.", "Stop and close")


def ask_to_end_with_others(parent: QWidget, stuck: Ticket, others: Sequence[Ticket]) -> bool:
    """Ask before ending the engine when that would end other jobs too."""
    names = ", ".join(dict.fromkeys(ticket.job.label for ticket in others))
    return _ask(
        parent, f"“{stuck.job.label}” does not stop.", f"Ending it by force would also end: {names}.", "End all"
    )


def ask_to_force(parent: QWidget, doubt: UserError) -> bool:
    """Ask before loading what seems too large; `doubt` says both numbers."""
    more = (
        "Loading it anyway can make this computer very slow, and the system may end the engine. "
        "Your chats are safe either way."
    )
    return _ask(parent, doubt.message, f"{more}\n\n{doubt.hint}", "Load anyway")


def _ask(parent: QWidget, text: str, more: str, button: str) -> bool:
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setText(text)
    box.setInformativeText(more)
    yes = box.addButton(button, QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    return box.clickedButton() is yes


def keys_in_words(shortcut: str) -> str:
    """Return a shortcut as this system writes it."""
    return " or ".join(
        QKeySequence(part).toString(QKeySequence.SequenceFormat.NativeText) for part in shortcut.split(" or ")
    )


def _frame(dialog: QDialog, grid: QGridLayout, size: tuple[int, int]) -> None:
    body = QWidget()
    body.setLayout(grid)
    grid.setContentsMargins(20, 16, 20, 8)
    grid.setRowStretch(grid.rowCount(), 1)
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setWidget(body)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.addWidget(scroll, 1)
    column.addWidget(buttons)
    dialog.resize(*size)


def _label(words: str, kind: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("kind", kind)
    return label
