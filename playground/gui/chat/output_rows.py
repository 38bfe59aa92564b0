"""The controls that are no sampler: how long, how many, when to stop, with which luck, in how much context."""

from __future__ import annotations

import secrets
from dataclasses import replace

from PySide6.QtCore import QRegularExpression, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from playground.core.facts import LoadedInfo
from playground.core.lines import lines_of, texts_of
from playground.core.options import options_of
from playground.core.pace import size
from playground.gui.setup import Setup
from playground.gui.theme import Theme
from playground.gui.widgets.buttons import IconButton
from playground.gui.widgets.labels import label
from playground.gui.widgets.parameter_row import ParameterRow
from playground.gui.widgets.text_box import TextBox
from playground.recipes.run_settings import UNLIMITED, RunSettings

STOPS = (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072)
"""Context lengths offered, up to what the model allows."""
ALIKE = "Greedy leaves nothing to luck: all answers will be the same."


class OutputRows(QWidget):
    """Max tokens, number of answers, context length, stop sequences, seed."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._filling = False
        self._last_seed: int | None = None
        self._most = 0  # what the model allows; 0: no model, or nobody knows
        self._context: int | None = None  # the length that is wanted, also while no model is there to offer it
        option = next(o for o in options_of(RunSettings) if o.name == "max_tokens")
        self.max_tokens = ParameterRow(option, theme)
        self.until_it_stops = QCheckBox("Until it stops")
        self.answers = ParameterRow(next(o for o in options_of(Setup) if o.name == "answers"), theme)
        self.alike = label(ALIKE, "small", wrap=True)
        self._greedy = False
        self.context = QComboBox()
        self.stop = TextBox("Stop sequences", "One per line; \\n means a line break", 1, 4)
        self.seed = QLineEdit()
        self.dice = IconButton("dices", "Draw a seed and keep it", theme)
        self.lock = IconButton("lock", "Keep the seed of the last answer", theme)
        self._arrange()
        self._connect()

    def value(self, run: RunSettings) -> RunSettings:
        """Return `run` with what stands here."""
        tokens = UNLIMITED if self.until_it_stops.isChecked() else int(self.max_tokens.value())
        stop = texts_of(self.stop.toPlainText())
        seed = int(self.seed.text()) if self.seed.text() else None
        return replace(run, max_tokens=tokens, stop=stop, seed=seed, context_length=self._context)

    def set_value(self, run: RunSettings) -> None:
        """Show other settings."""
        self._filling = True
        self.until_it_stops.setChecked(run.max_tokens == UNLIMITED)
        if run.max_tokens != UNLIMITED:
            self.max_tokens.set_value(
                run.max_tokens, "default" if run.max_tokens == RunSettings().max_tokens else "you"
            )
        self.max_tokens.setEnabled(run.max_tokens != UNLIMITED)
        self.stop.set_text(lines_of(run.stop))
        self.seed.setText("" if run.seed is None else str(run.seed))
        self._context = run.context_length
        self._choose_context()
        self._filling = False

    def answer_count(self) -> int:
        """Return how many answers are wanted to one message."""
        return int(self.answers.value())

    def set_answer_count(self, count: int) -> None:
        """Show another number of answers."""
        self.answers.set_value(count, "default" if count == Setup().answers else "you")
        self._show_alike()

    def show_greedy(self, greedy: bool) -> None:
        """Take note whether luck plays a part: without it, several answers are the same."""
        self._greedy = greedy
        self._show_alike()

    def _show_alike(self) -> None:
        self.alike.setVisible(self._greedy and self.answer_count() > 1)

    def show_model(self, info: LoadedInfo | None) -> None:
        """Offer the context lengths this model allows, with the memory each costs."""
        self._filling = True
        self._most = info.model.context if info is not None else 0
        self.context.clear()
        if info is None:
            self.context.addItem("What the model allows", None)
        else:
            most = info.model.context
            self.context.addItem(f"{most:,} (all it allows) · {size(info.model.cache_bytes(info.dtype, most))}", None)
            for length in (n for n in STOPS if n < most):
                self.context.addItem(f"{length:,} · {size(info.model.cache_bytes(info.dtype, length))}", length)
        self._choose_context()
        self._filling = False

    def _choose_context(self) -> None:
        if self._most and self._context is not None and self._context >= self._most:
            self._context = None
        if self._context is not None and self.context.findData(self._context) < 0:
            self.context.addItem(f"{self._context:,}", self._context)
        self.context.setCurrentIndex(max(0, self.context.findData(self._context)))

    def remember_seed(self, seed: int) -> None:
        """Take note of the seed the last answer was drawn with."""
        self._last_seed = seed
        self.lock.setEnabled(True)
        self.lock.setToolTip(f"Keep the seed of the last answer ({seed})")
        self.seed.setPlaceholderText(f"random (last: {seed})")

    def _arrange(self) -> None:
        seeds = QHBoxLayout()
        seeds.setSpacing(4)
        for widget in (self.seed, self.dice, self.lock):
            seeds.addWidget(widget, 1 if widget is self.seed else 0)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Context", self.context)
        form.addRow("Stop at", self.stop)
        form.addRow("Seed", seeds)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.max_tokens)
        column.addWidget(self.until_it_stops)
        column.addWidget(self.answers)
        column.addWidget(self.alike)
        self.alike.hide()
        column.addLayout(form)

    def _connect(self) -> None:
        self.seed.setPlaceholderText("random")
        self.seed.setAccessibleName("Seed")
        self.seed.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{0,20}"), self))
        self.seed.setToolTip("The same seed draws the same luck for every model and setting. Empty: new each time.")
        self.context.setAccessibleName("Context length")
        self.context.setToolTip("How many tokens prompt and answer may have together, and the memory that costs")
        self.lock.setEnabled(False)
        self.max_tokens.value_changed.connect(lambda _: self._tell())
        self.max_tokens.reset_requested.connect(self._on_reset)
        self.answers.value_changed.connect(lambda _: self._on_answers())
        self.answers.reset_requested.connect(lambda: self._on_answers(Setup().answers))
        self.until_it_stops.toggled.connect(self._on_until)
        self.context.currentIndexChanged.connect(lambda _: self._on_context())
        self.stop.textChanged.connect(self._tell)
        self.seed.textChanged.connect(self._on_seed)
        self.dice.clicked.connect(lambda: self.seed.setText(str(secrets.randbits(32))))
        self.lock.clicked.connect(lambda: self.seed.setText(str(self._last_seed)))

    def _on_reset(self) -> None:
        self.max_tokens.set_value(RunSettings().max_tokens, "default")
        self._tell()

    def _on_answers(self, count: int | None = None) -> None:
        self.set_answer_count(self.answer_count() if count is None else count)
        self._tell()

    def _on_context(self) -> None:
        if not self._filling:
            self._context = self.context.currentData()
            self._tell()

    def _on_until(self, on: bool) -> None:
        self.max_tokens.setEnabled(not on)
        self._tell()

    def _on_seed(self, text: str) -> None:
        if text and int(text) >= 2**64:  # the field takes twenty digits, the seed has 64 bits
            self.seed.setText(str(2**64 - 1))
            return
        self._tell()

    def _tell(self) -> None:
        if not self._filling:
            self.changed.emit()
