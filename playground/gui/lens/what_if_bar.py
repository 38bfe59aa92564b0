"""What would have changed: the basic samplers as sliders over a finished answer, and what they would have done."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from playground.core.lens import WhatIf
from playground.gui.chat.sampler_rows import SamplerRows
from playground.gui.lens.stage_card import Names
from playground.gui.theme import Theme
from playground.gui.widgets.buttons import Button
from playground.gui.widgets.labels import label
from playground.recipes.run_settings import RunSettings, full_chain

ABOUT = "Move a slider: nothing is written anew, the same luck is tried with other settings on what was kept."
SAME = "With these settings the same luck writes the same answer."
GAP = 28  # between two columns of rows, in pixels at 100 %


class WhatIfBar(QWidget):
    """Edits the settings an answer was written with; `changed` tells the others."""

    changed = Signal(object)  # RunSettings
    go_on_requested = Signal(int, int)  # the step, and the token these settings draw there

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._then = RunSettings()
        self._found: WhatIf | None = None
        self._columns, self._grid = 0, QGridLayout()
        self.rows = SamplerRows(theme, full_chain())
        self.verdict = label(ABOUT, "quiet", wrap=True)
        self.reset = Button("As it was", theme, "", "rotate-ccw", slot=self._on_reset)
        self.go_on = Button("Continue from there", theme, "", "git-branch", slot=self._on_go_on)
        self.rows.changed.connect(self._on_changed)
        self._arrange()

    def set_settings(self, then: RunSettings) -> None:
        """Begin with the settings of an answer."""
        self._then = then
        self._show(then)
        self.say(ABOUT)

    def settings(self) -> RunSettings:
        """Return the settings as they stand here, with the luck of then."""
        return replace(self._then, chain=self.rows.chain())

    @property
    def is_changed(self) -> bool:
        return self.settings().working() != self._then.working()

    def show_found(self, found: WhatIf, names: Names) -> None:
        """Show what the settings would have done."""
        self._found = found
        self.verdict.setText(sentence(found, names) if self.is_changed else ABOUT)
        self._offer()

    def say(self, words: str) -> None:
        """Show words in the place of a finding."""
        self._found = None
        self.verdict.setText(words)
        self._offer()

    def _offer(self) -> None:
        self.reset.set_available("" if self.is_changed else "These are the settings it was written with.")
        parts = self._found is not None and self._found.first >= 0 and self.is_changed
        reason = "" if parts else "First choose settings that write another token."
        self.go_on.set_available(reason, "Write on from the first other token with these settings, as another version")

    def _show(self, settings: RunSettings) -> None:
        self.rows.set_chain(settings.chain, dict.fromkeys(self.rows.rows, "default"))

    def _on_changed(self) -> None:
        self._offer()
        self.changed.emit(self.settings())

    def _on_reset(self) -> None:
        self._show(self._then)
        self._on_changed()

    def _on_go_on(self) -> None:
        if self._found is not None:
            self.go_on_requested.emit(self._found.first, self._found.instead)

    def minimumSizeHint(self) -> QSize:
        """Return the size with all rows below each other: two columns need no more than there is."""
        return QSize(self._row_width(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _row_width(self) -> int:
        return max(row.minimumSizeHint().width() for row in self.rows.shelf("basic"))

    def _place(self) -> None:
        """Put the rows into two columns where there is room for them, else into one."""
        columns = 2 if self.width() >= 2 * self._row_width() + self._theme.px(GAP) else 1
        if columns == self._columns:
            return
        self._columns = columns
        for number, row in enumerate(self.rows.shelf("basic")):
            self._grid.addWidget(row, number // columns, number % columns)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, columns - 1)
        self.updateGeometry()

    def _arrange(self) -> None:
        px = self._theme.px
        self._grid.setHorizontalSpacing(px(GAP))
        self._grid.setVerticalSpacing(px(4))
        self._place()
        buttons = QHBoxLayout()
        buttons.addWidget(self.reset)
        buttons.addWidget(self.go_on)
        buttons.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(px(8))
        whole.addWidget(label("What would have changed", "strong"))
        whole.addWidget(self.verdict)
        whole.addLayout(self._grid)
        whole.addLayout(buttons)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)


def sentence(found: WhatIf, names: Names) -> str:
    """Return what other settings would have done to an answer."""
    parts = []
    if found.first >= 0:
        parts.append(f"The same luck first writes another token at step {found.first + 1:,}: “{names(found.instead)}”.")
    elif not found.unsure:
        parts.append(SAME)
    count = len(found.impossible)
    if count:
        parts.append(f"{count:,} of {len(found.steps):,} tokens could not be drawn any more.")
    if found.unsure:
        words = "1 step needs" if len(found.unsure) == 1 else f"{len(found.unsure):,} steps need"
        parts.append(f"{words} recomputing: a token that was not kept could win there.")
    return " ".join(parts)
