"""An answer's tokens in realistic states."""

from __future__ import annotations

from typing import Any

from playground.core.events import Done
from playground.gui.panels.tokens import TokensPanel
from playground.jobs.end_tokens import EndTokens
from playground.jobs.token_texts import TokenTexts
from tests.gui.desktop import Desktop, loaded, model
from tests.gui.history.filled import NAME, PATH
from tests.gui.tokens.sample import END, PIECES, lively, texts_for, write_answer


def tokens_empty(desktop: Desktop) -> None:
    """Nothing has been answered yet."""
    desktop.run("tokens.open")
    desktop.settle()


def tokens_offered(desktop: Desktop) -> None:
    """Opened without an answer: the newest one is offered."""
    desktop.records.write(lambda store: write_answer(store, "sea", lively()))
    desktop.run("tokens.open")
    panel = desktop.panel(TokensPanel)
    desktop.wait(lambda: "newest one" in panel.empty.text.text())


def tokens_strip(desktop: Desktop) -> None:
    """An answer by probability; its words are known."""
    panel = _shown(desktop, lively())
    panel.view.strip.choose(PIECES.index(" Poulton"))
    _name(desktop)


def tokens_surprise(desktop: Desktop) -> None:
    """By surprise; the answer ran on, and its model is not loaded."""
    panel = _shown(desktop, lively(PIECES[:-1], end=False), load=False, reason="max tokens")
    panel.view.set_measure("surprise")
    panel.view.strip.choose(3)


def tokens_table(desktop: Desktop) -> None:
    """As a table, the least probable first."""
    panel = _shown(desktop, lively())
    _name(desktop)
    panel.view.set_view("table")
    panel.view.table.sort_by(2)
    panel.view.table.setCurrentIndex(panel.view.table.model().index(0, 0))


def tokens_none(desktop: Desktop) -> None:
    """A run that ended before its first token."""
    desktop.records.write(
        lambda store: write_answer(store, "lost", (), state="failed", error="There is not enough memory.")
    )
    desktop.run("tokens.show", "lost")
    panel = desktop.panel(TokensPanel)
    desktop.wait(lambda: panel.record is not None)


def _shown(desktop: Desktop, tokens: Any, load: bool = True, reason: str = "end of turn") -> TokensPanel:
    if load:
        desktop.load(loaded(model(NAME, PATH)))
    desktop.records.write(lambda store: write_answer(store, "sea", tokens, reason=reason))
    desktop.run("tokens.show", "sea")
    panel = desktop.panel(TokensPanel)
    desktop.wait(lambda: panel.view.isVisible())
    return panel


def _name(desktop: Desktop) -> None:
    """Let the engine say which tokens these are."""
    for ticket in desktop.of(EndTokens):
        desktop.say(ticket, Done((END,)))
    while found := desktop.of(TokenTexts):
        job: Any = found[0].job
        desktop.say(found[0], Done(texts_for(job.ids)))
