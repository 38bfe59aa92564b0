"""One record in full: its words, what happened, note and tags, and everything it depended on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from playground.core.history import Entry, Record
from playground.core.visible import visible
from playground.gui.history.annotations import Annotations
from playground.gui.history.facts_columns import FactsColumns
from playground.gui.history.record_facts import sections
from playground.gui.history.record_head import RecordHead
from playground.gui.history.record_text import RecordText
from playground.gui.history.replay_card import ReplayCard
from playground.gui.theme import Theme
from playground.gui.widgets.highlight import Highlighter
from playground.gui.widgets.labels import label, line

WIDTH = 800  # pixels at 100 %: lines that are read with ease


class RecordView(QWidget):
    """Shows one record; what is done about it is the panel's."""

    asked = Signal(str)  # one of record_head.ACTIONS, "star" or "delete"

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._id = ""
        self.head, self.replay = RecordHead(theme), ReplayCard(theme)
        self.text = RecordText(theme, Highlighter(self))
        self.error = _ErrorCard(theme)
        self.annotations, self.facts = Annotations(theme), FactsColumns(theme)
        self.head.asked.connect(self.asked)
        self._arrange()
        theme.changed.connect(self._fit)
        self._fit()

    def show_record(self, record: Record) -> None:
        """Show everything about a record."""
        entry = record.entry
        if entry.id != self._id:
            self._id = entry.id
            self.area.verticalScrollBar().setValue(0)
            self.replay.clear()
        self.head.show_entry(entry)
        self.text.show_record(record)
        self.error.show_error(entry.state, record.error, entry.code)
        self.annotations.show_record(entry.id, entry.note, entry.tags)
        self.facts.show_sections(sections(record))

    def show_entry(self, entry: Entry) -> None:
        """Show what has changed in the list: the star."""
        self.head.show_entry(entry)

    def show_reasons(self, reasons: Mapping[str, str]) -> None:
        self.head.show_reasons(reasons)

    def offer_tags(self, tags: Sequence[str]) -> None:
        self.annotations.offer_tags(tags)

    def _arrange(self) -> None:
        px = self._theme.px
        body = QWidget()
        body.setProperty("ground", "clear")
        self._page = QWidget()
        page = QVBoxLayout(self._page)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(px(14))
        for widget in (self.replay, self.error, self.text, self.annotations, self.facts):
            page.addWidget(widget)
        page.addStretch(1)
        row = QHBoxLayout(body)
        row.setContentsMargins(px(24), px(16), px(24), px(28))
        row.addWidget(self._page, 1000)
        row.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(body)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.viewport().setAutoFillBackground(False)
        body.setAutoFillBackground(False)
        self._top = QWidget()
        top = QVBoxLayout(self._top)
        top.setContentsMargins(px(24), px(14), px(24), px(14))
        top.addWidget(self.head)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._top)
        column.addWidget(line())
        column.addWidget(self.area, 1)
        self.setProperty("ground", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def _fit(self) -> None:
        """Keep lines at a length that is read with ease."""
        self._page.setMaximumWidth(self._theme.px(WIDTH))


class _ErrorCard(QFrame):
    """Why there is no answer, or not all of it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "notice")
        self.words = label("", "", wrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.code: QLabel = label("", "small")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(14), theme.px(10), theme.px(14), theme.px(10))
        row.addWidget(self.words, 1)
        row.addWidget(self.code, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_error(self, state: str, error: str, code: str) -> None:
        """Show why a run ended badly; nothing for one that did not."""
        said = {"interrupted": "The engine ended before this answer did. What was written until then is kept."}
        words = visible(error) or said.get(state, "")
        self.words.setText(words)
        self.code.setText(code)
        self.code.setVisible(bool(code))
        self.setProperty("tone", "error" if state == "failed" else "warning")
        self.style().unpolish(self)
        self.style().polish(self)
        self.setVisible(bool(words))
