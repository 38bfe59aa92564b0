"""Models: what is on this computer, what can be fetched, what each takes, and what is inside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QMessageBox,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from playground.core.catalogue import CatalogueEntry, catalogue, hub_folder, starter_folder
from playground.core.errors import UserError
from playground.core.events import Done, Failed
from playground.core.facts import LoadedInfo, ModelInfo
from playground.core.pace import count, size
from playground.gui.commands import Command
from playground.gui.layout import Layout
from playground.gui.models.detail import ModelDetail
from playground.gui.models.model_list import Entry, ModelList
from playground.gui.panel import Panel, Parts
from playground.jobs.describe import Describe

RECENT = 8  # folders and files opened by hand that are remembered


class ModelsPanel(Panel):
    """Choose, fetch, load, look inside, unload."""

    title: ClassVar[str] = "Models"
    icon: ClassVar[str] = "box"
    place: ClassVar[int] = 20

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._catalogue = {entry.repo: entry for entry in catalogue()}
        self._opened: dict[str, ModelInfo] = {}  # folders and files opened by hand
        self._recent: list[str] = []  # their paths, the newest first
        self.list = ModelList(parts.theme)
        self.detail = ModelDetail(parts.theme)
        self.open_folder, self.open_gguf = QPushButton("Open folder…"), QPushButton("Open GGUF…")
        self.from_hub = QPushButton("From the Hub…")
        self._arrange()
        self._connect()
        self._fit()
        self._fill()
        self.list.setCurrentRow(1)

    def commands(self) -> list[Command]:
        desk, session = self.parts.desk, self.parts.session
        return [
            Command("models.open_folder", "Open a model folder…", self._on_open_folder, "Models", "Ctrl+O"),
            Command("models.open_gguf", "Open a GGUF file…", self._on_open_gguf, "Models"),
            Command("models.from_hub", "Get a model from the Hub…", self._on_from_hub, "Models", "", desk.busy),
            Command("models.starter", "Get the starter model", desk.get_starter, "Models", "", desk.busy),
            Command("models.look_at", "Look at a model", self._on_look_at, in_palette=False),
            Command("models.load", "Load a model", desk.open, "", "", desk.busy, in_palette=False),
            Command(
                "models.eject",
                "Unload the model",
                desk.eject,
                "Models",
                "",
                lambda: "" if session.model is not None else "No model is loaded.",
            ),
            Command(
                "models.stop",
                "Stop loading",
                desk.stop,
                "Models",
                "",
                lambda: "" if desk.is_busy else "No model is on its way.",
            ),
        ]

    def take_drop(self, path: Path) -> bool:
        """Look at a dropped folder or GGUF file."""
        if path.is_dir() or path.suffix.lower() == ".gguf":
            self.look_at(path)
            return True
        return False

    def shown(self) -> None:
        self.parts.desk.look()

    def wake(self, layout: Layout) -> None:
        """Look at what was opened by hand the last times."""
        for path in self._recent:
            if os.path.exists(path):
                self.look_at(Path(path), show=False)

    def save_layout(self) -> dict[str, object]:
        return {"recent": self._recent}

    def restore_layout(self, state: dict[str, object]) -> None:
        recent = state.get("recent")
        self._recent = [path for path in recent if isinstance(path, str)][:RECENT] if isinstance(recent, list) else []

    def look_at(self, path: Path, show: bool = True) -> None:
        """Read what a folder or file holds and list it, without loading it."""

        def on_done(event: Done) -> None:
            info = event.result
            assert isinstance(info, ModelInfo)
            self._opened = {info.path: info, **{k: v for k, v in self._opened.items() if k != info.path}}
            if show:
                self._recent = [info.path, *(p for p in self._recent if p != info.path)][:RECENT]
            self._fill()
            if show:
                self.list.choose(info.path)

        ticket = self.parts.jobs.submit(Describe(str(path)))
        ticket.on(Done, on_done)
        if show:
            ticket.on(Failed, lambda e: self.report(UserError(e.message, e.hint, e.code)))

    # -- the list ----------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        here = self._here()
        rows = [Entry("", "On this computer")]
        rows += [self._row(info) for info in here.values()]
        offered = [entry for entry in self._catalogue.values() if not self._is_here(entry, here)]
        starter = [e for e in offered if e.source == "starter"]
        if starter:
            rows = [Entry("", "Begin here"), *map(_offer, starter), *(rows if here else [])]
        hub = [e for e in offered if e.source == "hub"]
        if hub:
            rows += [Entry("", "On the Hub, when you ask"), *map(_offer, hub)]
        self.list.show_entries(rows)
        if not self.list.current():
            self.list.setCurrentRow(1)
        self._show(self.list.current())

    def _here(self) -> dict[str, ModelInfo]:
        infos = [*(self.parts.session.shelf or ()), *self._opened.values()]
        infos += [loaded.model for loaded in self.parts.session.models]
        return {info.path: info for info in infos}

    def _is_here(self, entry: CatalogueEntry, here: dict[str, ModelInfo]) -> bool:
        folder = (
            starter_folder(self.parts.paths) if entry.source == "starter" else hub_folder(self.parts.paths, entry.repo)
        )
        return str(folder) in here

    def _row(self, info: ModelInfo) -> Entry:
        words = " · ".join(
            w for w in (count(info.parameters) if info.parameters else "", info.dtype, size(info.bytes)) if w
        )
        return Entry(info.path, info.name, words, "Loaded" if self._loaded(info.path) else "")

    def _loaded(self, path: str) -> LoadedInfo | None:
        return next((m for m in self.parts.session.models if m.model.path == path), None)

    def _show(self, key: str) -> None:
        here = self._here()
        session = self.parts.session
        if key in here:
            current = session.model is not None and session.model.model.path == key
            free = session.memory.free if session.memory is not None else 0
            self.detail.show_info(here[key], self._loaded(key), free, current)
        elif key in self._catalogue:
            self.detail.show_entry(self._catalogue[key])

    # -- what the user does ------------------------------------------------------------------------------------

    def _on_load(self, path: str, dtype: str) -> None:
        info = self._here()[path]
        memory = self.parts.session.memory
        if info.format != "gguf" and memory is not None:
            held = self._loaded(path)
            free = memory.free + (held.resident_bytes if held is not None else 0)
            need = self.detail.memory.bytes_for("bfloat16" if dtype == "auto" else dtype)
            if need > free and not self._insists(need, free):
                return
        self.parts.desk.open(path, dtype)

    def _insists(self, need: int, free: int) -> bool:
        """Ask before loading what does not fit."""
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText("This model needs more memory than is free.")
        box.setInformativeText(
            f"It will take about {size(need)}; {size(free)} is free. The computer may become very slow."
        )
        load = box.addButton("Load anyway", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        return box.clickedButton() is load

    def _on_use(self, path: str) -> None:
        if (loaded := self._loaded(path)) is not None:
            self.parts.desk.choose(loaded)
            self.parts.commands.run("chat.open")

    def _on_fetch(self, repo: str) -> None:
        if self._catalogue[repo].source == "starter":
            self.parts.desk.get_starter()
        else:
            self.parts.desk.download(repo)

    def _on_look_at(self, path: str) -> None:
        self.parts.commands.run("models.open")
        self.look_at(Path(path))

    def _on_open_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "A folder with a model (config.json and *.safetensors)")
        if folder:
            self._on_look_at(folder)

    def _on_open_gguf(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "A GGUF file", "", "GGUF (*.gguf)")
        if file:
            self._on_look_at(file)

    def _on_from_hub(self) -> None:
        name, fine = QInputDialog.getText(self, "Get a model from the Hub", "Its name, as owner/name:")
        if fine and name.strip():
            self.parts.desk.download(name.strip())

    # -- putting it together -----------------------------------------------------------------------------------

    def _arrange(self) -> None:
        self._side = QWidget()
        column = QVBoxLayout(self._side)
        column.setContentsMargins(10, 10, 8, 10)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addWidget(self.open_folder)
        row.addWidget(self.open_gguf)
        column.addLayout(row)
        column.addWidget(self.from_hub)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self._side)
        splitter.addWidget(self.detail)
        splitter.setSizes([310, 900])
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def _fit(self) -> None:
        self._side.setMinimumWidth(self.parts.theme.px(240))

    def _connect(self) -> None:
        session, desk = self.parts.session, self.parts.desk
        self.parts.theme.changed.connect(self._fit)
        self.list.chosen.connect(self._show)
        self.detail.load_requested.connect(self._on_load)
        self.detail.unload_requested.connect(desk.unload)
        self.detail.use_requested.connect(self._on_use)
        self.detail.fetch_requested.connect(self._on_fetch)
        self.detail.stop_requested.connect(desk.stop)
        self.open_folder.clicked.connect(lambda: self._on_open_folder())
        self.open_gguf.clicked.connect(lambda: self._on_open_gguf())
        self.from_hub.clicked.connect(lambda: self._on_from_hub())
        session.shelf_changed.connect(lambda _: self._fill())
        session.models_changed.connect(lambda _: self._fill())
        session.model_changed.connect(lambda _: self._show(self.list.current()))
        session.memory_changed.connect(lambda m: self.detail.memory.set_free(m.free))
        session.bringing_changed.connect(self.detail.show_bringing)


def _offer(entry: CatalogueEntry) -> Entry:
    words = " · ".join(
        w for w in (count(entry.parameters), size(entry.bytes) if entry.bytes else "", entry.licence) if w
    )
    return Entry(entry.repo, entry.name, words)
