"""Opens the application on a screen of its own and tells, as JSON, what does not fit: run by a test, in a process."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEventLoop, QMargins, QTimer
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from playground.app import App, build
from playground.core.paths import Paths
from playground.gui.link import in_thread
from playground.gui.main_window import MainWindow
from playground.gui.panels.chat import ChatPanel
from tests.faults.light import MODEL, prepare
from tests.gui.layout_check import problems

TEXT = "A message to send, long enough to be many lines in a narrow box. " * 12
FRAME = QMargins(2, 2, 2, 2)  # Qt gives windows without a screen a frame


def main(zooms: list[int]) -> None:
    app = QApplication(sys.argv[:1])
    paths = Paths.standard()
    made = build(app, paths, in_thread(paths, prepare))
    chat = made.window.findChild(ChatPanel)
    assert chat is not None
    made.window.show()
    _until(lambda: bool(chat.talk.conversation.turns))
    made.parts.session.model = MODEL
    told: list[str] = []
    for zoom in zooms:
        made.parts.session.settings = replace(made.parts.session.settings, zoom=zoom)
        told += [f"{zoom} %: {fault}" for fault in _look(made, chat)]
    made.parts.commands.run("chat.new")
    told += [f"{zooms[-1]} %, a new chat: {fault}" for fault in _faults(made.window, chat)]
    sys.stdout.write(json.dumps(told))
    made.close()


def _look(made: App, chat: ChatPanel) -> list[str]:
    """Return what is wrong at this zoom, in every panel."""
    window = made.window
    room = window.screen().availableGeometry().marginsAdded(FRAME)
    faults = [] if room.contains(window.geometry()) else [f"the window lies at {window.geometry()}"]
    for panel in window.panels:
        window.open_panel(panel)
        faults += [f"{panel}: {fault}" for fault in _faults(window, chat)]
    return faults


def _faults(window: MainWindow, chat: ChatPanel) -> list[str]:
    """Return what is wrong with the panel in front."""
    if window.current == "chat":
        chat.view.composer.set_text(TEXT)
        _until(lambda: all(view.is_dressed() for view in chat.view.transcript.drawn().values()))
    _until(lambda: not _faults_now(window, chat))
    return _faults_now(window, chat)


def _faults_now(window: MainWindow, chat: ChatPanel) -> list[str]:
    faults: list[str] = []
    composer = chat.view.composer
    if window.current == "chat":
        for widget in (composer.box, composer.send, chat.view, chat.side):
            faults += _hidden(window, widget)
        faults += [] if composer.send.isEnabled() else ["Send is grey"]
    return [*faults, *problems(window), *_out_of_reach(window)]


def _hidden(window: MainWindow, widget: QWidget) -> list[str]:
    """Return a sentence unless the whole of a widget can be seen."""
    whole = widget.visibleRegion().boundingRect() == widget.rect()
    inside = window.rect().contains(widget.rect().translated(widget.mapTo(window, widget.rect().topLeft())))
    return [] if whole and inside else [f"{type(widget).__name__} is not wholly on screen"]


def _out_of_reach(window: MainWindow) -> list[str]:
    """Return a sentence for each form that is wider than its place and cannot be scrolled either."""
    return [
        f"{type(area).__name__} is {area.viewport().width()} wide and needs {area.widget().minimumSizeHint().width()}"
        for area in window.findChildren(QScrollArea)
        if area.isVisible()
        and area.widget().minimumSizeHint().width() > area.viewport().width()
        and not area.horizontalScrollBar().isVisible()
    ]


def _until(true: Callable[[], bool]) -> None:
    """Wait for a while at most: what has not come then is told by what is missing."""
    for _ in range(100):
        if true():
            return
        _rest(20)


def _rest(pause: int = 40) -> None:
    """Let everything happen that is due."""
    loop = QEventLoop()
    QTimer.singleShot(pause, loop.quit)
    loop.exec()


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
