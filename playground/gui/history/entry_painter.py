"""Paints one record of the list: what was asked, the beginning of the answer, and how it went."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from playground.core.history import Entry
from playground.core.visible import visible
from playground.gui.chat.conversation_list import when
from playground.gui.history.history_model import ENTRY, Index
from playground.gui.history.words import state_pill
from playground.gui.icons import pixmap
from playground.gui.theme import Theme

HEIGHT = 76
GUTTER = 34  # for the star
TAGS = 2  # that are shown in the list


class EntryPainter(QStyledItemDelegate):
    """Three lines and a star that can be clicked."""

    star_clicked = Signal(int)  # row

    def __init__(self, theme: Theme, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state: Any = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        self._ground(painter, option.rect, chosen, hovered, bool(state & QStyle.StateFlag.State_HasFocus))
        entry: Entry | None = index.data(ENTRY)
        if entry is None:
            self._placeholder(painter, option.rect)
        else:
            self._star(painter, option.rect, entry.starred, chosen or hovered)
            self._lines(painter, self._inside(option.rect), entry, chosen)
        painter.restore()

    def editorEvent(self, event: QEvent, model: Any, option: QStyleOptionViewItem, index: Index) -> bool:
        """Take a click on the star for itself, so that the selection stays."""
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            on_star = event.position().x() < option.rect.left() + self._theme.px(GUTTER)
            if on_star and event.type() == QEvent.Type.MouseButtonRelease:
                self.star_clicked.emit(index.row())
            return on_star
        return super().editorEvent(event, model, option, index)

    # -- parts ---------------------------------------------------------------------------------------------------

    def _inside(self, rect: QRect) -> QRect:
        px = self._theme.px
        return rect.adjusted(px(GUTTER), px(9), -px(14), -px(9))

    def _ground(self, painter: QPainter, whole: QRect, chosen: bool, hovered: bool, focused: bool) -> None:
        theme = self._theme
        rect = QRectF(whole.adjusted(0, 1, -2, -1))
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen or hovered:
            painter.setBrush(theme.colour("accent_soft" if chosen else "hover"))
            painter.drawRoundedRect(rect, theme.px(8), theme.px(8))
        else:
            painter.fillRect(
                QRectF(rect.left() + theme.px(GUTTER), whole.bottom(), rect.width(), 1), theme.colour("line")
            )
        if focused:
            painter.setPen(theme.colour("focus"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(8), theme.px(8))

    def _placeholder(self, painter: QPainter, whole: QRect) -> None:
        """Draw bars where the words will be: the page is being read."""
        theme, inside = self._theme, self._inside(whole)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("hover"))
        for line, share in enumerate((0.6, 0.85, 0.4)):
            bar = QRectF(inside.left(), inside.top() + theme.px(3 + 20 * line), inside.width() * share, theme.px(10))
            painter.drawRoundedRect(bar, theme.px(5), theme.px(5))

    def _star(self, painter: QPainter, whole: QRect, starred: bool, near: bool) -> None:
        if not (starred or near):
            return
        theme = self._theme
        side = theme.px(15)
        name, role = ("star-filled", "accent_ink") if starred else ("star", "faint")
        at = whole.left() + (theme.px(GUTTER) - side) // 2
        picture = pixmap(name, theme, side, role, painter.device().devicePixelRatioF())
        painter.drawPixmap(at, whole.top() + theme.px(11), picture)

    def _lines(self, painter: QPainter, rect: QRect, entry: Entry, chosen: bool) -> None:
        theme = self._theme
        lines = [QRect(rect.left(), rect.top() + theme.px(top), rect.width(), theme.px(18)) for top in (0, 20, 40)]
        used = self._text(painter, lines[0], when(entry.started), 11, "quiet", right=True)
        room = lines[0].adjusted(0, 0, -used - theme.px(10), 0)
        ink = "accent_ink" if chosen else "text"
        self._text(painter, room, plain_line(entry.prompt) or "(no prompt)", 13, ink, medium=True)
        self._text(painter, lines[1], plain_line(entry.text) or "No answer", 12, "text" if entry.text else "faint")
        room = lines[2].adjusted(0, 0, -self._marks(painter, lines[2], entry, chosen), 0)
        self._text(painter, room, facts_line(entry), 11, "quiet")

    def _marks(self, painter: QPainter, rect: QRect, entry: Entry, chosen: bool) -> int:
        """Draw the state and the tags from the right; return the width they take."""
        used = 0
        words, tone = state_pill(entry.state, entry.code)
        marks = [(words, tone)] if words else []
        tone = "raised" if chosen else "accent"  # seen on the ground of the row
        marks += [(visible(tag), tone) for tag in entry.tags[:TAGS]]
        if len(entry.tags) > TAGS:
            marks.append((f"+{len(entry.tags) - TAGS}", tone))
        for words, tone in reversed(marks):
            used += self._pill(painter, rect.adjusted(0, 0, -used, 0), words, tone) + self._theme.px(5)
        return used + self._theme.px(3) if used else 0

    def _pill(self, painter: QPainter, rect: QRect, words: str, tone: str) -> int:
        """Draw a word on a soft round ground at the right end; return its width."""
        theme = self._theme
        ground, ink = PILLS[tone]
        painter.setFont(theme.font(10.5, QFont.Weight.Medium))
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, theme.px(110))
        width = painter.fontMetrics().horizontalAdvance(shown) + theme.px(14)
        box = QRectF(rect.right() + 1 - width, rect.top() + theme.px(1), width, theme.px(17))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(ground))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setPen(theme.colour(ink))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), shown)
        return width

    def _text(
        self, painter: QPainter, rect: QRect, words: str, size: float, role: str, *, right: bool = False,
        medium: bool = False,
    ) -> int:  # fmt: skip
        """Draw a line, cut with dots when it is too long; return its width."""
        painter.setFont(self._theme.font(size, QFont.Weight.Medium if medium else QFont.Weight.Normal))
        painter.setPen(self._theme.colour(role))
        line = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(rect, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute), line)
        return painter.fontMetrics().horizontalAdvance(line)


PILLS = {
    "": ("hover", "quiet"),
    "warning": ("warning_soft", "warning"),
    "error": ("danger_soft", "danger"),
    "accent": ("accent_soft", "accent_ink"),
    "raised": ("raised", "accent_ink"),
}
"""The ground and the ink of each tone."""


def plain_line(text: str) -> str:
    """Return a line without the commonest marks of Markdown."""
    return visible(re.sub(r"\*\*|`|^#+ ", "", text))


def facts_line(entry: Entry) -> str:
    """Return model, length and time of an answer in a few words."""
    parts = [visible(entry.model) or "no model"]
    if entry.new_tokens:
        parts.append(f"{entry.new_tokens:,} tok")
    if entry.seconds > 0:
        parts.append(f"{entry.seconds:.1f} s")
    if entry.state == "done" and entry.stop_reason not in ("", "end of turn"):
        parts.append(entry.stop_reason)
    return " · ".join(parts)
