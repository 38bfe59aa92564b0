"""Prompt and answer of a record, drawn as in the chat, with what stood before the prompt folded away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from playground.core.history import Record
from playground.gui.theme import Theme
from playground.gui.widgets.body import Body
from playground.gui.widgets.buttons import Button
from playground.gui.widgets.collapsible import Collapsible
from playground.gui.widgets.highlight import Highlighter
from playground.gui.widgets.message_data import MessageData
from playground.gui.widgets.message_view import MessageView

AT_ONCE = 20_000  # characters that are drawn without being asked for: more would make the window wait
PICTURED = 60_000  # characters that a picture could hold at all


class RecordText(QWidget):
    """Draws the words of one record; the `whole` of them at once, without anything to press, for a picture."""

    def __init__(self, theme: Theme, highlighter: Highlighter | None = None, *, whole: bool = False) -> None:
        super().__init__()
        self._theme, self._highlighter = theme, highlighter
        self._most = PICTURED if whole else AT_ONCE
        self._actions = () if whole else ("copy",)
        self._shown: object = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(8))
        self.messages: list[MessageView] = []
        theme.changed.connect(self._dress)

    def show_record(self, record: Record) -> None:
        """Draw another record; the same one stays as it is."""
        words = (record.entry.id, record.prompt, record.text, record.entry.state)
        if words == self._shown:
            return
        self._shown = words
        self._clear()
        for title, text in before(record.job) if self._actions else ():
            self._column.addWidget(self._fold(title, text))
        if record.prompt:
            self._say("user", "You", record.prompt)
        if record.text or record.entry.state == "running":
            self._say("assistant", record.entry.model or "Model", record.text)

    def folds(self) -> list[Collapsible]:
        """Return what is folded away above the prompt."""
        return [fold for fold in self._parts() if isinstance(fold, Collapsible)]

    def mores(self) -> list[Button]:
        """Return the buttons that show the rest of a long text."""
        return [more for more in self._parts() if isinstance(more, Button)]

    def _parts(self) -> Iterator[QWidget]:
        for at in range(self._column.count()):
            item = self._column.itemAt(at)
            if item is not None and (widget := item.widget()) is not None:
                yield widget

    def _clear(self) -> None:
        self.messages = []
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _say(self, role: str, title: str, text: str) -> None:
        data = MessageData(role, role, title, text[: self._most], actions=self._actions)
        view = MessageView(data, self._theme, self._highlighter)
        view.set_last(True)
        view.action.connect(lambda *_: QGuiApplication.clipboard().setText(text))
        self.messages.append(view)
        self._column.addWidget(view)
        if len(text) > self._most:
            more = Button(f"Show all {len(text):,} characters", self._theme, "link")
            more.clicked.connect(lambda: view.show_text(text))
            more.clicked.connect(more.hide)
            self._column.addWidget(more)

    def _fold(self, title: str, text: str) -> Collapsible:
        fold = Collapsible(title, self._theme, is_open=False)
        fold.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        fold.set_note(" ".join(text[:200].split()))

        def fill(is_open: bool) -> None:
            if is_open and fold.findChild(Body) is None:
                body = Body(self._theme, markdown=False)
                body.setAccessibleName(title)
                body.set_text(text[:AT_ONCE] + ("…" if len(text) > AT_ONCE else ""))
                fold.set_body(body)

        fold.toggled.connect(fill)
        return fold

    def _dress(self) -> None:
        for body in self.findChildren(Body):
            body.restyle()
        for view in self.messages:
            view.restyle()


def before(job: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what the model read besides the last message, as titles and texts."""
    prompt = job.get("prompt")
    if not isinstance(prompt, dict):
        return []
    parts = [("System prompt", prompt.get("system")), ("Context", prompt.get("context"))]
    examples = [e for e in _dicts(prompt.get("examples")) if e.get("on", True)]
    if examples:
        pairs = [f"{e.get('question', '')}\n→ {e.get('answer', '')}" for e in examples]
        parts.append((_many(len(examples), "example"), "\n\n".join(pairs)))
    if earlier := said(job)[:-1]:
        lines = [f"{'You' if role == 'user' else 'Model'}: {text}" for role, text in earlier]
        parts.append((_many(len(earlier), "earlier message"), "\n\n".join(lines)))
    parts.append(("The reply begins with", prompt.get("reply_start")))
    return [(title, text) for title, text in parts if isinstance(text, str) and text.strip()]


def said(job: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the messages of a job as roles and texts."""
    prompt = job.get("prompt")
    messages = _dicts(prompt.get("messages")) if isinstance(prompt, dict) else []
    return [(str(message.get("role", "user")), str(message.get("content", ""))) for message in messages]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
