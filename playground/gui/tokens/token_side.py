"""The right side: everything about one token, and what could have stood in its place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from playground.gui.theme import Theme
from playground.gui.tokens.alternatives import Alternatives
from playground.gui.tokens.answer import FACTS, Answer
from playground.gui.widgets.buttons import Button
from playground.gui.widgets.labels import ElidedLabel, label, line

HINT = "Load the model to see the words of the other tokens."


class TokenSide(QScrollArea):
    """Shows one token of an answer."""

    load_requested = Signal()
    go_on_requested = Signal(int, int)  # which token of the answer, and the id to put in its place

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[Answer, int] | None = None
        self.title, self.place = ElidedLabel("", "heading"), label("", "small")
        self.values: dict[str, QLabel] = {}
        self._grid = QGridLayout()
        self.alternatives = Alternatives(theme)
        self.heading = label("Alternatives, raw", "strong")
        self.hint = label(HINT, "small", wrap=True)
        self.load = Button("Load the model", theme, "", "download", slot=self.load_requested.emit)
        self.alternatives.reached.connect(self._show_row)
        self.alternatives.wanted.connect(self._on_wanted)
        self._arrange()
        self._build_values()

    def show_token(self, answer: Answer, at: int) -> None:
        """Show a token; an answer without tokens clears the pane."""
        if not 0 <= at < len(answer.tokens):
            return
        self._shown = (answer, at)
        token = answer.tokens[at]
        self.title.setText(answer.shown(at))
        self.place.setText(f"Step {token.step + 1:,} · id {token.id}")
        for name, value in answer.facts(at).items():
            self.values[name].setText(value)
        rows = answer.alternatives(at)
        self.heading.setText("Alternatives, raw" if rows else "No alternatives")
        self.alternatives.show_rows(rows)

    def refresh(self) -> None:
        """Show the same token with what is known of the texts now."""
        if self._shown is not None:
            self.show_token(*self._shown)

    def show_offer(self, missing: bool, reason: str) -> None:
        """Offer to load the model while words are missing; `reason` says why that cannot be done now."""
        self.hint.setVisible(missing)
        self.load.setVisible(missing)
        self.load.set_available(reason, "Its tokenizer knows the words")

    def _on_wanted(self, id: int) -> None:
        if self._shown is not None:
            self.go_on_requested.emit(self._shown[1], id)

    def _show_row(self, top: float, bottom: float) -> None:
        above = self.alternatives.y()
        self.ensureVisible(0, above + round(top), 0, 0)
        self.ensureVisible(0, above + round(bottom), 0, self._theme.px(4))

    def _build_values(self) -> None:
        for row, name in enumerate(FACTS):
            value = label("", "medium")
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(label(name, "quiet"), row, 0)
            self._grid.addWidget(value, row, 1)
            self.values[name] = value
        self._grid.setColumnStretch(0, 1)

    def _arrange(self) -> None:
        px = self._theme.px
        body = QWidget()
        body.setProperty("ground", "clear")
        self._grid.setVerticalSpacing(px(5))
        column = QVBoxLayout(body)
        column.setContentsMargins(px(16), px(14), px(12), px(18))
        column.setSpacing(px(6))
        column.addWidget(self.title)
        column.addWidget(self.place)
        column.addSpacing(px(4))
        column.addLayout(self._grid)
        column.addSpacing(px(6))
        column.addWidget(line())
        column.addSpacing(px(6))
        column.addWidget(self.heading)
        column.addWidget(self.hint)
        column.addWidget(self.load, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.alternatives)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setWidget(body)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        body.setAutoFillBackground(False)
        self.setAccessibleName("The token")
