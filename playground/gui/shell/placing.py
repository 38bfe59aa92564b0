"""Where the window lies: on a screen that is there, and no larger than it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStyle, QWidget

_WHOLE = Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen


def fit_on_screen(window: QWidget, wanted: QSize, smallest: QSize) -> None:
    """Bring a window onto a screen, the place it goes back to when it fills one too.

    It gets at least its smallest size, or a screen that is smaller still. One that was never placed gets the wanted
    size as far as there is room, and its place from the system.
    """
    state = window.windowState()
    place = window.normalGeometry() if state & _WHOLE else window.geometry()
    room = _room(place)
    if room.isEmpty():
        return
    title = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    room.setTop(room.top() + title)
    least = smallest.boundedTo(room.size())
    window.setMinimumSize(least)
    if not window.testAttribute(Qt.WidgetAttribute.WA_Moved):
        window.resize(wanted.boundedTo(room.size()))
    elif (fitting := _moved_into(room, place, least)) != place:
        window.setWindowState(state & ~_WHOLE)
        window.setGeometry(fitting)
        window.setWindowState(state)


def _room(place: QRect) -> QRect:
    """Return what can be used of the screen that shows most of a place, or of the first one."""

    def shown(room: QRect) -> int:
        part = room.intersected(place)
        return 0 if part.isEmpty() else part.width() * part.height()

    rooms = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    return max(rooms, key=shown, default=QRect())


def _moved_into(room: QRect, place: QRect, least: QSize) -> QRect:
    """Return the place as large as it was, as far as that fits, inside the room."""
    size = place.size().expandedTo(least).boundedTo(room.size())
    left = max(room.left(), min(place.left(), room.right() + 1 - size.width()))
    top = max(room.top(), min(place.top(), room.bottom() + 1 - size.height()))
    return QRect(left, top, size.width(), size.height())
