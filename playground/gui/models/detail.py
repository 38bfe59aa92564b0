"""One model in full: what it is, what it takes, and the buttons to load or fetch it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from playground.core.catalogue import CatalogueEntry
from playground.core.errors import redact
from playground.core.facts import DTYPES, LoadedInfo, ModelInfo
from playground.core.pace import count, size
from playground.gui.model_words import forms_in_words, has_two_forms
from playground.gui.models.facts_grid import FactsGrid
from playground.gui.models.inspector import Inspector
from playground.gui.models.memory_table import MemoryTable
from playground.gui.session import Bringing
from playground.gui.theme import Theme
from playground.gui.widgets.labels import ElidedLabel

WIDTH = 720


class ModelDetail(QScrollArea):
    """Shows a model on this computer, or one on offer."""

    load_requested = Signal(str, str)  # path, dtype
    unload_requested = Signal(str)
    use_requested = Signal(str)
    fetch_requested = Signal(str)  # the entry's repo
    stop_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._info: ModelInfo | None = None
        self._entry: CatalogueEntry | None = None
        self._loaded: LoadedInfo | None = None
        self.title, self.words = _label("title"), _label("quiet")
        self.facts, self.memory, self.inspector = FactsGrid(), MemoryTable(theme), Inspector(theme)
        self.dtype = QComboBox()
        self.load, self.unload = _button("Load", "load", "primary"), _button("Unload", "unload")
        self.use, self.fetch = _button("Chat with it", "use", "primary"), _button("Get", "fetch", "primary")
        self.progress, self.stage = QProgressBar(), ElidedLabel("", "small")
        self.stop = _button("Stop", "stopBringing")
        self._arrange()
        self._connect()

    # -- what the panel says -----------------------------------------------------------------------------------

    def show_info(self, info: ModelInfo, loaded: LoadedInfo | None, free: int, is_current: bool) -> None:
        """Show a model that is on this computer."""
        self._info, self._entry, self._loaded = info, None, loaded
        self.title.setText(info.name)
        self.words.setText(_in_words(info))
        self.facts.show_facts(_facts_of(info, loaded))
        self.memory.show_model(info, free)
        self._memory_part.setVisible(info.format != "gguf")
        self.dtype.setVisible(info.format != "gguf")
        self.load.setText("Load" if loaded is None else "Load again")
        if info.format == "gguf":
            self.load.setText("Convert and load")
        self.load.setProperty("kind", "primary" if loaded is None else "")
        for widget, there in (
            (self.load, True),
            (self.unload, loaded is not None),
            (self.use, loaded is not None and not is_current),
            (self.fetch, False),
            (self._inspector_part, loaded is not None),
        ):
            widget.setVisible(there)
        if loaded is not None:
            self.inspector.show_model(loaded)
        self._polish()

    def show_entry(self, entry: CatalogueEntry) -> None:
        """Show a model that can be fetched."""
        self._info, self._entry, self._loaded = None, entry, None
        self.title.setText(entry.name)
        self.words.setText(entry.description)
        self.facts.show_facts(_facts_of_entry(entry))
        self.fetch.setText(f"Get it · {size(entry.bytes)}" if entry.bytes else "Get it")
        for widget in (self._memory_part, self._inspector_part, self.dtype, self.load, self.unload, self.use):
            widget.setVisible(False)
        self.fetch.setVisible(True)
        self._polish()

    def show_bringing(self, bringing: Bringing | None) -> None:
        """Show what is on its way, and meanwhile start nothing else."""
        for button in (self.load, self.fetch):
            button.setEnabled(bringing is None)
            button.setToolTip("" if bringing is None else "Another model is on its way.")
        self._progress_part.setVisible(bringing is not None)
        if bringing is None:
            return
        self.progress.setRange(0, 0 if bringing.share is None else 1000)
        if bringing.share is not None:
            self.progress.setValue(round(1000 * bringing.share))
        self.stage.setText(" · ".join(t for t in (bringing.title, bringing.text, bringing.detail) if t))

    def _polish(self) -> None:
        self.load.style().unpolish(self.load)
        self.load.style().polish(self.load)
        self.verticalScrollBar().setValue(0)

    # -- putting it together -----------------------------------------------------------------------------------

    def _arrange(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.words.setWordWrap(True)
        self.title.setWordWrap(True)
        self.inspector.setMinimumHeight(260)
        self._memory_part = _part("Memory it will take", self.memory)
        self._inspector_part = _part("Inside", self.inspector)
        self._progress_part = self._progress_row()
        self._progress_part.hide()
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(32, 28, 32, 28)
        column.setSpacing(16)
        for widget in (self.title, self.words, self._buttons(), self._progress_part, self.facts):
            column.addWidget(widget)
        for widget in (self._memory_part, self._inspector_part):
            column.addWidget(widget)
        column.addStretch(1)
        self.setWidget(body)
        self._theme.changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        """Keep lines at a length that is read with ease."""
        if (body := self.widget()) is not None:
            for part in body.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
                part.setMaximumWidth(self._theme.px(WIDTH))

    def _buttons(self) -> QWidget:
        self.dtype.addItem("auto: fastest measured here", "auto")
        for dtype in DTYPES:
            self.dtype.addItem(dtype, dtype)
        self.dtype.setAccessibleName("Number format")
        self.dtype.setObjectName("dtype")
        self.dtype.setToolTip("The number format of the weights in memory. auto takes what was measured fastest here.")
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.use, self.load, self.dtype, self.unload, self.fetch):
            row.addWidget(widget)
        row.addStretch(1)
        return holder

    def _progress_row(self) -> QWidget:
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress")
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.addWidget(self.stage, 1)
        row.addWidget(self.stop)
        column.addLayout(row)
        column.addWidget(self.progress)
        return holder

    def _connect(self) -> None:
        self.load.clicked.connect(lambda: self.load_requested.emit(self._path(), self.chosen_dtype()))
        self.unload.clicked.connect(lambda: self.unload_requested.emit(self._path()))
        self.use.clicked.connect(lambda: self.use_requested.emit(self._path()))
        self.fetch.clicked.connect(lambda: self.fetch_requested.emit(self._entry.repo if self._entry else ""))
        self.stop.clicked.connect(lambda: self.stop_requested.emit())

    def _path(self) -> str:
        return self._info.path if self._info is not None else ""

    def chosen_dtype(self) -> str:
        return str(self.dtype.currentData())


def _in_words(info: ModelInfo) -> str:
    kind = "a base model that continues text" if not info.has_template else "made for chat"
    return f"{count(info.parameters)} parameters, {kind}." if info.parameters else ""


def _facts_of(info: ModelInfo, loaded: LoadedInfo | None) -> list[tuple[str, str]]:
    heads = f"{info.heads}" + (f" ({info.kv_heads} for keys and values)" if info.kv_heads != info.heads else "")
    facts = [
        ("Architecture", info.architecture),
        ("Parameters", f"{info.parameters:,}" if info.parameters else ""),
        ("Layers", str(info.layers or "")),
        ("Heads", heads if info.heads else ""),
        ("Width", str(info.width or "")),
        ("Vocabulary", f"{info.vocabulary:,} tokens" if info.vocabulary else ""),
        ("Context", f"{info.context:,} tokens" if info.context else ""),
        ("Weights on disk", f"{info.dtype}, {size(info.bytes)}"),
        ("Weights come from", info.origin),
        ("Licence", info.licence or "not stated"),
        ("Place", redact(str(Path(info.path)))),
    ]
    if loaded is not None:
        memory = f"{size(loaded.resident_bytes)}{' for both' if has_two_forms(loaded) else ''}"
        state = f"{forms_in_words(loaded)} on {loaded.device}, {memory}, loaded in {loaded.seconds:.1f} s"
        facts.insert(0, ("Loaded", state))
    return facts


def _facts_of_entry(entry: CatalogueEntry) -> list[tuple[str, str]]:
    place = "the Python package index, no account needed" if entry.source == "starter" else f"the Hub: {entry.repo}"
    return [
        ("Parameters", count(entry.parameters)),
        ("Download", size(entry.bytes) if entry.bytes else ""),
        ("Licence", entry.licence),
        ("Comes from", place),
    ]


def _label(kind: str) -> QLabel:
    label = QLabel()
    label.setProperty("kind", kind)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _button(words: str, name: str, kind: str = "") -> QPushButton:
    button = QPushButton(words)
    button.setObjectName(name)
    button.setProperty("kind", kind)
    return button


def _part(title: str, body: QWidget) -> QWidget:
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 8, 0, 0)
    column.setSpacing(10)
    heading = _label("heading")
    heading.setText(title)
    column.addWidget(heading)
    column.addWidget(body)
    return part
