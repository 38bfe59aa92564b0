"""The right-hand pane: run settings, prompt, X-ray, choices. The first two edit one setup."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget

from playground.core.facts import LoadedInfo, PromptInfo
from playground.core.paths import Paths
from playground.gui.chat.choices_pane import ChoicesPane
from playground.gui.chat.prompt_pane import PromptPane
from playground.gui.chat.run_pane import RunPane
from playground.gui.chat.xray_pane import XrayPane
from playground.gui.setup import Setup, new_setup
from playground.gui.theme import Theme


class SidePane(QTabWidget):
    """Tabs over one `Setup`."""

    changed = Signal()
    problem = Signal(object)  # UserError
    notice = Signal(str)

    def __init__(self, theme: Theme, paths: Paths) -> None:
        super().__init__()
        self._setup = new_setup()
        self.run = RunPane(theme, paths)
        self.prompt = PromptPane(theme, paths)
        self.xray = XrayPane(theme)
        self.choices = ChoicesPane(theme)
        panes = ((self.run, "Run settings"), (self.prompt, "Prompt"), (self.xray, "X-ray"), (self.choices, "Choices"))
        for pane, name in panes:
            self.addTab(pane, name)
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self._theme = theme
        theme.changed.connect(self._dress)
        self.setObjectName("rightPane")
        for editor in (self.run, self.prompt):
            editor.changed.connect(self.changed)
            editor.problem.connect(self.problem)
            editor.notice.connect(self.notice)

    def _dress(self) -> None:
        self.tabBar().setFont(self._theme.font())  # it keeps the size it was first shown in

    def setup(self) -> Setup:
        """Return everything as it stands here."""
        self._setup = self.prompt.value(self.run.value(self._setup))
        return self._setup

    def set_setup(self, setup: Setup) -> None:
        """Show another setup."""
        self._setup = setup
        self.run.set_value(setup)
        self.prompt.set_value(setup)

    def show_model(self, info: LoadedInfo | None) -> None:
        """Show what this model recommends and adds."""
        self.run.show_model(info)
        self.prompt.show_model(info)

    def show_prompt(self, info: PromptInfo | None, room: int, has_draft: bool) -> None:
        """Show the prompt as it would be sent now."""
        self.xray.show_prompt(info, room, has_draft)
        self.prompt.show_prompt(info)

    def open_tab(self, at: int) -> None:
        """Bring a tab to the front, and the pane into view."""
        self.setVisible(True)
        self.setCurrentIndex(at)
