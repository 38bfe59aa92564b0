"""History: every prompt and answer ever run, to find, read, annotate, repeat and export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout

from playground.core import history
from playground.core.history import Entry, Facets, Filter, Record
from playground.core.store import Store
from playground.gui.commands import Command
from playground.gui.history.changing import Changing
from playground.gui.history.finding import Finding
from playground.gui.history.history_commands import history_commands
from playground.gui.history.history_model import HistoryModel
from playground.gui.history.news import News
from playground.gui.history.record_view import RecordView
from playground.gui.history.replaying import Replaying
from playground.gui.history.saving import Saving
from playground.gui.history.to_chat import chat_of
from playground.gui.layout import Layout, widths_in
from playground.gui.panel import Panel, Parts
from playground.gui.widgets.empty_state import EmptyState

LIST_WIDTH = 416  # pixels at 100 %
NOTHING_CHOSEN = "Choose a record first."


class HistoryPanel(Panel):
    """A list with filters on the left, one record in full on the right."""

    title: ClassVar[str] = "History"
    icon: ClassVar[str] = "history"
    place: ClassVar[int] = 30

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        theme = parts.theme
        self.model = HistoryModel(parts.records)
        self.finding = Finding(self.model, theme)
        self.list, self.filters = self.finding.list, self.finding.filters
        self.view = RecordView(theme)
        self.saving = Saving(parts, self)
        self.changing = Changing(parts.records, self.model, self.finding)
        self.replaying = Replaying(parts, self.view.replay)
        self._news = News(parts.jobs, parts.records)
        self._record: Record | None = None
        self._wanted = ""  # the record that is being read
        self._sized = False  # whether list and record have their widths
        self._all = -1  # records there are, whatever the filter; -1: nobody has counted
        self._arrange()
        self._connect()

    # -- the panel -----------------------------------------------------------------------------------------------

    def commands(self) -> list[Command]:
        return history_commands(self)

    def shown(self) -> None:
        if not self.filters.search.hasFocus():
            self.list.setFocus()

    def wake(self, layout: Layout) -> None:
        self.model.look(self.filters.value())
        self._count()

    def leave(self) -> None:
        """Keep what is being typed; an export that is not whole is given up."""
        self.view.annotations.keep()
        self.saving.exporter.stop()

    def save_layout(self) -> dict[str, object]:
        return {"splitter": self.splitter.sizes()}

    def restore_layout(self, state: dict[str, object]) -> None:
        widths = widths_in(state.get("splitter"), 2)
        if widths and all(widths):
            self.splitter.setSizes(widths)
            self._sized = True

    @property
    def record(self) -> Record | None:
        """The record on screen."""
        return self._record

    # -- why something cannot be done now --------------------------------------------------------------------------

    def why_nothing(self) -> str:
        return "" if self._record is not None or self.list.count_selected() else NOTHING_CHOSEN

    def why_not(self, action: str) -> str:
        """Return why this cannot be done with the record on screen, or nothing."""
        record = self._record
        if record is None:
            return NOTHING_CHOSEN
        if action == "replay":
            return self.replaying.why_not(record)
        if action == "check":
            return self.replaying.why_not_check(record)
        if action == "chat":
            return "" if record.prompt else "This record has no prompt."
        if action == "tokens":
            return "" if record.tokens else "No token was written."
        if action == "code":
            return "" if record.info is not None else "This run ended before it knew how to answer."
        return "" if record.text else "There is no answer to show."

    def why_no_export(self) -> str:
        if self.saving.exporter.is_busy:
            return "Another export is under way."
        return "" if self.model.total else "There is no record to export."

    # -- what the user does ----------------------------------------------------------------------------------------

    def act(self, action: str) -> None:
        """Do what a key or a button asks for, or say why not."""
        acts: dict[str, Callable[[], object]] = {
            "star": self.star,
            "delete": self.delete_selected,
            "open": lambda: self.act("chat"),
            "chat": self.open_in_chat,
            "replay": self.replay,
            "check": lambda: self._save(self.replaying.check),
            "tokens": self.show_tokens,
            "code": lambda: self._save(self.saving.code),
            "picture": lambda: self._save(self.saving.picture),
            "html": lambda: self._save(self.saving.html),
        }
        reason = "" if action in ("star", "delete", "open") else self.why_not(action)
        if reason:
            self._tell(reason)
        else:
            acts[action]()

    def search(self) -> None:
        """Bring the panel to the front and go to the search field."""
        self.parts.commands.run("history.open")
        self.filters.search.setFocus()
        self.filters.search.selectAll()

    def show_run(self, id: str) -> None:
        """Show the record of a run, whatever the filter."""
        self.parts.commands.run("history.open")
        if not self.filters.is_empty:
            self.filters.clear()
        self.list.clearSelection()
        self._read(id)
        self.finding.reveal(id, self.parts.records)

    def star(self) -> None:
        """Star what is selected, else what is on screen; or take the stars away when all of it has one."""
        entries = [entry for row in self.list.selected_rows() if (entry := self.model.entry(row)) is not None]
        if not entries and self._record is not None:
            entries = [self._record.entry]
        self.changing.star(entries)

    def delete_selected(self) -> None:
        """Delete what is selected, else what is on screen, with Undo."""
        if self.list.count_selected():
            self.finding.selected_ids(self.parts.records, self.changing.delete)
        elif self._record is not None:
            id, self._record, self._wanted = self._record.entry.id, None, ""
            self.changing.delete((id,))
            self._show_state()

    def _save(self, save: Callable[[Record], object]) -> None:
        """Do something with the record on screen."""
        if self._record is not None:
            save(self._record)

    def open_in_chat(self) -> None:
        """Show the record's turn in its chat; one that belongs to none gets a chat of its own."""
        record = self._record
        if record is None:
            return
        conversation, turn = record.conversation, record.turn
        if not conversation:
            talk = chat_of(record)
            conversation, turn = talk.id, talk.leaf

            def keep(store: Store) -> None:
                store.save_conversation(talk)
                store.save_turns(talk.id, talk.turns)

            self.parts.records.write(keep)
        self.parts.commands.run("chat.show_turn", conversation, turn)

    def show_tokens(self) -> None:
        """Show the record's answer token by token."""
        if self._record is not None:
            self.parts.commands.run("tokens.show", self._record.entry.id)

    def replay(self) -> None:
        """Write the answer again and compare."""
        if self._record is not None:
            self.view.area.verticalScrollBar().setValue(0)
            self.replaying.start(self._record)

    def export(self) -> None:
        """Ask for a file and write what is selected, or all that was found."""
        many = self.list.count_selected() > 1
        if (file := self.saving.ask_for_export(many)) is not None:
            self.export_to(file, selected=many)

    def export_to(self, file: Path, selected: bool) -> None:
        """Write the selected records, or all that were found."""
        wanted, records = self.model.wanted, self.parts.records
        if selected:
            self.finding.selected_ids(records, lambda ids: self.saving.export(ids, file))
        else:
            records.read(lambda store: history.ids(store, wanted), lambda ids: self.saving.export(ids, file))

    # -- reading ---------------------------------------------------------------------------------------------------

    def _on_filter(self, wanted: Filter) -> None:
        if wanted != self.model.wanted:
            self.model.look(wanted)

    def refresh(self) -> None:
        self.model.refresh()
        self._count()

    def _count(self) -> None:
        """Count everything and read what the filters can offer."""

        def work(store: Store) -> tuple[int, Facets]:
            return history.search(store, Filter(), 1).total, history.facets(store)

        self.parts.records.read(work, self._on_counted)

    def _on_counted(self, answer: tuple[int, Facets]) -> None:
        self._all, facets = answer
        self.filters.show_facets(facets)
        self.view.offer_tags(facets.tags)
        self._show_state()

    def _read(self, id: str) -> None:
        self._wanted = id
        self.parts.records.read(lambda store: history.record(store, id), lambda found: self._on_read(id, found))

    def _on_read(self, id: str, found: Record | None) -> None:
        if id != self._wanted or found == self._record:
            return
        if found is None:
            self._tell("This record is no longer there.")
            return
        if self._record is None or self._record.entry.id != id:
            self.replaying.show_record(id)
        self._record = found
        self.view.show_record(found)
        self._show_state()

    # -- showing ---------------------------------------------------------------------------------------------------

    def _show_state(self) -> None:
        """Show what fits: nothing recorded yet, nothing found, nothing chosen, several chosen, or one record."""
        self._pages.setCurrentWidget(self.begin if self._all == 0 else self.splitter)
        selected = self.list.count_selected()
        self.finding.show_count(self._all, selected)
        self.finding.export.set_available(self.why_no_export(), "Export what is listed or selected")
        if selected > 1:
            words = "Star them with Space, delete them with Del, or export them as one file."
            self.many.set_words(f"{selected:,} records selected", words)
            self._right.setCurrentWidget(self.many)
        else:
            there = self._record is not None and self.model.total > 0
            self._right.setCurrentWidget(self.view if there else self._none)
        self._show_reasons()

    def _show_reasons(self) -> None:
        self.view.show_reasons({action: self.why_not(action) for action in self.view.head.buttons})

    def _on_changed(self, entry: Entry) -> None:
        """A star, note or tag is another one now."""
        if self._record is not None and self._record.entry.id == entry.id:
            self._record = replace(self._record, entry=entry)
            self.view.show_entry(entry)

    def _on_found(self, total: int) -> None:
        """Something was found: show the newest of it when nothing is chosen yet."""
        if total and not self.list.currentIndex().isValid() and not self._wanted:
            self.list.choose(0)
        self._show_state()

    def _tell(self, words: str) -> None:
        self.notify.emit(words, "", None)

    # -- putting it together ---------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        theme = self.parts.theme
        self.begin = EmptyState(
            "history",
            "Nothing has been asked yet",
            "Every prompt and every answer is kept here, with all that it depended on: to find it, to repeat it, to"
            " take it elsewhere.",
            theme,
        )
        self.begin.add_button("Go to the chat", lambda: self.parts.commands.run("chat.open"), icon="message-square")
        self._none = EmptyState("scan-text", "Choose a record", "Its prompt and answer will stand here.", theme)
        self.many = EmptyState("layers", "Several records", "Star, delete or export them.", theme)
        self.many.add_button("Export…", self.export, icon="upload")
        self.many.add_button("Star", self.star, "", "star")
        self.many.add_button("Delete", self.delete_selected, "", "trash-2")
        self._right = QStackedWidget()
        for page in (self._none, self.view, self.many):
            self._right.addWidget(page)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.finding)
        self.splitter.addWidget(self._right)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.splitter)
        self._pages.addWidget(self.begin)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self._fit()

    def _fit(self) -> None:
        zoom = min(self.parts.theme.zoom, 1.5)
        self.finding.setMinimumWidth(round(290 * zoom))
        self._right.setMinimumWidth(round(400 * zoom))

    def _connect(self) -> None:
        session, theme = self.parts.session, self.parts.theme
        theme.changed.connect(self._fit)
        self.filters.changed.connect(self._on_filter)
        self.finding.export.clicked.connect(lambda: self.export())
        self.finding.stop_requested.connect(self.saving.exporter.stop)
        self.model.counted.connect(self._on_found)
        self.list.chosen.connect(lambda entry: self._read(entry.id))
        self.list.selection_counted.connect(lambda _: self._show_state())
        self.list.wanted.connect(self.act)
        self.list.star_clicked.connect(lambda entry: self.changing.star([entry]))
        self.view.asked.connect(self.act)
        self.view.annotations.noted.connect(self.changing.note)
        self.view.annotations.tagged.connect(self.changing.tag)
        self.changing.done.connect(self.done)
        self.changing.changed.connect(self._on_changed)
        self.changing.counts_changed.connect(self._count)
        self.saving.notice.connect(self._tell)
        self.saving.problem.connect(self.problem)
        self.replaying.changed.connect(self._show_reasons)
        self.saving.exporter.progressed.connect(self.finding.show_export)
        self.saving.exporter.ended.connect(self.finding.hide_export)
        self.saving.exporter.ended.connect(self._show_state)
        self._news.came.connect(self.refresh)
        session.models_changed.connect(lambda _: self._show_reasons())
        session.bringing_changed.connect(lambda _: self._show_reasons())

    # -- Qt --------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Ctrl+F is for the search here, before the window gives it to the chat."""
        is_key = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_key and event.matches(QKeySequence.StandardKey.Find):  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Find):
            self.search()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._sized:
            self._sized = True
            left = self.parts.theme.px(LIST_WIDTH)
            self.splitter.setSizes([left, self.width() - left])
        self._news.set_awake(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._news.set_awake(False)
        self.view.annotations.keep()
