"""The left side: search and filters, how many were found, the list, and an export under way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from playground.core import history
from playground.core.store import Store
from playground.gui.history.filter_bar import FilterBar
from playground.gui.history.history_list import HistoryList
from playground.gui.history.history_model import HistoryModel
from playground.gui.records import Records
from playground.gui.theme import Theme
from playground.gui.widgets.buttons import Button, IconButton
from playground.gui.widgets.labels import ElidedLabel, label


class Finding(QWidget):
    """Shows what was found."""

    stop_requested = Signal()  # of the export

    def __init__(self, model: HistoryModel, theme: Theme) -> None:
        super().__init__()
        self._model = model
        self.filters = FilterBar(theme)
        self.list = HistoryList(model, theme)
        self.count = ElidedLabel("", "small")
        self.clear = Button("Clear filters", theme, "link", slot=self.filters.clear)
        self.export = IconButton("upload", "Export what is listed or selected", theme)
        self.export.setObjectName("exportRecords")
        self.nothing = self._nothing(theme)
        self.filters.left.connect(self._on_left)
        self._arrange(theme)

    def show_count(self, all: int, selected: int) -> None:
        """Say how many were found of how many there are."""
        total = self._model.total
        if selected > 1:
            words = f"{selected:,} of {total:,} selected"
        elif self.filters.is_empty:
            words = f"{total:,} record{'' if total == 1 else 's'}"
        else:
            words = f"{total:,} of {max(all, total):,} records"
        self.count.setText(words)
        self.clear.setVisible(not self.filters.is_empty)
        self._middle.setCurrentWidget(self.list if total or self.filters.is_empty else self.nothing)

    def reveal(self, id: str, records: Records) -> None:
        """Select a record and scroll to it, wherever in the list it stands."""
        wanted = self._model.wanted

        def work(store: Store) -> int:
            found = history.record(store, id)
            if found is None:
                return -1
            newer = history.search(store, replace(wanted, since=max(wanted.since, found.entry.started)), 1)
            return newer.total - 1

        def on_found(row: int) -> None:
            if 0 <= row < self._model.total:
                self.list.choose(row)

        records.read(work, on_found)

    def selected_ids(self, records: Records, then: Callable[[tuple[str, ...]], object]) -> None:
        """Hand on the ids of the selected records; those that were never on screen are read first."""
        rows, wanted = self.list.selected_rows(), self._model.wanted
        known = [entry for row in rows if (entry := self._model.entry(row)) is not None]
        if len(known) == len(rows):
            then(tuple(entry.id for entry in known))
            return

        def work(store: Store) -> tuple[str, ...]:
            found = history.ids(store, wanted)
            return tuple(found[row] for row in rows if row < len(found))

        records.read(work, then)

    def show_export(self, done: int, all: int) -> None:
        """Show how far an export is."""
        self._words.setText(f"Exporting {done:,} of {all:,}")
        self._bar.setRange(0, max(1, all))
        self._bar.setValue(done)
        self.export_strip.show()

    def hide_export(self) -> None:
        self.export_strip.hide()

    def _on_left(self) -> None:
        if self._model.total:
            self.list.setFocus()

    def _arrange(self, theme: Theme) -> None:
        px = theme.px
        row = QHBoxLayout()
        row.setContentsMargins(px(4), 0, 0, 0)
        row.addWidget(self.count, 1)
        row.addWidget(self.clear)
        row.addWidget(self.export)
        self._middle = QStackedWidget()
        self._middle.addWidget(self.list)
        self._middle.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(10), px(10), px(6), px(8))
        column.setSpacing(px(6))
        column.addWidget(self.filters)
        column.addLayout(row)
        column.addWidget(self._middle, 1)
        column.addWidget(self._strip(theme))

    def _nothing(self, theme: Theme) -> QWidget:
        """Return what stands there when nothing was found; it is as narrow as the list may be."""
        words = label("Nothing fits the words and filters above.", "quiet", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setSpacing(theme.px(8))
        column.addStretch(2)
        column.addWidget(label("No record matches", "heading"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(words)
        column.addSpacing(theme.px(6))
        clear = Button("Clear the filters", theme, slot=self.filters.clear)
        column.addWidget(clear, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return page

    def _strip(self, theme: Theme) -> QWidget:
        self._words = ElidedLabel("", "small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the export")
        self.export_strip = QWidget()
        stop = Button("Stop", theme, "quiet", slot=self.stop_requested.emit)
        stop.setObjectName("stopExport")
        row = QHBoxLayout(self.export_strip)
        row.setContentsMargins(theme.px(4), 0, 0, 0)
        row.addWidget(self._words)
        row.addWidget(self._bar, 1)
        row.addWidget(stop)
        self.export_strip.hide()
        return self.export_strip
