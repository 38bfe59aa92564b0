"""What a transcript knows of one message, whether it is drawn or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["done", "waiting", "writing", "stopped", "interrupted", "failed"]

ACTIONS = {
    "copy": ("copy", "Copy"),
    "edit": ("pencil", "Edit"),
    "regenerate": ("refresh-cw", "Regenerate (Ctrl+R)"),
    "continue": ("fast-forward", "Continue (Alt+Enter)"),
    "branch": ("git-branch", "Branch into a new chat"),
    "tokens": ("scan-search", "Token probabilities"),
    "history": ("history", "Show in the history"),
    "delete": ("trash-2", "Delete"),
}
"""What can be done with a message: its icon and its words."""

PILLS = {
    "stopped": ("Stopped", ""),
    "interrupted": ("Interrupted", "warning"),
    "failed": ("Failed", "error"),
}
"""What the label of a state says, and its tone."""


@dataclass
class MessageData:
    """One message. `version` counts from 1; `note` explains the state ("Reading prompt 310/900")."""

    id: object
    role: str  # "user", "assistant" or "system"
    title: str
    text: str = ""
    state: State = "done"
    note: str = ""
    stats: str = ""
    actions: tuple[str, ...] = ()
    version: int = 1
    versions: int = 1
    outside: bool = False  # not part of what the model reads

    @property
    def is_live(self) -> bool:
        return self.state in ("waiting", "writing")
