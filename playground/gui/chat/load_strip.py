"""The strip above the prompt box while no model can answer: the offer to load one, or how far it is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar

from playground.gui.session import Bringing
from playground.gui.theme import Theme
from playground.gui.widgets.buttons import Button
from playground.gui.widgets.labels import ElidedLabel


class LoadStrip(QFrame):
    """One line. `load_requested` carries the path of the model used last."""

    load_requested = Signal(str)
    models_requested = Signal()
    stop_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._path = ""
        self.setProperty("kind", "card")
        self.words = ElidedLabel("")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Loading")
        self.bar.setMaximumWidth(160)
        self.load = Button("Load", theme, "primary", slot=lambda: self.load_requested.emit(self._path))
        self.others = Button("Choose a model", theme, slot=lambda: self.models_requested.emit())
        self.stop = Button("Stop", theme, slot=lambda: self.stop_requested.emit())
        self.load.setObjectName("loadAgain")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self.words, 1)
        for widget in (self.bar, self.load, self.others, self.stop):
            row.addWidget(widget)

    def show_offer(self, path: str, name: str) -> None:
        """Offer the model used last, if there was one."""
        self._path = path
        self.words.setText(f"{name} is not loaded." if path else "No model is loaded.")
        self.load.setAccessibleName(f"Load {name}")
        self._show(loading=False)
        self.load.setVisible(bool(path))

    def show_bringing(self, bringing: Bringing) -> None:
        """Show how far the model is."""
        self.words.setText(" · ".join(t for t in (bringing.title, bringing.text, bringing.detail) if t))
        self.bar.setRange(0, 0 if bringing.share is None else 1000)
        if bringing.share is not None:
            self.bar.setValue(round(1000 * bringing.share))
        self._show(loading=True)

    def _show(self, loading: bool) -> None:
        for widget in (self.bar, self.stop):
            widget.setVisible(loading)
        for widget in (self.load, self.others):
            widget.setVisible(not loading)
