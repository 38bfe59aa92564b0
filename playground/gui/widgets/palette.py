"""The command palette: type a few letters, press Enter. Knows entries, not commands."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget
from shiboken6 import isValid

from playground.gui.icons import pixmap
from playground.gui.theme import Theme
from playground.gui.widgets.keycaps import caps_width, draw_caps
from playground.gui.widgets.palette_rows import PaletteEntry, RowPainter, Rows, found_rows

__all__ = ["Palette", "PaletteEntry"]

WIDTH = 560
ROWS_SHOWN = 9
RECENT = 5  # entries kept as recently used


class Palette(QWidget):
    """Lies over the whole window, so that a click outside the card closes it; `chosen` tells the entry's id."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._over = theme, parent
        self._entries: tuple[PaletteEntry, ...] = ()
        self._back: QWidget | None = None  # what had the focus before
        self.recent: list[str] = []  # ids, the last one used first
        self.field = _Field()
        self.field.textEdited.connect(self._refill)
        self.field.key_pressed.connect(self._on_key)
        self.field.left.connect(self.close_palette)
        self._rows = Rows()
        self.list = self._make_list()
        self._none = QLabel()
        self._none.setTextFormat(Qt.TextFormat.PlainText)
        self._none.setProperty("kind", "quiet")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lens = QLabel()
        self._foot = _Foot(theme)
        self._card = _Card(theme, self)
        self._arrange()
        self.hide()
        theme.changed.connect(self._on_theme)
        self._on_theme()

    def open(self, entries: Sequence[PaletteEntry]) -> None:
        """Show these entries over the window and take the focus; when it is open already, close it."""
        if self.isVisible():
            self.close_palette()
            return
        self._entries = tuple(entries)
        self._back = self.window().focusWidget()
        self.field.clear()
        self._over.installEventFilter(self)
        self._cover()
        self._refill()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_palette(self) -> None:
        """Close without choosing, and give the focus back."""
        if not self.isVisible():
            return
        back, self._back = self._back, None
        had_focus = self.window().focusWidget() is self.field
        self._over.removeEventFilter(self)
        self.hide()
        if had_focus and back is not None and isValid(back):
            back.setFocus(Qt.FocusReason.PopupFocusReason)

    def titles(self) -> list[str]:
        """Return what the list shows now, from top to bottom."""
        return [row.entry.title for row in self._rows.rows]

    # --- choosing

    def _refill(self) -> None:
        typed = self.field.text()
        rows = found_rows(typed, self._entries, self.recent)
        self._rows.show_rows(rows)
        self._none.setText(f"Nothing is called “{typed.strip()}”." if self._entries else "There is nothing to do here.")
        self._none.setVisible(not rows)
        self.list.setVisible(bool(rows))
        self._go(next((at for at, row in enumerate(rows) if not row.entry.reason), 0))
        self.list.scrollToTop()
        self._fit()

    def _go(self, row: int) -> None:
        count = len(self._rows.rows)
        self.list.setCurrentIndex(self._rows.index(min(max(row, 0), count - 1)) if count else QModelIndex())
        spoken = self.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
        where = f"{self.list.currentIndex().row() + 1} of {count}"
        self.field.setAccessibleDescription(f"{spoken}, {where}" if count else self._none.text())

    def _on_key(self, event: QKeyEvent) -> None:
        row, last = self.list.currentIndex().row(), len(self._rows.rows) - 1
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        pages = {Qt.Key.Key_PageUp: -ROWS_SHOWN + 1, Qt.Key.Key_PageDown: ROWS_SHOWN - 1}
        key = Qt.Key(event.key())
        if key in steps:
            to = row + steps[key]
            self._go(0 if to > last else last if to < 0 else to)
        elif key in pages:
            self._go(row + pages[key])
        elif key == Qt.Key.Key_Escape:
            self.close_palette()
        else:
            self._choose(self.list.currentIndex())

    def _choose(self, index: QModelIndex) -> None:
        if not index.isValid() or self._rows.rows[index.row()].entry.reason:
            return
        id = self._rows.rows[index.row()].entry.id
        self.recent = [id, *(other for other in self.recent if other != id)][:RECENT]
        self.close_palette()
        self.chosen.emit(id)

    # --- the look

    def _make_list(self) -> QListView:
        made = QListView()
        made.setModel(self._rows)
        made.setItemDelegate(RowPainter(self._theme, made))
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.setMouseTracking(True)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        made.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        made.viewport().setAutoFillBackground(False)
        made.setStyleSheet("QListView { background: transparent; border: none; }")
        made.setAccessibleName("Commands")
        made.entered.connect(lambda index: self._go(index.row()))
        made.clicked.connect(self._choose)
        return made

    def _arrange(self) -> None:
        self._head = QHBoxLayout()
        self._head.addWidget(self._lens)
        self._head.addWidget(self.field, 1)
        self._column = QVBoxLayout(self._card)
        self._column.addLayout(self._head)
        self._rule = QWidget()
        self._rule.setFixedHeight(1)
        self._column.addWidget(self._rule)
        self._column.addWidget(self._none)
        self._column.addWidget(self.list)
        self._column.addWidget(self._foot)

    def _on_theme(self) -> None:
        px = self._theme.px
        self._card.set_margin(px(16))
        margin = px(16)
        self._column.setContentsMargins(margin, margin, margin, margin)
        self._column.setSpacing(0)
        self._head.setContentsMargins(px(16), px(13), px(16), px(12))
        self._head.setSpacing(px(10))
        self._none.setMinimumHeight(px(72))
        self.list.setContentsMargins(0, 0, 0, 0)
        self.list.setViewportMargins(px(6), px(6), px(6), px(6))
        self._lens.setPixmap(pixmap("search", self._theme, px(18), "quiet", self.devicePixelRatioF()))
        self._rule.setStyleSheet(f"background: {self._theme.colour('line').name()};")
        self.field.setFont(self._theme.font(15))
        self._rows.layoutChanged.emit()
        self._fit()

    def _fit(self) -> None:
        """Make the list as high as its rows, and put the card near the top of the window."""
        px, rows = self._theme.px, len(self._rows.rows)
        heights = sum(self.list.sizeHintForRow(row) for row in range(min(rows, ROWS_SHOWN)))
        room = self.height() - px(120) - px(130)
        self.list.setFixedHeight(max(px(60), min(heights + 2 * px(6), room)))
        width = min(px(WIDTH), self.width() - 2 * px(16)) + 2 * px(16)
        self._card.resize(width, self._card.sizeHint().height())
        self._card.move((self.width() - width) // 2, min(px(72), self.height() // 8))

    def _cover(self) -> None:
        self.setGeometry(self._over.rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._cover()
            self._fit()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.close_palette()

    def focusNextPrevChild(self, next: bool) -> bool:
        return True  # Tab stays here

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self._theme.colour("shadow", 0.32 if self._theme.dark else 0.08))


class _Card(QWidget):
    """The rounded ground of the palette with its shadow."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._margin = theme, 16

    def set_margin(self, margin: int) -> None:
        self._margin = margin
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # a click beside a row is no click outside

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, margin = self._theme, self._margin
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box, radius = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin), theme.px(12)
        painter.setPen(Qt.PenStyle.NoPen)
        for step in range(margin - 2, 0, -2):
            painter.setBrush(theme.colour("shadow", 0.035 if theme.dark else 0.012))
            grown = box.adjusted(-step, -step + margin / 4, step, step + margin / 4)
            painter.drawRoundedRect(grown, radius + step, radius + step)
        painter.setPen(QPen(theme.colour("line_strong"), 1))
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(box.adjusted(-0.5, -0.5, 0.5, 0.5), radius, radius)


class _Foot(QWidget):
    """Says which keys do what."""

    _HINTS = (("Up", ""), ("Down", "choose"), ("Return", "run"), ("Esc", "close"))

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px(38))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, px = self._theme, self._theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(0, 0, self.width(), 1), theme.colour("line"))
        left, middle = float(px(16)), (self.height() + 1) / 2
        for keys, words in self._HINTS:
            width = caps_width(theme, keys)
            draw_caps(painter, theme, left + width, middle, keys)
            left += width + px(6 if words else 3)
            painter.setFont(theme.font(12))
            painter.setPen(theme.colour("quiet"))
            painter.drawText(QRectF(left, 1, self.width(), self.height() - 1), Qt.AlignmentFlag.AlignVCenter, words)
            left += QFontMetricsF(theme.font(12)).horizontalAdvance(words) + px(16 if words else 0)


class _Field(QLineEdit):
    """Keeps the keys of the palette from the window's shortcuts and from itself."""

    key_pressed = Signal(QKeyEvent)
    left = Signal()

    _KEYS = frozenset(
        {
            Qt.Key.Key_Up,
            Qt.Key.Key_Down,
            Qt.Key.Key_PageUp,
            Qt.Key.Key_PageDown,
            Qt.Key.Key_Escape,
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
        }
    )

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "bare")
        self.setPlaceholderText("Type a command…")
        self.setAccessibleName("Find a command")

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in self._KEYS:
            event.accept()  # Esc closes the palette and does not stop an answer
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in self._KEYS:
            self.key_pressed.emit(event)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.left.emit()
