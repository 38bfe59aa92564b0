"""The rows of the command palette: which ones, in which order, and how each is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from playground.gui.theme import Theme
from playground.gui.widgets.fuzzy import match
from playground.gui.widgets.keycaps import caps_width, draw_caps

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class PaletteEntry:
    """One thing to choose. A `reason` says why it cannot be chosen now."""

    id: str
    title: str
    shortcut: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Row:
    """An entry in the list, with the letters that matched and the caption of the group it begins."""

    entry: PaletteEntry
    matched: tuple[int, ...] = ()
    caption: str = ""


def found_rows(typed: str, entries: Sequence[PaletteEntry], recent: Sequence[str] = ()) -> list[Row]:
    """Return the entries that fit, best first; without a word typed all of them, recently used first."""
    if not typed.strip():
        return _all_rows(entries, recent)
    found = []
    for at, entry in enumerate(entries):
        if fit := match(typed, entry.title):
            found.append((bool(entry.reason) * 3 - fit[0], at, Row(entry, fit[1])))
    return [row for _, _, row in sorted(found, key=lambda item: item[:2])]


def _all_rows(entries: Sequence[PaletteEntry], recent: Sequence[str]) -> list[Row]:
    by_id = {entry.id: entry for entry in entries}
    used = [by_id[id] for id in recent if id in by_id]
    others = sorted((entry for entry in entries if entry not in used), key=lambda entry: bool(entry.reason))
    rows = [Row(entry, caption="Recently used" if entry is used[0] else "") for entry in used]
    return rows + [Row(entry, caption="All commands" if used and entry is others[0] else "") for entry in others]


class Rows(QAbstractListModel):
    """The model behind the list."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []

    def show_rows(self, rows: list[Row]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        entry = row.entry
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            reason = f"not available: {entry.reason}" if entry.reason else ""
            return ", ".join(part for part in (entry.title, entry.shortcut, reason) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.reason or None
        return None


class RowPainter(QStyledItemDelegate):
    """Draws the title with its matched letters, the reason against it, and the shortcut as key caps."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        row: Row = index.data(Qt.ItemDataRole.UserRole)
        return QSize(100, self._theme.px(36) + (self._caption_height() if row.caption else 0))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: Row = index.data(Qt.ItemDataRole.UserRole)
        theme, px = self._theme, self._theme.px
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box: QRect = option.rect
        if row.caption:
            self._draw_caption(painter, QRectF(box), row.caption)
            box = box.adjusted(0, self._caption_height(), 0, 0)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent_soft" if not row.entry.reason else "hover"))
            painter.drawRoundedRect(QRectF(box), px(7), px(7))
        self._draw_row(painter, QRectF(box).adjusted(px(12), 0, -px(10), 0), row)
        painter.restore()

    def _caption_height(self) -> int:
        return self._theme.px(26)

    def _draw_caption(self, painter: QPainter, box: QRectF, caption: str) -> None:
        theme = self._theme
        painter.setFont(theme.font(11, QFont.Weight.DemiBold))
        painter.setPen(theme.colour("quiet"))
        line = QRectF(box.left() + theme.px(12), box.top(), box.width(), self._caption_height())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, caption)

    def _draw_row(self, painter: QPainter, box: QRectF, row: Row) -> None:
        theme, entry = self._theme, row.entry
        keys = caps_width(theme, entry.shortcut)
        if entry.shortcut:
            painter.setOpacity(0.55 if entry.reason else 1.0)
            draw_caps(painter, theme, box.right(), box.center().y(), entry.shortcut)
            painter.setOpacity(1.0)
        room = box.width() - keys - theme.px(16)
        end = self._draw_title(painter, box, row, room)
        if entry.reason:
            font = theme.font(12)
            painter.setFont(font)
            painter.setPen(theme.colour("quiet"))
            left = end + theme.px(10)
            shown = QFontMetricsF(font).elidedText(entry.reason, Qt.TextElideMode.ElideRight, box.left() + room - left)
            painter.drawText(QPointF(left, self._baseline(box, font)), shown)

    def _draw_title(self, painter: QPainter, box: QRectF, row: Row, room: float) -> float:
        """Draw the title in runs of matched and other letters; return where it ends."""
        theme, entry = self._theme, row.entry
        plain, strong = theme.font(13), theme.font(13, QFont.Weight.DemiBold)
        ink = theme.colour("faint" if entry.reason else "text")
        lit = theme.colour("quiet" if entry.reason else "accent_ink")
        title = QFontMetricsF(strong).elidedText(entry.title, Qt.TextElideMode.ElideRight, room)
        left, baseline = box.left(), self._baseline(box, plain)
        for text, is_matched in _runs(title, row.matched):
            font, colour = (strong, lit) if is_matched else (plain, ink)
            painter.setFont(font)
            painter.setPen(QColor(colour))
            painter.drawText(QPointF(left, baseline), text)
            left += QFontMetricsF(font).horizontalAdvance(text)
        return left

    @staticmethod
    def _baseline(box: QRectF, font: QFont) -> float:
        metrics = QFontMetricsF(font)
        return round(box.center().y() + (metrics.ascent() - metrics.descent()) / 2)


def _runs(title: str, matched: tuple[int, ...]) -> list[tuple[str, bool]]:
    """Cut a title into pieces of matched and of other letters."""
    runs: list[tuple[str, bool]] = []
    places = set(matched)
    for at, letter in enumerate(title):
        if runs and runs[-1][1] == (at in places):
            runs[-1] = (runs[-1][0] + letter, runs[-1][1])
        else:
            runs.append((letter, at in places))
    return runs
