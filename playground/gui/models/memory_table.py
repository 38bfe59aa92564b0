"""What a model will take at each dtype, against what is free: before it is loaded."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from playground.core.facts import DTYPES, ModelInfo
from playground.core.pace import size
from playground.gui.theme import Theme

STOPS = (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072)


class MemoryTable(QWidget):
    """One row for each dtype: weights, cache for the chosen context, and the sum as a bar over what is free."""

    context_changed = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._info: ModelInfo | None = None
        self._free = 0
        self.context = QComboBox()
        self.context.setAccessibleName("Context length for the estimate")
        self.context.currentIndexChanged.connect(lambda _: self._show())
        self._words: dict[str, QLabel] = {}
        self._bars: dict[str, _Bar] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, dtype in enumerate(DTYPES):
            self._words[dtype], self._bars[dtype] = QLabel(), _Bar(theme)
            grid.addWidget(QLabel(dtype), row, 0)
            grid.addWidget(self._bars[dtype], row, 1)
            grid.addWidget(self._words[dtype], row, 2)
        self.note = QLabel()
        self.note.setProperty("kind", "small")
        self.note.setWordWrap(True)
        top = QHBoxLayout()
        top.addWidget(QLabel("With a context of"))
        top.addWidget(self.context)
        top.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(top)
        column.addLayout(grid)
        column.addWidget(self.note)

    def show_model(self, info: ModelInfo, free: int) -> None:
        """Show the estimates for a model; `free` is what the machine has left, in bytes."""
        self._free = free
        if self._info != info:
            self._info = info
            self._fill_context(info.context or 2048)
        self._show()

    def set_free(self, free: int) -> None:
        """Take note of what the machine has left now."""
        self._free = free
        self._show()

    def bytes_for(self, dtype: str) -> int:
        """Return the estimate for one dtype at the chosen context."""
        assert self._info is not None
        return self._info.memory_bytes(dtype, self.context.currentData() or 2048)

    def _fill_context(self, most: int) -> None:
        self.context.blockSignals(True)
        self.context.clear()
        for length in (*(n for n in STOPS if n < most), most):
            self.context.addItem(f"{length:,} tokens", length)
        usual = min(2048, most)
        self.context.setCurrentIndex(max(0, self.context.findData(usual)))
        self.context.blockSignals(False)

    def _show(self) -> None:
        if self._info is None or self.context.currentData() is None:
            return
        length = self.context.currentData()
        for dtype in DTYPES:
            need = self._info.memory_bytes(dtype, length)
            fits = not self._free or need <= self._free
            self._words[dtype].setText(size(need) if fits else f"{size(need)}, too large")
            self._bars[dtype].show_share(need / self._free if self._free else 0.0, fits)
        free = f"{size(self._free)} free now, with what is loaded already counted. " if self._free else ""
        self.note.setText(f"{free}Weights, key-value cache and passing values together.")
        self.context_changed.emit(length)


class _Bar(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._share, self._fits = theme, 0.0, True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(160, 8)

    def show_share(self, share: float, fits: bool) -> None:
        self._share, self._fits = min(1.0, share), fits
        self.setAccessibleName(f"{round(100 * share)} % of the free memory")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        painter.setPen(self._theme.colour("line", 0.0))
        painter.setBrush(self._theme.colour("pressed"))
        painter.drawRoundedRect(whole, 4, 4)
        painter.setBrush(self._theme.colour("accent" if self._fits else "danger"))
        whole.setWidth(max(8.0, whole.width() * self._share) if self._share else 0.0)
        painter.drawRoundedRect(whole, 4, 4)
        painter.end()
