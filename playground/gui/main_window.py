"""The window: side bar, panels, top bar, banner, toasts and activity bar. It knows no panel by name."""

from __future__ import annotations

import base64
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QSaveFile, QSize, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QPaintEvent, QUndoStack
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from playground.core.errors import UserError
from playground.core.events import Event, Memory
from playground.core.registry import scan
from playground.core.settings import Settings
from playground.gui import panels
from playground.gui.commands import Command
from playground.gui.layout import read_layout, write_layout
from playground.gui.panel import Panel, Parts
from playground.gui.shell.commands import general_commands
from playground.gui.shell.dialogs import ask_to_end_with_others, ask_to_force, ask_to_leave
from playground.gui.shell.menus import build_menu
from playground.gui.shell.notifier import Notifier
from playground.gui.shell.placing import fit_on_screen
from playground.gui.shell.top_bar import TopBar
from playground.gui.ticket import Ticket
from playground.gui.undo import Deed
from playground.gui.widgets.activity_bar import ActivityBar
from playground.gui.widgets.error_banner import ErrorBanner
from playground.gui.widgets.palette import Palette, PaletteEntry
from playground.gui.widgets.side_bar import SideBar
from playground.gui.widgets.toast import Toasts

log = logging.getLogger(__name__)

SIZE = QSize(1440, 900)
SMALLEST = QSize(1024, 640)
BOTTOM = 90  # panels from this place on stand at the bottom of the side bar


ENGINE_GONE = ("E-ENGINE-DIED", "E-STOPPED-BY-FORCE")  # what was loaded is not there any more


class MainWindow(QMainWindow):
    """Holds the panels it finds and gives them their frame."""

    first_paint = Signal()

    def __init__(self, parts: Parts, trouble: str = "") -> None:
        """Build the window; `trouble` is what was wrong with the settings, to be said with what is found here."""
        super().__init__()
        self.parts = parts
        self.setWindowTitle("LLM Playground")
        self.setAcceptDrops(True)
        self._painted = False
        self.undo = QUndoStack(self)
        self._layout, lost = read_layout(parts.paths.layout)
        self._told_at_start = " ".join(filter(None, (trouble, lost)))
        self.panels: dict[str, Panel] = {}
        self.side = SideBar(parts.theme)
        self.top = TopBar(parts)
        self.banner = ErrorBanner(parts.theme)
        self.stack = QStackedWidget()
        self.activity = ActivityBar(parts.theme)
        self._arrange()
        self.toasts = Toasts(parts.theme, self)
        self.palette_box = Palette(parts.theme, self)
        self._notifier = Notifier(self, parts)
        self._open_panels()
        parts.commands.add(general_commands(self))
        self.menu = build_menu(parts.commands, self)
        self.top.set_menu(self.menu)
        self._connect()
        self._restore()
        if self._told_at_start:
            self.inform(self._told_at_start)

    # -- panels ------------------------------------------------------------------------------------------------

    def open_panel(self, name: str) -> None:
        """Bring a panel to the front."""
        panel = self.panels[name]
        self.stack.setCurrentWidget(panel)
        self.side.choose(name)
        panel.shown()

    @property
    def current(self) -> str:
        """The name of the panel in front."""
        return next((name for name, panel in self.panels.items() if panel is self.stack.currentWidget()), "")

    def _open_panels(self) -> None:
        kinds = sorted(scan(panels, Panel).items(), key=lambda item: (item[1].place, item[0]))
        for number, (name, kind) in enumerate(kinds, start=1):
            panel = kind(self.parts)
            self.panels[name] = panel
            self.stack.addWidget(panel)
            self.side.add(name, kind.title, kind.icon, bottom=kind.place >= BOTTOM)
            panel.notify.connect(self.notify)
            panel.done.connect(self.offer_undo)
            panel.problem.connect(self.show_problem)
            self.parts.commands.add(panel.commands())
            opening = partial(self.open_panel, name)
            self.parts.commands.add([Command(f"{name}.open", kind.title, opening, "View", f"Alt+{number}")])

    # -- telling the user --------------------------------------------------------------------------------------

    def notify(self, words: str, button: str = "", act: object = None) -> None:
        """Show a toast; `act` is what its button does."""
        self.toasts.show_toast(words, button, act if callable(act) else None)

    def offer_undo(self, words: str, undo: Callable[[], object], redo: Callable[[], object]) -> None:
        """Say what was done, with Undo in the toast and on Ctrl+Z."""
        deed = Deed(words, undo, redo)
        self.undo.push(deed)

        def take_back() -> None:
            if self.undo.index() and self.undo.command(self.undo.index() - 1) is deed:
                self.undo.undo()
            else:
                deed.undo()

        self.toasts.show_toast(words, "Undo", take_back)

    def inform(self, words: str) -> None:
        """Show something worth knowing that is no error of the user's."""
        self.banner.show_message(words, kind="info")

    def show_problem(self, error: UserError) -> None:
        """Show an error: message, hint, code, and its details to copy."""
        details = "\n".join(getattr(error, "__notes__", []))
        gone = error.code in ENGINE_GONE and bool(self.parts.desk.last)
        button, act = ("Load again", self.parts.desk.load_again) if gone else ("", None)
        self.banner.show_message(error.message, error.hint, error.code, details, button=button, act=act)

    def open_palette(self) -> None:
        """Show the palette over every command that may be chosen there."""
        entries = [
            PaletteEntry(c.id, c.title, c.shortcut.split(" or ")[0], c.why_not())
            for c in self.parts.commands.all()
            if c.in_palette
        ]
        self.palette_box.open(entries)

    def save_picture(self, file: Path) -> None:
        """Write what the window shows to a PNG file."""
        whole = QSaveFile(str(file))  # an older picture stays until the new one is complete
        ready = whole.open(QSaveFile.OpenModeFlag.WriteOnly) and self.grab().save(whole, "PNG")
        if ready and whole.commit():
            self.notify(f"Saved as {file.name}.")
        else:
            self.show_problem(UserError(f"{file.name} cannot be written.", "Choose another folder.", "E-FILE"))

    def zoom_by(self, step: int) -> None:
        """Make everything larger or smaller; 0 goes back to 100 %."""
        session = self.parts.session
        zoom = 100 if step == 0 else max(70, min(200, session.settings.zoom + 10 * step))
        session.settings = replace(session.settings, zoom=zoom)

    # -- coming and going --------------------------------------------------------------------------------------

    def save(self) -> None:
        """Remember where everything was."""
        layout = self._layout
        layout.geometry = base64.b64encode(self.saveGeometry().data()).decode()
        layout.panel = self.current
        layout.panels = {name: panel.save_layout() for name, panel in self.panels.items()}
        if self.parts.session.model is not None:
            layout.model = self.parts.session.model.model.path
            layout.model_name = self.parts.session.model.model.name
        try:
            write_layout(self.parts.paths.layout, layout)
        except OSError as error:  # the window closes: there is nobody left to tell
            log.warning("the layout is not kept: %s", error)

    def _restore(self) -> None:
        layout = self._layout
        if layout.geometry:
            self.restoreGeometry(QByteArray.fromBase64(layout.geometry.encode(errors="replace")))
        self._fit_on_screen()
        for name, panel in self.panels.items():
            state = layout.panels.get(name)
            if isinstance(state, dict):
                panel.restore_layout(state)
        self.open_panel(layout.panel if layout.panel in self.panels else next(iter(self.panels)))

    def _fit_on_screen(self) -> None:
        fit_on_screen(self, SIZE, SMALLEST)

    def _on_screen_removed(self) -> None:
        QTimer.singleShot(0, self, self._fit_on_screen)  # when Qt too has left the screen

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.first_paint.emit()
            QTimer.singleShot(0, self._wake)

    def _wake(self) -> None:
        """Start what the first picture did not need: the engine, the list of models, the last chat."""
        self.parts.jobs.start()
        self.parts.desk.look()
        for panel in self.panels.values():
            panel.wake(self._layout)
        settings = self.parts.session.settings
        if settings.load_at_start and os.path.exists(self._layout.model):
            self.parts.desk.open(self._layout.model)

    def closeEvent(self, event: QCloseEvent) -> None:
        # An answer under way is kept up to here in any case; only long work is worth a question.
        running = [t for t in self.parts.jobs.tickets if t.job.lane in ("work", "errand") and not t.job.quiet]
        if running and not ask_to_leave(self, running):
            event.ignore()
            return
        for panel in self.panels.values():
            panel.leave()
        super().closeEvent(event)

    # -- drops -------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self.take_drop(Path(url.toLocalFile()))

    def take_drop(self, path: Path) -> None:
        """Give a dropped file to the panel in front, else to the first that can use it."""
        front = self.panels[self.current]
        for panel in sorted(self.panels.values(), key=lambda p: p is not front):
            if panel.take_drop(path):
                if panel is not front:
                    self.open_panel(next(name for name, p in self.panels.items() if p is panel))
                return
        self.notify(f"{path.name} is of no use here.")

    # -- putting it together -----------------------------------------------------------------------------------

    def _arrange(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        for widget in (self.top, self.banner, self.stack):
            right.addWidget(widget, 1 if widget is self.stack else 0)
        across = QHBoxLayout()
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self.side)
        across.addLayout(right, 1)
        body = QWidget()
        down = QVBoxLayout(body)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(0)
        down.addLayout(across, 1)
        down.addWidget(self.activity)
        self.setCentralWidget(body)

    def _connect(self) -> None:
        parts = self.parts
        self.side.chosen.connect(self.open_panel)
        self.palette_box.chosen.connect(parts.commands.run)
        parts.commands.refused.connect(self.notify)
        parts.records.failed.connect(self.show_problem)
        parts.records.saved_again.connect(lambda: self.inform("The record can be written again. Everything is saved."))
        parts.desk.problem.connect(self.show_problem)
        parts.desk.too_large.connect(self._on_too_large)
        parts.jobs.memory_changed.connect(self._on_memory)
        parts.jobs.submitted.connect(self._on_submitted)
        parts.jobs.ended.connect(self._on_ended)
        parts.jobs.stop_is_stuck.connect(self._on_stuck)
        parts.jobs.engine_died.connect(self._on_engine_died)
        parts.session.settings_changed.connect(self._on_settings)
        self.activity.stop_requested.connect(self._on_stop)
        self.banner.closed.connect(self._on_banner_closed)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.screenRemoved.connect(self._on_screen_removed)

    def _on_memory(self, memory: Memory) -> None:
        self.parts.session.memory = memory
        self.activity.set_memory(memory)

    def _on_submitted(self, ticket: Ticket) -> None:
        if ticket.job.lane == "glance" or ticket.job.quiet:
            return
        self.activity.add_job(ticket.number, ticket.job.label)
        self._notifier.follow(ticket, self.activity)

    def _on_ended(self, ticket: Ticket, event: Event) -> None:
        self.activity.remove_job(ticket.number)
        self._notifier.ended(ticket, event)

    def _on_banner_closed(self) -> None:
        """Say again what was said at the start, if an error took its place."""
        told, self._told_at_start = self._told_at_start, ""
        if told and told not in self.banner.text():
            self.inform(told)

    def _on_stop(self, number: int) -> None:
        for ticket in self.parts.jobs.tickets:
            if ticket.number == number:
                self.parts.jobs.stop(ticket)

    def _on_stuck(self, ticket: Ticket, others: list[Ticket]) -> None:
        if ask_to_end_with_others(self, ticket, others):
            self.parts.jobs.insist(ticket)

    def _on_too_large(self, doubt: UserError, load: Callable[[], object]) -> None:
        if ask_to_force(self, doubt):
            load()

    def _on_settings(self, settings: object) -> None:
        assert isinstance(settings, Settings)
        app = QApplication.instance()
        theme = self.parts.theme
        if isinstance(app, QApplication) and (theme.mode, theme.zoom) != (settings.theme, settings.zoom / 100):
            theme.apply(app, settings.theme, settings.zoom / 100)

    def _on_engine_died(self, words: str) -> None:
        """Say so even when no job was running that could."""
        self.show_problem(UserError(words, "A fresh engine takes its place; load the model again.", "E-ENGINE-DIED"))
