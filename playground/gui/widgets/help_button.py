"""The small ⓘ beside an option: what it does, in a tooltip and, on a click, in a box that stays."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from playground.core.options import Option
from playground.gui.theme import Theme
from playground.gui.widgets.buttons import IconButton
from playground.gui.widgets.labels import label
from playground.gui.widgets.number_box import plain


class HelpButton(IconButton):
    """Explains one option."""

    def __init__(self, option: Option, theme: Theme) -> None:
        super().__init__("info", f"What is {option.title}?", theme, size=13, role="faint")
        self._option, self._theme_ = option, theme
        self.setObjectName("help")
        self.setProperty("kind", "tiny")
        self.setToolTip(tip_of(option))
        self.clicked.connect(self.open)

    def open(self) -> QWidget:
        """Show the help in a box below the button; a click elsewhere closes it."""
        box = help_box(self._option, self._theme_, self)
        corner = self.mapToGlobal(QPoint(0, self.height() + 4))
        screen = self.screen().availableGeometry()
        corner.setX(max(screen.left(), min(corner.x(), screen.right() - box.width())))
        if corner.y() + box.height() > screen.bottom():
            corner.setY(self.mapToGlobal(QPoint(0, 0)).y() - box.height() - 4)
        box.move(corner)
        box.show()
        return box


def tip_of(option: Option) -> str:
    """Return the help as a tooltip, with the name used in code."""
    return f"{option.help}\n\nIn code: {option.name}"


def facts_of(option: Option) -> list[tuple[str, str]]:
    """Return what else is worth knowing, as (what, value)."""
    facts = []
    if option.neutral is not None:
        words = plain(option.neutral) if option.type in (int, float) else "nothing typed"
        facts.append(("Changes nothing at", words))
    if option.example:
        facts.append(("For example", option.example))
    if option.low is not None and option.high is not None:
        unit = f" {option.unit}" if option.unit else ""
        facts.append(("From, to", f"{plain(option.low)} – {plain(option.high)}{unit}"))
    facts.append(("In code", option.name))
    return facts


def help_box(option: Option, theme: Theme, parent: QWidget) -> QWidget:
    """Return the box with everything about an option."""
    shell = QWidget(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
    shell.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    shell.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
    shell.setAccessibleName(f"Help: {option.title}")
    card = QFrame()
    card.setProperty("kind", "popup")
    outer = QVBoxLayout(shell)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(card)
    column = QVBoxLayout(card)
    column.setContentsMargins(theme.px(14), theme.px(12), theme.px(14), theme.px(12))
    column.setSpacing(theme.px(8))
    column.addWidget(label(option.title, "strong"))
    text = label(option.help, wrap=True)
    column.addWidget(text)
    for what, value in facts_of(option):
        pair = QVBoxLayout()
        pair.setSpacing(theme.px(1))
        pair.addWidget(label(what, "caption"))
        pair.addWidget(label(value, "mono" if what == "In code" else "", wrap=True))
        column.addLayout(pair)
    width = theme.px(300)
    shell.ensurePolished()
    shell.setFixedSize(width, outer.heightForWidth(width))
    return shell
