"""The hands and eyes of a tour: open, type, click, wait, shoot."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from playground.app import App
from playground.core.errors import UserError
from playground.gui.panel import Panel
from playground.gui.panels.chat import ChatPanel

W = TypeVar("W", bound=QWidget)
P = TypeVar("P", bound=Panel)


SEED = "2"


@dataclass(frozen=True)
class Picture:
    """One picture with the sentence that goes with it."""

    file: str
    caption: str


class Stage:
    """Drives one window. `short` asks tours for fewer tokens; without `out` no pictures are written."""

    def __init__(self, app: App, out: Path | None, prefix: str, short: bool) -> None:
        self.app, self.short = app, short
        self.window = app.window
        self.pictures: list[Picture] = []
        self._out, self._prefix = out, prefix

    def find(self, kind: type[W], name: str, within: QWidget | None = None) -> W:
        """Return the widget of this object name; a tour names only what a user could see."""
        found = [w for w in (within or self.window).findChildren(kind, name) if w.isVisible()]
        if not found:
            raise UserError(f"The tour looked for “{name}” and did not see it.", code="E-TOUR")
        return found[0]

    def panel(self, kind: type[P]) -> P:
        """Return a panel of the window."""
        return next(panel for panel in self.window.panels.values() if isinstance(panel, kind))

    def get_starter(self, shoot: bool = False) -> None:
        """Click the way from the start page to a loaded starter model."""
        session = self.app.parts.session
        self.wait(lambda: session.shelf is not None, what="the list of models")
        self.settle()
        self.click("loadLast" if session.shelf else "starter")
        if shoot:
            self.wait(lambda: session.bringing is not None or session.model is not None, what="a sign of life")
            self.shoot("loading", "The model on its way, with the stage and what remains.")
        self.wait(lambda: session.model is not None, 300, what="the starter model")
        self.settle()

    def answer_length(self, tokens: int) -> None:
        """Set Max tokens in the run settings, and a seed, so that the same pictures come out again."""
        output = self.panel(ChatPanel).side.run.output
        output.max_tokens.value_changed.emit(tokens)
        output.max_tokens.set_value(tokens, "you")
        output.seed.setText(SEED)
        output.changed.emit()
        self.settle()

    def ask(self, question: str) -> None:
        """Type a question, send it, and wait for the whole answer."""
        chat = self.panel(ChatPanel)
        self.type(chat.view.composer.box, question)
        self.wait(lambda: chat.view.composer.send.isEnabled(), what="Send")
        self.press("Return", chat.view.composer.box)
        self.wait_for_answer()

    def last_text(self) -> str:
        """Return the words of the last message on screen."""
        transcript = self.panel(ChatPanel).view.transcript
        return transcript.message(transcript.ids()[-1]).text if transcript.ids() else ""

    def prompt_text(self) -> str:
        """Return the text of the prompt's tokens as the X-ray shows them."""
        prompt = self.panel(ChatPanel).prompt
        return "".join(token.text for token in prompt.tokens) if prompt is not None else ""

    def wait_for_answer(self) -> None:
        """Wait until nothing is being written."""
        chat = self.panel(ChatPanel)
        self.settle()
        self.wait(lambda: not chat.talk.is_writing, 300, what="the answer")
        self.pause(300)  # the context bar counts the new answer in

    def open(self, panel: str) -> None:
        """Bring a panel to the front."""
        self.app.parts.commands.run(f"{panel}.open")
        self.settle()

    def run(self, command: str, *arguments: object) -> None:
        """Do what a menu entry or shortcut does."""
        if not self.app.parts.commands.run(command, *arguments):
            raise UserError(
                f"The tour could not run {command}: {self.app.parts.commands[command].why_not()}", code="E-TOUR"
            )
        self.settle()

    def click(self, target: QWidget | str) -> None:
        """Click the middle of a widget."""
        widget = self.find(QWidget, target) if isinstance(target, str) else target
        if isinstance(widget, QAbstractButton) and not widget.isEnabled():
            raise UserError(
                f"The tour cannot click “{widget.text() or widget.objectName()}”: it is disabled.", code="E-TOUR"
            )
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, _middle(widget))
        self.settle()

    def type(self, target: QWidget | str, text: str, clear: bool = False) -> None:
        """Type into a widget, as keys."""
        widget = self.find(QWidget, target) if isinstance(target, str) else target
        widget.setFocus()
        if clear:
            QTest.keySequence(widget, QKeySequence.StandardKey.SelectAll)
            QTest.keyClick(widget, Qt.Key.Key_Delete)
        QTest.keyClicks(widget, text)
        self.settle()

    def press(self, keys: str, target: QWidget | None = None) -> None:
        """Press a key or shortcut where the focus is."""
        QTest.keySequence(target or QApplication.focusWidget() or self.window, QKeySequence(keys))
        self.settle()

    def wait(self, condition: Callable[[], bool], seconds: float = 120.0, what: str = "something to happen") -> None:
        """Let the window live until the condition holds."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise UserError(f"The tour waited {seconds:.0f} s for {what}.", code="E-TOUR")
            self.pause(20)

    def pause(self, milliseconds: int) -> None:
        """Let the window live for a moment."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def settle(self) -> None:
        """Let everything that was set off be drawn."""
        self.pause(30)
        QApplication.sendPostedEvents()

    def shoot(self, name: str, caption: str, widget: QWidget | None = None) -> None:
        """Take a picture of the window (or a widget) with a sentence for it."""
        self.settle()
        file = f"{self._prefix}-{len(self.pictures) + 1:02}-{name}.png"
        self.pictures.append(Picture(file, caption))
        if self._out is not None:
            self._out.mkdir(parents=True, exist_ok=True)
            picture = (widget or self.window).grab()
            for floating in _floating(self.window):
                _paint_over(picture, floating, widget or self.window)
            picture.save(str(self._out / file))


def _middle(widget: QWidget) -> QPoint:
    return widget.rect().center()


def _floating(window: QWidget) -> list[QWidget]:
    """Return the pop-ups that stand over the window: they are windows of their own to Qt."""
    kinds = (Qt.WindowType.Popup, Qt.WindowType.Dialog, Qt.WindowType.Tool)
    return [w for w in QApplication.topLevelWidgets() if w is not window and w.isVisible() and w.windowType() in kinds]


def _paint_over(picture: object, floating: QWidget, below: QWidget) -> None:
    from PySide6.QtGui import QPainter, QPixmap

    assert isinstance(picture, QPixmap)
    painter = QPainter(picture)
    corner = below.mapFromGlobal(floating.mapToGlobal(QPoint(0, 0)))
    painter.drawPixmap(corner, floating.grab())
    painter.setPen(floating.palette().mid().color())  # the frame a window manager would draw
    painter.drawRect(floating.rect().translated(corner))
    painter.end()
