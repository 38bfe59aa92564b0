"""The strip above the panels: menu, model picker with its load state, Eject, palette."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from playground.core.facts import LoadedInfo
from playground.gui.panel import Parts
from playground.gui.session import Bringing
from playground.gui.widgets.buttons import IconButton
from playground.gui.widgets.model_button import ModelButton


class TopBar(QWidget):
    """Shows which model answers, and changes it."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self._parts = parts
        run = parts.commands.run
        self.setObjectName("topBar")
        self.menu = IconButton("list", "Menu", parts.theme)
        self.model = ModelButton(parts.theme)
        self.eject = IconButton("eject", "Unload the model (Eject)", parts.theme, slot=lambda: run("models.eject"))
        self.palette_button = IconButton(
            "search", "Command palette (Ctrl+K)", parts.theme, slot=lambda: run("app.palette")
        )
        self.left = IconButton("panel-left", "Show or hide the chats (Ctrl+B)", parts.theme)
        self.right = IconButton("panel-right", "Show or hide run settings (Ctrl+Shift+B)", parts.theme)
        self.model.setObjectName("modelPicker")
        self._arrange()
        self.model.clicked.connect(lambda: self.open_models())
        self.left.clicked.connect(lambda: run("chat.left_pane"))
        self.right.clicked.connect(lambda: run("chat.right_pane"))
        session = parts.session
        session.model_changed.connect(lambda _: self._show())
        session.bringing_changed.connect(lambda _: self._show())
        self._show()

    def set_menu(self, menu: QMenu) -> None:
        """Give the menu button its menu."""
        self.menu.setMenu(menu)
        self.menu.setPopupMode(self.menu.ToolButtonPopupMode.InstantPopup)

    def open_models(self) -> None:
        """Offer the resident models, those on this computer, and the models panel."""
        menu = self.model_menu()
        menu.popup(self.model.mapToGlobal(QPoint(0, self.model.height() + 2)))

    def model_menu(self) -> QMenu:
        """Return the menu of the model picker."""
        session, desk = self._parts.session, self._parts.desk
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        resident = {info.model.path for info in session.models}
        for info in session.models:
            action = menu.addAction(f"{info.model.name} · {info.dtype}", partial(desk.choose, info))
            action.setCheckable(True)
            action.setChecked(info == session.model)
        menu.addSeparator()
        for model in session.shelf or ():
            if model.path not in resident:
                load = menu.addAction(f"Load {model.name}", partial(desk.open, model.path))
                load.setEnabled(not desk.is_busy)
        menu.addSeparator()
        menu.addAction("All models…", lambda: self._parts.commands.run("models.open"))
        return menu

    def _show(self) -> None:
        model: LoadedInfo | None = self._parts.session.model
        bringing: Bringing | None = self._parts.session.bringing
        self.eject.setEnabled(model is not None)
        if bringing is not None:
            percent = "" if bringing.share is None else f" {round(100 * bringing.share)} %"
            self.model.set_state("loading", f"{bringing.title}{percent}", bringing.share)
        elif model is not None:
            self.model.set_state("ready", f"{model.model.name} · {model.dtype}")
        else:
            self.model.set_state("none", "Choose a model")

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 6)
        row.setSpacing(4)
        row.addWidget(self.menu)
        row.addWidget(self.left)
        row.addStretch(1)
        row.addWidget(self.model)
        row.addWidget(self.eject)
        row.addStretch(1)
        row.addWidget(self.palette_button)
        row.addWidget(self.right)
