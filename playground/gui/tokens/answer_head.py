"""The top of the panel: which answer this is, and its numbers in one sentence."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from playground.core.history import Record
from playground.core.visible import visible
from playground.gui.history.entry_painter import plain_line
from playground.gui.history.record_facts import settings_line
from playground.gui.history.words import moment, state_pill
from playground.gui.theme import Theme
from playground.gui.widgets.buttons import IconButton
from playground.gui.widgets.labels import ElidedLabel, label, set_property


class AnswerHead(QWidget):
    """Shows what was asked, of whom, when, and how the answer was sampled."""

    record_requested = Signal()
    newest_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.title, self.facts = ElidedLabel("", "heading"), ElidedLabel("", "quiet")
        self.pill = label("", "pill")
        self.summary = label("", "medium", wrap=True)
        self.newest = IconButton("refresh-cw", "Show the newest answer", theme, slot=self.newest_requested.emit)
        self.record = IconButton("history", "Show in the history", theme, slot=self.record_requested.emit)
        top = QHBoxLayout()
        top.setSpacing(theme.px(8))
        top.addWidget(self.title)
        top.addWidget(self.pill)
        top.addStretch(1)
        top.addWidget(self.newest)
        top.addWidget(self.record)
        column = QVBoxLayout(self)
        column.setSpacing(theme.px(3))
        column.addLayout(top)
        column.addWidget(self.facts)
        column.addSpacing(theme.px(3))
        column.addWidget(self.summary)

    def show_record(self, record: Record, summary: str) -> None:
        """Show another answer."""
        entry = record.entry
        words, tone = state_pill(entry.state)
        lines = record.prompt.strip().splitlines()
        self.title.setText(plain_line(lines[0]) if lines else "(no prompt)")
        self.pill.setText(words)
        self.pill.setVisible(bool(words))
        set_property(self.pill, "tone", tone)
        parts = (visible(entry.model), moment(entry.started), visible(settings_line(record)))
        self.facts.setText(" · ".join(filter(None, parts)))
        self.show_summary(summary)

    def show_summary(self, summary: str) -> None:
        self.summary.setText(summary)
