"""Finds what must not be on any screen: cut words, controls over each other, controls without a name."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QSplitterHandle,
    QTabBar,
    QTextEdit,
    QToolButton,
    QWidget,
)

from playground.gui.widgets.labels import ElidedLabel

CONTROLS = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit)


def problems(widget: QWidget) -> list[str]:
    """Return a sentence for each fault among the visible children of `widget`, itself included."""
    seen = [widget, *(child for child in widget.findChildren(QWidget) if child.isVisibleTo(widget))]
    return [
        *(f"{name(w)} cuts its text: {text!r}" for w in seen if (text := cut_text(w))),
        *(f"{name(w)} has no accessible name" for w in seen if is_nameless(w)),
        *(sentence for w in seen for sentence in overlaps(w)),
    ]


def cut_forms(window: QWidget) -> list[str]:
    """Return a sentence for each form that is wider than what can be seen of it."""
    found = []
    for area in window.findChildren(QScrollArea):
        body = area.widget()
        if area.isVisible() and body is not None and body.minimumSizeHint().width() > area.viewport().width():
            found.append(f"{type(area).__name__} is {area.viewport().width()} wide, {body.minimumSizeHint()} is needed")
    return found


def cut_text(widget: QWidget) -> str:
    """Return the text that does not fit, or nothing."""
    if isinstance(widget, ElidedLabel):
        return ""
    if isinstance(widget, QLabel) and widget.text():
        if widget.wordWrap():
            high = widget.heightForWidth(widget.width())
            return widget.text() if widget.height() + 1 < high and widget.width() > 0 else ""
        hint = widget.sizeHint()
        return widget.text() if widget.width() < hint.width() or widget.height() + 2 < hint.height() - 4 else ""
    if isinstance(widget, (QPushButton, QToolButton)) and widget.text() and widget.width() < widget.sizeHint().width():
        return widget.text() if _shows_text(widget) else ""
    if isinstance(widget, QComboBox) and widget.currentText():
        room = widget.width() - widget.height()
        return widget.currentText() if widget.fontMetrics().horizontalAdvance(widget.currentText()) > room else ""
    return ""


def is_nameless(widget: QWidget) -> bool:
    """Say whether a control has nothing a screen reader could say."""
    inside = isinstance(widget.parentWidget(), (QAbstractSpinBox, QComboBox, QAbstractItemView, QTabBar))
    if not isinstance(widget, CONTROLS) or isinstance(widget, (QScrollBar, QSplitterHandle)) or inside:
        return False
    own = widget.text() if isinstance(widget, QAbstractButton) else ""
    return not (widget.accessibleName() or own.strip())


def overlaps(parent: QWidget) -> list[str]:
    """Return a sentence for each pair of children that cover each other; floating ones may."""
    children = [
        child
        for child in parent.children()
        if isinstance(child, QWidget)
        and child.isVisibleTo(parent)
        and not child.isWindow()
        and not child.geometry().isEmpty()
        and _is_laid_out(parent, child)
    ]
    found = []
    for number, one in enumerate(children):
        for other in children[number + 1 :]:
            both: QRect = one.geometry().intersected(other.geometry())
            if both.width() > 1 and both.height() > 1:
                found.append(f"{name(one)} and {name(other)} overlap by {both.width()}×{both.height()}")
    return found


def name(widget: QWidget) -> str:
    """Return words that find the widget."""
    text = widget.text() if isinstance(widget, (QLabel, QAbstractButton)) else ""
    return f"{type(widget).__name__} “{widget.objectName() or widget.accessibleName() or text}”"


def _shows_text(widget: QPushButton | QToolButton) -> bool:
    if isinstance(widget, QPushButton):
        return True
    return widget.toolButtonStyle() != widget.toolButtonStyle().ToolButtonIconOnly


def _is_laid_out(parent: QWidget, child: QWidget) -> bool:
    """Only children of a layout are meant not to touch; a button floating over a page has none."""
    layout = parent.layout()
    if layout is None or isinstance(parent, QScrollArea):
        return False
    stack = [layout]
    while stack:
        here = stack.pop()
        for number in range(here.count()):
            item = here.itemAt(number)
            if item is None:
                continue
            if item.widget() is child:
                return True
            if (inner := item.layout()) is not None:
                stack.append(inner)
    return False
