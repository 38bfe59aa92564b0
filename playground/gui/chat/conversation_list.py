"""The list of conversations: search, rename, duplicate, trash."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from playground.core.store import Headline
from playground.gui.theme import Theme
from playground.gui.widgets.buttons import IconButton

Index = QModelIndex | QPersistentModelIndex
SEARCH_MS = 150


class ConversationList(QWidget):
    """Shows headlines and says what the user wants done with them."""

    open_requested = Signal(str)
    new_requested = Signal()
    rename_requested = Signal(str, str)  # id, title
    duplicate_requested = Signal(str)
    trash_requested = Signal(str)
    restore_requested = Signal(str)
    export_requested = Signal(str)
    search_changed = Signal(str, bool)  # what is looked for, in the trash or not

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("conversationList")
        self._theme = theme
        self._model = _Headlines()
        self.search = _search_field()
        self.new = IconButton("plus", "New chat (Ctrl+N)", theme)
        self.trash = IconButton("trash-2", "Show the trash", theme, checkable=True)
        self.view = _View()
        self.view.setModel(self._model)
        self.view.setItemDelegate(_Painter(theme, self.view))
        self.empty = QLabel()
        self.empty.setWordWrap(True)
        self.empty.setProperty("kind", "quiet")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._pause = QTimer(self, singleShot=True, interval=SEARCH_MS)
        self._arrange()
        self._connect()

    def show_headlines(self, headlines: Sequence[Headline], current: str) -> None:
        """Fill the list and mark the conversation on screen."""
        self._model.replace(headlines)
        self.mark(current)
        self.empty.setVisible(not headlines)
        self.view.setVisible(bool(headlines))
        if self.search.text():
            self.empty.setText("Nothing found.")
        else:
            self.empty.setText("The trash is empty." if self.trash.isChecked() else "Your chats will be listed here.")

    def mark(self, current: str) -> None:
        """Show which conversation is on screen."""
        row = self._model.row_of(current)
        if row is None:
            self.view.clearSelection()
            self.view.setCurrentIndex(QModelIndex())
        else:
            self.view.setCurrentIndex(self._model.index(row))

    def title_of(self, id: str) -> str:
        """Return the title of a conversation that is listed, or nothing."""
        row = self._model.row_of(id)
        return str(self._model.index(row).data()) if row is not None else ""

    def rename(self, id: str) -> None:
        """Let the user type another name in place."""
        if (row := self._model.row_of(id)) is not None:
            self.view.edit(self._model.index(row))

    def ask_again(self) -> None:
        """Request the list anew for what is being looked for."""
        self.search_changed.emit(self.search.text(), self.trash.isChecked())

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.search, 1)
        top.addWidget(self.trash)
        top.addWidget(self.new)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.empty, 1)

    def _connect(self) -> None:
        self._pause.timeout.connect(self.ask_again)
        self.search.textChanged.connect(lambda _: self._pause.start())
        self.trash.toggled.connect(lambda _: self.ask_again())
        self.new.clicked.connect(lambda: self.new_requested.emit())
        self.view.clicked.connect(lambda index: self.open_requested.emit(index.data(ID)))
        self.view.activated.connect(lambda index: self.open_requested.emit(index.data(ID)))
        self.view.delete_pressed.connect(self._on_delete)
        self.view.customContextMenuRequested.connect(self._on_menu)
        self._model.renamed.connect(self.rename_requested)

    def _on_delete(self) -> None:
        index = self.view.currentIndex()
        if index.isValid() and not self.trash.isChecked():
            self.trash_requested.emit(index.data(ID))

    def _on_menu(self, at: QPoint) -> None:
        index = self.view.indexAt(at)
        if index.isValid():
            self.menu_for(index.data(ID)).popup(self.view.viewport().mapToGlobal(at))

    def menu_for(self, id: str) -> QMenu:
        """Return what can be done with one conversation."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.trash.isChecked():
            menu.addAction("Restore", lambda: self.restore_requested.emit(id))
            return menu
        menu.addAction("Rename", lambda: self.rename(id))
        menu.addAction("Duplicate", lambda: self.duplicate_requested.emit(id))
        menu.addAction("Export…", lambda: self.export_requested.emit(id))
        menu.addSeparator()
        menu.addAction("Move to trash", lambda: self.trash_requested.emit(id))
        return menu


ID = Qt.ItemDataRole.UserRole
WHEN = Qt.ItemDataRole.UserRole + 1


class _Headlines(QAbstractListModel):
    renamed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Headline] = []

    def replace(self, rows: Sequence[Headline]) -> None:
        if list(rows) != self._rows:
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()

    def row_of(self, id: str) -> int | None:
        return next((i for i, row in enumerate(self._rows) if row.id == id), None)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole | Qt.ItemDataRole.ToolTipRole:
                return row.title or "New chat"
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{row.title or 'New chat'}, {row.turns} messages, {when(row.updated)}"
        return {ID: row.id, WHEN: when(row.updated)}.get(role)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        title = " ".join(str(value).split())[:200]
        if title and title != self._rows[index.row()].title:
            self.renamed.emit(self._rows[index.row()].id, title)
        return bool(title)


class _View(QListView):
    delete_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Conversations")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QListView.EditTrigger.EditKeyPressed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Nothing is deleted by a single key: it takes Ctrl, and comes back with Undo.
        control = Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_Delete and event.modifiers() & control:
            self.delete_pressed.emit()
            return
        super().keyPressEvent(event)


class _Painter(QStyledItemDelegate):
    """One line: the title, and when it was last used."""

    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, self._theme.px(34))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state: Any = option.state
        rect: QRect = option.rect.adjusted(0, 1, -2, -1)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("accent_soft" if chosen else "hover"))
            painter.drawRoundedRect(rect, 6, 6)
        self._texts(painter, rect.adjusted(10, 0, -10, 0), index, chosen)
        if state & QStyle.StateFlag.State_HasFocus and chosen:
            painter.setPen(self._theme.colour("focus"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect, 6, 6)
        painter.restore()

    def _texts(self, painter: QPainter, rect: QRect, index: Index, chosen: bool) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        small = self._theme.font(11)
        painter.setFont(small)
        painter.setPen(self._theme.colour("quiet"))
        stamp = index.data(WHEN)
        painter.drawText(rect, middle | Qt.AlignmentFlag.AlignRight, stamp)
        room = rect.width() - painter.fontMetrics().horizontalAdvance(stamp) - 10
        painter.setFont(self._theme.font())
        painter.setPen(self._theme.colour("accent_ink" if chosen else "text"))
        title = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(rect, middle | Qt.AlignmentFlag.AlignLeft, title)


def when(stamp: float, now: float | None = None) -> str:
    """Return a moment as a list shows it: the time today, the weekday this week, else the date."""
    now = time.time() if now is None else now
    then, today = time.localtime(stamp), time.localtime(now)
    if then[:3] == today[:3]:
        return time.strftime("%H:%M", then)
    if now - stamp < 6 * 86400:
        return time.strftime("%a", then)
    return time.strftime("%d %b" if then.tm_year == today.tm_year else "%d %b %Y", then)


def _search_field() -> QLineEdit:
    field = QLineEdit()
    field.setPlaceholderText("Search chats")
    field.setAccessibleName("Search chats")
    field.setClearButtonEnabled(True)
    return field
