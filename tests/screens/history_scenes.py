"""The history in realistic states."""

from __future__ import annotations

from playground.core import history
from playground.core.facts import Message, ReplayInfo
from playground.core.store import Store
from playground.gui.panels.history import HistoryPanel
from tests.gui.desktop import Desktop, loaded, model
from tests.gui.history.filled import NAME, NOON, PATH, write

DAY = 86_400.0
SKY = """Sunlight looks white, but it is a **mixture of all colours**. In the air it meets tiny molecules:

1. Short waves, which we see as blue, are scattered far more than long ones.
2. So blue light reaches your eyes *from everywhere*, and the sky looks blue.

> In the evening the way through the air is longer, and what is left is red.
"""
TALKS = (
    ("Give me three ideas for a rainy Sunday.", "Read a book, bake bread, and call an old friend.", "", "", ()),
    ("Write a haiku about the sea.", "Waves fold into foam, the moon hums a silver note.", "", "", ("poems", "short")),
    ("Translate “good morning” into French.", "", "failed", "E-OOM", ()),
    ("Summarise the plot of Hamlet in two sentences.", "A prince learns that his uncle", "stopped", "", ()),
    ("What does a hash function do?", "It maps data of any size to a value of fixed size.", "", "", ("code",)),
    ("List five prime numbers below 20.", "2, 3, 5, 7, 11.", "", "", ()),
    ("Explain recursion to a child.", "To understand it, you have to understand it first.", "", "", ("a", "b", "c")),
)


def history_empty(desktop: Desktop) -> None:
    """Nothing has been asked yet."""
    panel = _open(desktop)
    desktop.wait(lambda: panel.begin.isVisible())


def history_filled(desktop: Desktop) -> None:
    """Eight records; the newest is on screen, with its tags and note."""
    _fill(desktop)
    panel = _open(desktop)
    desktop.wait(lambda: panel.record is not None)


def history_replayed(desktop: Desktop) -> None:
    """A replay that has found a difference."""
    history_filled(desktop)
    told = ReplayInfo(False, 17, 17, (" blue", 0.6213), (" red", 0.2127), ("Processor threads: 2 then, 1 now.",))
    desktop.panel(HistoryPanel).view.replay.show_verdict(told)


def history_failed(desktop: Desktop) -> None:
    """A run that has failed, found by its error code."""
    _fill(desktop)
    panel = _open(desktop)
    panel.filters.code.choose("E-OOM")
    desktop.wait(lambda: panel.model.total == 1)
    desktop.settle()
    panel.list.choose(0)
    desktop.wait(lambda: panel.record is not None and panel.record.entry.code == "E-OOM")


def history_selected(desktop: Desktop) -> None:
    """Several records, to be taken elsewhere."""
    history_filled(desktop)
    desktop.panel(HistoryPanel).list.selectAll()


def history_unfound(desktop: Desktop) -> None:
    """Nothing fits the filters."""
    history_filled(desktop)
    panel = desktop.panel(HistoryPanel)
    panel.filters.starred.click()
    panel.filters.state.choose("failed")
    desktop.wait(lambda: panel.model.total == 0)


def _open(desktop: Desktop) -> HistoryPanel:
    desktop.load(loaded(model(NAME, PATH)))
    desktop.run("history.open")
    return desktop.panel(HistoryPanel)


def _fill(desktop: Desktop) -> None:
    early = (Message("user", "Hello"), Message("assistant", "Hi! What would you like to learn?"))

    def work(store: Store) -> None:
        for number, (prompt, text, state, code, tags) in reversed(list(enumerate(TALKS, 1))):
            id, error = f"r{number}", "There is not enough memory for this prompt." if code else ""
            started = NOON - number * DAY
            write(store, id, prompt, text, started=started, state=state or "done", code=code, error=error)
            history.annotate(store, id, tags=tags, starred=number == 2)
        write(store, "sky", "Why is the sky blue?", SKY, system="You are a patient teacher.", earlier=early)
        history.annotate(store, "sky", note="Good: compare with the larger model.", tags=("physics",), starred=True)

    desktop.records.write(work)
