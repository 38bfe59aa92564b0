"""What can be done in the history, for menu, palette and shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from playground.gui.commands import Command

if TYPE_CHECKING:
    from playground.gui.panels.history import HistoryPanel

MENU = "History"


def history_commands(panel: HistoryPanel) -> list[Command]:
    """Return the history's commands; each asks the panel whether it may run."""

    def act(action: str) -> Callable[[], None]:
        """Bring the history to the front first: what is done there should be seen."""

        def run() -> None:
            panel.parts.commands.run("history.open")
            panel.act(action)

        return run

    def why_not(action: str) -> Callable[[], str]:
        return lambda: panel.why_not(action)

    return [
        Command("history.search", "Search the history", panel.search, MENU, "Ctrl+H"),
        Command("history.clear", "Clear the filters", panel.filters.clear, MENU, "", lambda: _why_no_clear(panel)),
        Command("history.star", "Star the record, or remove its star", act("star"), MENU, "", panel.why_nothing),
        Command("history.chat", "Open the record in the chat", act("chat"), MENU, "", why_not("chat")),
        Command("history.replay", "Replay the record", act("replay"), MENU, "", why_not("replay")),
        Command("history.check", "Check the record's determinism", act("check"), MENU, "", why_not("check")),
        Command("history.tokens", "Show the tokens of the record", act("tokens"), MENU, "", why_not("tokens")),
        Command("history.code", "Show the record as code", act("code"), MENU, "", why_not("code")),
        Command("history.picture", "Save the answer as a picture…", act("picture"), MENU, "", why_not("picture")),
        Command("history.html", "Save the answer as HTML…", act("html"), MENU, "", why_not("html")),
        Command("history.export", "Export records…", panel.export, MENU, "", panel.why_no_export),
        Command("history.delete", "Delete the record", act("delete"), MENU, "", panel.why_nothing),
        Command("history.show", "Show a record", panel.show_run, in_palette=False),
    ]


def _why_no_clear(panel: HistoryPanel) -> str:
    return "No filter is set." if panel.filters.is_empty else ""
