"""What can be done with an answer's tokens, for menu, palette and shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from playground.gui.commands import Command
from playground.gui.tokens.measures import MEASURES

if TYPE_CHECKING:
    from playground.gui.panels.tokens import TokensPanel


def tokens_commands(panel: TokensPanel) -> list[Command]:
    """Return the panel's commands; each asks it whether it may run."""
    nothing = panel.why_nothing

    def here(act: Callable[[], object]) -> Callable[[], object]:
        """Bring the panel to the front first: what is done there should be seen."""

        def run() -> None:
            panel.parts.commands.run("tokens.open")
            act()

        return run

    def coloured(name: str) -> Callable[[], object]:
        return here(lambda: panel.view.set_measure(name))

    return [
        Command("tokens.show", "Show an answer's tokens", panel.show_run, in_palette=False),
        Command("tokens.newest", "Tokens of the newest answer", here(panel.show_newest), "View"),
        Command("tokens.next", "Next token", here(lambda: panel.view.step(1)), "", "J", nothing, own_key=True),
        Command("tokens.previous", "Previous token", here(lambda: panel.view.step(-1)), "", "K", nothing, own_key=True),
        Command("tokens.strip", "Tokens as text", here(lambda: panel.view.set_view("strip")), "", "", nothing),
        Command("tokens.table", "Tokens as a table", here(lambda: panel.view.set_view("table")), "", "", nothing),
        *(
            Command(
                f"tokens.by_{measure.name}",
                f"Colour tokens by {measure.title.lower()}",
                coloured(measure.name),
                why_not=nothing,
            )
            for measure in MEASURES
        ),
    ]
