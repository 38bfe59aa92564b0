"""Facts under headings, in two columns where there is room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from playground.gui.theme import Theme
from playground.gui.widgets.buttons import IconButton
from playground.gui.widgets.labels import ElidedLabel, label

Section = tuple[str, Sequence[tuple[str, str]]]

TWO_FROM = 600  # pixels at 100 %
MONO = {"Seed", "Model hash", "Template", "Prompt", "Record"}
CUT = {"Place"}  # long, without a space to break at: cut in the middle, whole in the tooltip
COPIED = {"Seed", "Model hash", "Record"}


class FactsColumns(QWidget):
    """Shows sections; values can be selected, and those needed elsewhere copied with a button."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._blocks: list[QWidget] = []
        self._columns = (QVBoxLayout(), QVBoxLayout())
        self._two: bool | None = None
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for column in self._columns:
            column.setSpacing(theme.px(22))
            row.addLayout(column, 1)

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Replace everything."""
        for block in self._blocks:
            block.hide()
            block.deleteLater()
        self._blocks = [self._block(heading, facts) for heading, facts in sections]
        self._two = None
        self._arrange()

    def copy_button(self, name: str) -> IconButton:
        """Return the button that copies a fact."""
        found = self.findChild(IconButton, f"copy{name}")
        assert found is not None
        return found

    def _arrange(self) -> None:
        """Deal the blocks out to one column or two."""
        two = self.width() >= self._theme.px(TWO_FROM)
        if two == self._two:
            return
        self._two = two
        for column in self._columns:
            while column.takeAt(0) is not None:
                pass
        for number, block in enumerate(self._blocks):
            self._columns[number % 2 if two else 0].addWidget(block)
        for column in self._columns[: 2 if two else 1]:
            column.addStretch(1)
        self._row.setStretch(1, 1 if two else 0)
        self._row.setSpacing(self._theme.px(32) if two else 0)

    def _block(self, heading: str, facts: Sequence[tuple[str, str]]) -> QWidget:
        block = QWidget(self)
        grid = QGridLayout(block)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(self._theme.px(14))
        grid.setVerticalSpacing(self._theme.px(5))
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, self._theme.px(80))
        grid.addWidget(label(heading, "strong"), 0, 0, 1, 2)
        for row, (name, value) in enumerate(facts, 1):
            grid.addWidget(label(name, "quiet"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addLayout(self._value(name, value), row, 1)
        return block

    def _value(self, name: str, value: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._theme.px(4))
        kind = "mono" if name in MONO else ""
        words: QLabel
        if name in CUT:
            words = ElidedLabel(value, kind, Qt.TextElideMode.ElideMiddle)
        else:
            words = label(value, kind, wrap=name not in MONO)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(words, 0 if name in MONO else 1)
        if name in COPIED:
            copy = IconButton("copy", f"Copy the {name.lower()}", self._theme, size=13)
            copy.setProperty("kind", "tiny")
            copy.setObjectName(f"copy{name}")
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(value))
            row.addWidget(copy)
        if name in MONO:
            row.addStretch(1)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
