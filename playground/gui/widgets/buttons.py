"""Buttons as this application draws them: an icon, a word or both, always with a name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton

from playground.gui.icons import icon
from playground.gui.theme import Theme

_INK = {"primary": "accent_text", "danger": "danger", "link": "accent_ink", "disclosure": "quiet", "section": "quiet"}


class IconButton(QToolButton):
    """A small flat button. It takes the focus from the keyboard only, so that a click leaves no ring."""

    def __init__(
        self,
        name: str,
        tip: str,
        theme: Theme,
        *,
        size: int = 16,
        role: str = "quiet",
        text: str = "",
        checkable: bool = False,
        slot: Callable[[], object] | None = None,
    ) -> None:
        super().__init__()
        self._theme, self._size, self._role = theme, size, role
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCheckable(checkable)
        self.set_tip(tip)
        if text:
            self.setText(text)
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.set_icon(name)
        theme.changed.connect(self._on_theme)
        self._on_theme()
        if slot is not None:
            self.clicked.connect(lambda: slot())

    def set_icon(self, name: str, role: str = "") -> None:
        """Show another icon, in another colour role if one is given."""
        self._role = role or self._role
        self.setIcon(icon(name, self._theme, self._size, self._role))

    def set_tip(self, tip: str) -> None:
        """Say what the button does: the tooltip and the accessible name. A shortcut in brackets is not spoken."""
        self.setToolTip(tip)
        self.setAccessibleName(tip.split(" (")[0])

    def set_available(self, reason: str, tip: str) -> None:
        """Enable the button when `reason` is empty; else disable it and say why."""
        self.setEnabled(not reason)
        self.setToolTip(reason or tip)

    def _on_theme(self) -> None:
        side = self._theme.px(self._size)
        self.setIconSize(QSize(side, side))


class Button(QPushButton):
    """A push button. `kind`: nothing, primary, quiet, danger or link."""

    def __init__(
        self,
        text: str,
        theme: Theme,
        kind: str = "",
        icon_name: str = "",
        *,
        slot: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(text)
        self._theme = theme
        self._ink = _INK.get(kind, "text")
        self._size = 14 if kind in ("disclosure", "section") else 16
        self.setProperty("kind", kind)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        if icon_name:
            self.set_icon(icon_name)
        theme.changed.connect(self._on_theme)
        self._on_theme()
        if slot is not None:
            self.clicked.connect(lambda: slot())

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self.setIcon(icon(name, self._theme, self._size, self._ink, self._ink))

    def set_available(self, reason: str = "", tip: str = "") -> None:
        """Enable the button when `reason` is empty; else disable it and say why in the tooltip."""
        self.setEnabled(not reason)
        self.setToolTip(reason or tip)

    def _on_theme(self) -> None:
        side = self._theme.px(self._size)
        self.setIconSize(QSize(side + self._theme.px(4), side))
