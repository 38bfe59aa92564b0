"""Colours, fonts and the style sheet: everything about the look that more than one widget shares."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from playground.core.paths import resources

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

MODES = ("light", "dark", "system")
SECTIONS = ("system", "context", "example", "history", "message", "reply", "template")
"""The parts of a prompt; each is also a colour role."""

TEXT_SIZE = 13  # pixels at 100 %
MIN_ZOOM, MAX_ZOOM = 0.7, 2.0

_PALETTE = {
    "Window": "window",
    "WindowText": "text",
    "Base": "surface",
    "AlternateBase": "sunken",
    "Text": "text",
    "Button": "raised",
    "ButtonText": "text",
    "BrightText": "danger",
    "ToolTipBase": "tooltip",
    "ToolTipText": "tooltip_text",
    "PlaceholderText": "quiet",
    "Highlight": "selection",
    "HighlightedText": "selection_text",
    "Link": "accent_ink",
    "LinkVisited": "accent_ink",
    "Light": "raised",
    "Midlight": "hover",
    "Mid": "line",
    "Dark": "line_strong",
    "Shadow": "shadow",
    "Accent": "accent",
}


class Theme(QObject):
    """Knows what every colour role looks like now; `changed` fires after each switch of colours or zoom."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._tables: dict[str, dict[str, str]] = json.loads((resources() / "colours.json").read_text("utf-8"))
        self._sheet = Template((resources() / "style.qss").read_text("utf-8"))
        self._app: QApplication | None = None
        self._fonts_ready = self._styled = False
        self.mode = "light"
        self.zoom = 1.0
        self.dark = False
        self.pixmaps: dict[tuple[object, ...], QPixmap] = {}  # drawn icons, kept until the next switch

    def apply(self, app: QApplication, mode: str = "system", zoom: float = 1.0) -> None:
        """Dress the whole application: `mode` is "light", "dark" or "system", `zoom` scales text and spaces."""
        self.prepare(app, mode, zoom)
        self.dress()
        self.changed.emit()

    def prepare(self, app: QApplication, mode: str = "system", zoom: float = 1.0) -> None:
        """Set colours and fonts, all but the style sheet: a window built before `dress` is built twice as fast."""
        if self._app is None:
            app.styleHints().colorSchemeChanged.connect(self._on_system_changed)
        self._app, self.mode, self.zoom = app, mode, min(MAX_ZOOM, max(MIN_ZOOM, zoom))
        self.dark = self._is_dark()
        self.pixmaps.clear()
        self._load_fonts()
        # Replacing a sheet costs five times as much as taking it off and putting another one on.
        app.setStyleSheet("")
        if not self._styled:
            app.setStyle(QStyleFactory.create("Fusion"))
            self._styled = True
        app.setFont(self.font())
        app.setPalette(self._palette())

    def dress(self) -> None:
        """Put the style sheet on; call it after `prepare`, before the window is shown."""
        if self._app is not None:
            self._app.setStyleSheet(self._sheet.substitute(_Values(self)))

    def colour(self, role: str, alpha: float = 1.0) -> QColor:
        """Return the colour of a role; unknown roles raise KeyError."""
        colour = QColor(self._tables["dark" if self.dark else "light"][role])
        colour.setAlphaF(alpha)
        return colour

    def px(self, pixels: float) -> int:
        """Scale a length by the zoom."""
        return max(1, round(pixels * self.zoom))

    def font(self, size: float = TEXT_SIZE, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """Return the text font, `size` pixels tall at 100 %."""
        font = QFont("Inter")
        font.setPixelSize(self.px(size))
        font.setWeight(weight)
        return font

    def mono(self, size: float = TEXT_SIZE) -> QFont:
        """Return the font for code and tokens."""
        font = QFont("JetBrains Mono")
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setFeature(QFont.Tag("calt"), 0)  # code is shown as it is typed: no arrows made of -> here
        font.setPixelSize(self.px(size))
        return font

    def table(self, dark: bool) -> Mapping[str, str]:
        """Return all roles of one mode."""
        return self._tables["dark" if dark else "light"]

    def _is_dark(self) -> bool:
        if self.mode != "system" or self._app is None:
            return self.mode == "dark"
        return self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark

    def _on_system_changed(self) -> None:
        if self.mode == "system" and self._app is not None and self._is_dark() != self.dark:
            self.apply(self._app, self.mode, self.zoom)

    def _load_fonts(self) -> None:
        if self._fonts_ready:
            return
        for file in sorted((resources() / "fonts").glob("*.ttf")):
            QFontDatabase.addApplicationFont(str(file))
        self._fonts_ready = True

    def _palette(self) -> QPalette:
        palette = QPalette()
        for name, role in _PALETTE.items():
            if hasattr(QPalette.ColorRole, name):
                palette.setColor(QPalette.ColorRole[name], self.colour(role))
        for name in ("WindowText", "Text", "ButtonText"):
            palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole[name], self.colour("faint"))
        return palette


class _Values(Mapping[str, str]):
    """What the style sheet may name: the roles, `icons`, and `px12` for twelve pixels at 100 % zoom."""

    _LENGTH = re.compile(r"px(\d+)")

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._icons = (resources() / "icons" / "style").as_posix()

    def __getitem__(self, name: str) -> str:
        if match := self._LENGTH.fullmatch(name):
            return f"{self._theme.px(int(match[1]))}px"
        if name == "icons":
            return self._icons
        if name == "shade":
            return "dark" if self._theme.dark else "light"
        return self._theme.colour(name).name()

    def __iter__(self) -> Iterator[str]:
        return iter(self._theme.table(self._theme.dark))

    def __len__(self) -> int:
        return len(self._theme.table(self._theme.dark))
