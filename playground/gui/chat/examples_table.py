"""The table of few-shot examples: on or off, dragged into order, with what each costs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from playground.core.facts import Example

ON, QUESTION, ANSWER, COST = range(4)


class ExamplesTable(QWidget):
    """Edits a list of examples; rows are dragged by their numbers."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.table = _Table()
        self.add = QPushButton("Add example")
        self.remove = QPushButton("Remove")
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        layout.addLayout(buttons)
        self._quiet = False
        self.add.clicked.connect(self._on_add)
        self.remove.clicked.connect(self._on_remove)
        self.table.delete_pressed.connect(self._on_remove)
        self.table.itemChanged.connect(lambda _: self._tell())
        self.table.verticalHeader().sectionMoved.connect(lambda *_: self._tell())
        self.table.itemSelectionChanged.connect(self._on_selection)
        self._fit()

    def value(self) -> tuple[Example, ...]:
        """Return the examples in their visible order."""
        header = self.table.verticalHeader()
        rows = [header.logicalIndex(at) for at in range(self.table.rowCount())]
        return tuple(Example(self._text(r, QUESTION), self._text(r, ANSWER), self._is_on(r)) for r in rows)

    def set_value(self, examples: Sequence[Example]) -> None:
        """Show other examples."""
        if tuple(examples) == self.value():
            return
        self._quiet = True
        self.table.setRowCount(0)
        for example in examples:
            self._append(example)
        self._quiet = False
        self._fit()

    def set_costs(self, costs: Sequence[int]) -> None:
        """Show how many tokens each example takes, in their visible order."""
        self._quiet = True
        header = self.table.verticalHeader()
        for at in range(self.table.rowCount()):
            item = self.table.item(header.logicalIndex(at), COST)
            if item is not None:
                item.setText(str(costs[at]) if at < len(costs) else "")
        self._quiet = False

    def _append(self, example: Example) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        on = QTableWidgetItem()
        on.setFlags(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        on.setCheckState(Qt.CheckState.Checked if example.on else Qt.CheckState.Unchecked)
        on.setToolTip("Whether the model sees this example")
        cost = QTableWidgetItem()
        cost.setFlags(Qt.ItemFlag.ItemIsEnabled)
        cost.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for column, item in enumerate((on, QTableWidgetItem(example.question), QTableWidgetItem(example.answer), cost)):
            self.table.setItem(row, column, item)

    def _text(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return item.text() if item is not None else ""

    def _is_on(self, row: int) -> bool:
        item = self.table.item(row, ON)
        return item is not None and item.checkState() == Qt.CheckState.Checked

    def _on_add(self) -> None:
        self._quiet = True
        self._append(Example("", ""))
        self._quiet = False
        self._fit()
        row = self.table.rowCount() - 1
        self.table.setCurrentCell(row, QUESTION)
        self.table.edit(self.table.model().index(row, QUESTION))
        self._tell()

    def _on_remove(self) -> None:
        row = self.table.currentRow()
        if row >= 0:
            self.table.removeRow(row)
            self._fit()
            self._tell()

    def _on_selection(self) -> None:
        self.remove.setEnabled(self.table.currentRow() >= 0)

    def _tell(self) -> None:
        if not self._quiet:
            self.changed.emit()

    def _fit(self) -> None:
        """Grow with the rows, up to six; an empty table takes no room."""
        rows = min(6, self.table.rowCount())
        self.table.setVisible(rows > 0)
        self.remove.setVisible(rows > 0)
        self.remove.setEnabled(self.table.currentRow() >= 0)
        self.table.setFixedHeight(self.table.horizontalHeader().sizeHint().height() + 34 * rows + 4)


class _Table(QTableWidget):
    delete_pressed = Signal()

    def __init__(self) -> None:
        super().__init__(0, 4)
        self.setAccessibleName("Examples")
        self.setHorizontalHeaderLabels(["", "When asked", "Answer", "Tok"])
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column, width in ((ON, 28), (COST, 40)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(column, width)
        rows = self.verticalHeader()
        rows.setSectionsMovable(True)
        rows.setDefaultSectionSize(34)
        rows.setToolTip("Drag to change the order")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.delete_pressed.emit()
            return
        super().keyPressEvent(event)
