"""The list on the left: models on this computer, then those that can be fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from playground.gui.chat.conversation_list import Index
from playground.gui.theme import Theme


@dataclass(frozen=True)
class Entry:
    """One row; a heading has no key."""

    key: str
    title: str
    words: str = ""
    mark: str = ""  # a short word on the right, e.g. "Loaded"


ENTRY = Qt.ItemDataRole.UserRole


class ModelList(QListWidget):
    """Shows entries under headings and says which one is chosen."""

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName("Models")
        self.setMouseTracking(True)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_Painter(theme, self))
        self.currentItemChanged.connect(self._on_current)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Replace the rows; what was chosen stays chosen if it is still there."""
        if entries == [self.item(row).data(ENTRY) for row in range(self.count())]:
            return
        current = self.current()
        self.blockSignals(True)
        self.clear()
        for entry in entries:
            item = QListWidgetItem(f"{entry.title}, {entry.words} {entry.mark}".strip(", "))
            item.setData(ENTRY, entry)
            if not entry.key:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addItem(item)
        self.choose(current)
        self.blockSignals(False)

    def current(self) -> str:
        """Return the key of the chosen row, or nothing."""
        item = self.currentItem()
        return str(item.data(ENTRY).key) if item is not None else ""

    def choose(self, key: str) -> None:
        """Choose the row with this key."""
        for row in range(self.count()):
            if key and self.item(row).data(ENTRY).key == key:
                self.setCurrentRow(row)

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(ENTRY).key)


class _Painter(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: QListWidget) -> None:
        super().__init__(view)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, self._theme.px(50 if index.data(ENTRY).key else 34))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: Entry = index.data(ENTRY)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect.adjusted(0, 1, -2, -1)
        inside = rect.adjusted(10, 6, -10, -6)
        if not entry.key:
            self._text(painter, inside, entry.title, 11, "quiet", Qt.AlignmentFlag.AlignBottom)
            painter.restore()
            return
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("accent_soft" if chosen else "hover"))
            painter.drawRoundedRect(rect, 6, 6)
        if chosen and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._theme.colour("focus"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect, 6, 6)
        room = inside
        if entry.mark:
            used = self._text(painter, inside, entry.mark, 11, "success", Qt.AlignmentFlag.AlignRight)
            room = inside.adjusted(0, 0, -used - 8, 0)
        self._text(painter, room, entry.title, 13, "accent_ink" if chosen else "text", Qt.AlignmentFlag.AlignTop)
        self._text(painter, inside, entry.words, 11, "quiet", Qt.AlignmentFlag.AlignBottom)
        painter.restore()

    def _text(self, painter: QPainter, rect: QRect, words: str, size: float, role: str, where: Qt.AlignmentFlag) -> int:
        """Draw a line, cut with dots when it is too long; return its width."""
        painter.setFont(self._theme.font(size))
        painter.setPen(self._theme.colour(role))
        line = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, where, line)
        return painter.fontMetrics().horizontalAdvance(line)
