"""One message of a conversation: who said it, the text, and what can be done with it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from playground.gui.icons import pixmap
from playground.gui.theme import Theme
from playground.gui.widgets.body import Body
from playground.gui.widgets.buttons import Button, IconButton
from playground.gui.widgets.highlight import Highlighter
from playground.gui.widgets.labels import ElidedLabel, label, set_property
from playground.gui.widgets.markdown import Thinking
from playground.gui.widgets.message_data import ACTIONS, PILLS, MessageData
from playground.gui.widgets.thought import Thought

_FACES = {"user": ("user", "quiet", "hover"), "system": ("terminal", "quiet", "hover")}


class MessageView(QFrame):
    """Draws a `MessageData`; the transcript feeds it."""

    action = Signal(object, str)
    version_requested = Signal(object, int)
    edited = Signal(object, str)

    def __init__(self, data: MessageData, theme: Theme, highlighter: Highlighter | None = None) -> None:
        super().__init__()
        self.data, self._theme, self._highlighter = data, theme, highlighter
        self._thinking = Thinking()
        self._thought: Thought | None = None
        self._editor: _Editor | None = None
        self._last = False
        self._look = (theme.dark, theme.zoom)
        self.setProperty("kind", "message")
        self.setProperty("role", data.role)
        self.body = Body(theme, highlighter, markdown=data.role == "assistant", dim=data.outside)
        self._build()
        self._buttons: dict[str, _ShyButton] = {}
        self.set_actions(data.actions)
        self.show_text(data.text)
        self.refresh()

    # --- what the transcript calls

    def show_text(self, text: str) -> None:
        """Replace the text by a finished (or for a live message: an unfinished) one."""
        self._thinking = Thinking()
        self.body.set_text("")
        if self._thought is not None:
            self._thought.deleteLater()
            self._thought = None
        self._put(*self._thinking.feed(text), tokens=0)
        if not self.data.is_live:
            self.finish()

    def append(self, text: str, tokens: int = 1) -> None:
        """Show more of an answer."""
        self._put(*self._thinking.feed(text), tokens=tokens)

    def finish(self) -> None:
        """Render what is left."""
        self._put(*self._thinking.close(), tokens=0)
        if self._thought is not None:
            self._thought.finish()
        self.body.finish()

    def refresh(self) -> None:
        """Show the state, the stats and the versions of the data."""
        data = self.data
        words, tone = PILLS.get(data.state, ("", ""))
        self._title.setText(data.title)
        self._pill.setText(words)
        self._pill.setVisible(bool(words))
        self._pill.setToolTip(data.note if words else "")
        set_property(self._pill, "tone", tone)
        self._outside.setVisible(data.outside)
        self._note.setText("" if words else data.note)
        self._note.setVisible(bool(self._note.text()))
        self._stats.setText(_in_pieces(data.stats))
        self._stats.setVisible(bool(data.stats) and data.role == "assistant")
        self._switcher.setVisible(data.versions > 1)
        self._count.setText(f"{data.version}/{data.versions}")
        self._earlier.setEnabled(data.version > 1)
        self._later.setEnabled(data.version < data.versions)
        self.body.set_streaming(data.is_live)
        if self.body.dim != data.outside:
            self.body.dim = data.outside
            self.body.restyle()
        self._reveal()
        where = ", outside the context" if data.outside else ""
        self.setAccessibleName(f"{data.title}{where}")
        self.body.setAccessibleName(f"Message by {data.title}{where}")

    def set_actions(self, names: tuple[str, ...]) -> None:
        """Offer these actions, in this order."""
        self.data.actions = names
        for button in self._buttons.values():
            button.deleteLater()
        self._buttons = {}
        for place, name in enumerate(names):
            shape, words = ACTIONS[name]
            button = _ShyButton(shape, words, self._theme, slot=partial(self._on_action, name))
            button.setProperty("kind", "row")  # eight of them have to fit under an answer in a narrow window
            self._buttons[name] = button
            self._bar.insertWidget(place, button)
        self._reveal()

    def set_last(self, last: bool) -> None:
        """The last message always shows its buttons."""
        self._last = last
        self._reveal()

    def button(self, name: str) -> IconButton:
        """Return the button of an action."""
        return self._buttons[name]

    def start_editing(self) -> None:
        """Turn the text into an editor."""
        if self._editor is None:
            self._editor = _Editor(self.data.text, self._theme)
            self._editor.done.connect(self._on_edited)
            self._column.insertWidget(self._column.indexOf(self.body), self._editor)
            self.body.hide()
            self._footer.hide()
        self._editor.text.setFocus()

    def is_edited(self) -> bool:
        """Say whether the text is being edited."""
        return self._editor is not None

    def is_held(self) -> bool:
        """Say whether the user has something in hand here that would be lost with the widget."""
        focus = QApplication.focusWidget()
        has_focus = focus is not None and self.isAncestorOf(focus)
        return self.is_edited() or self.body.textCursor().hasSelection() or has_focus

    def is_dressed(self) -> bool:
        """Say whether the text has the colours and sizes of the present theme."""
        return self._look == (self._theme.dark, self._theme.zoom)

    def restyle(self) -> None:
        """Take over the present theme."""
        self._look = (self._theme.dark, self._theme.zoom)
        self._margins()
        self.body.restyle()
        if self._thought is not None:
            self._thought.body.restyle()

    def fit(self, width: int) -> None:
        """Give the text its height before Qt lays this message out, when it will be `width` wide."""
        px = self._theme.px
        self.body.fit(max(40, width - px(24 + 12) - 2 * px(14)))

    # --- inside

    def _build(self) -> None:
        theme = self._theme
        self._face = _Face(self.data.role, theme)
        self._title = ElidedLabel(self.data.title, "strong")
        self._pill = label("", "pill")
        self._outside = label("Outside the context", "pill")
        self._outside.setToolTip("The model does not read this message: the conversation is longer than its context.")
        self._note = ElidedLabel("", "small")
        self._role_row = QHBoxLayout()
        for widget in (self._title, self._pill, self._outside, self._note):
            self._role_row.addWidget(widget)
        if self.data.role == "assistant":
            self._role_row.addStretch(1)
        self._stats = label("", "small", self, wrap=True)  # in no layout under a user's message
        self._build_switcher()
        self._bar = QHBoxLayout()
        self._bar.setSpacing(1)
        self._footer = QWidget()
        self._footer.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        footer = QHBoxLayout(self._footer)
        footer.setContentsMargins(0, 0, 0, 0)
        footer.setSpacing(theme.px(6))
        footer.addWidget(self._switcher)
        footer.addLayout(self._bar)
        footer.addStretch(1)
        self._column = QVBoxLayout()
        self._column.addLayout(self._role_row)
        self._column.addWidget(self.body)
        if self.data.role == "assistant":
            self._column.addWidget(self._stats)  # a line of its own: it is as long as a narrow window is wide
            self._column.addWidget(self._footer)
        else:  # short messages keep their buttons beside the title
            self._role_row.addWidget(self._footer)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._face, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(self._column, 1)
        self._margins()

    def _build_switcher(self) -> None:
        theme = self._theme
        self._earlier = IconButton("chevron-left", "Previous version (Alt+←)", theme, size=14)
        self._later = IconButton("chevron-right", "Next version (Alt+→)", theme, size=14)
        self._earlier.clicked.connect(lambda: self.version_requested.emit(self.data.id, -1))
        self._later.clicked.connect(lambda: self.version_requested.emit(self.data.id, 1))
        self._count = label("", "small")
        self._switcher = QWidget()
        row = QHBoxLayout(self._switcher)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for widget in (self._earlier, self._count, self._later):
            row.addWidget(widget)

    def _margins(self) -> None:
        px = self._theme.px
        self._row.setSpacing(px(12))
        self._column.setSpacing(px(4))
        self._role_row.setSpacing(px(8))
        self._face.setFixedSize(px(24), px(28))
        self._title.setMinimumHeight(px(28))
        self._row.setContentsMargins(px(14), px(12), px(14), px(6 if self.data.role == "assistant" else 12))

    def _put(self, thought: str, answer: str, tokens: int) -> None:
        if thought:
            self._add_thought().append(thought, tokens)
        elif self._thought is not None and answer:
            self._thought.finish()
        if answer:
            self.body.append(answer)

    def _add_thought(self) -> Thought:
        if self._thought is None:
            self._thought = Thought(self._theme, self._highlighter)
            self._column.insertWidget(1, self._thought)
        return self._thought

    def _on_action(self, name: str) -> None:
        if name == "edit":
            self.start_editing()
        self.action.emit(self.data.id, name)

    def _on_edited(self, text: object) -> None:
        if self._editor is not None:
            self._editor.deleteLater()
            self._editor = None
        self.body.show()
        self._footer.show()
        if isinstance(text, str) and text != self.data.text:
            self.edited.emit(self.data.id, text)

    def _reveal(self) -> None:
        shown = (self._last or self.underMouse()) and not self.data.is_live
        for button in self._buttons.values():
            button.set_revealed(shown)
            button.setEnabled(not self.data.is_live)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._reveal()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._reveal()


class _ShyButton(IconButton):
    """Draws itself only while its message is looked at; the keyboard always finds it."""

    _revealed = False

    def set_revealed(self, revealed: bool) -> None:
        if revealed != self._revealed:
            self._revealed = revealed
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._revealed or self.hasFocus():
            super().paintEvent(event)


class _Face(QWidget):
    """A small sign that tells the speakers apart."""

    def __init__(self, role: str, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._look = _FACES.get(role, ("sparkles", "accent_ink", "accent_soft"))

    def paintEvent(self, event: QPaintEvent) -> None:
        name, ink, ground = self._look
        side, inner = self._theme.px(24), self._theme.px(14)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour(ground))
        top = (self.height() - side) // 2
        painter.drawRoundedRect(QRectF(0, top, side, side), side * 0.32, side * 0.32)
        at = (side - inner) // 2
        painter.drawPixmap(at, top + at, pixmap(name, self._theme, inner, ink, self.devicePixelRatioF()))


class _Editor(QWidget):
    """Edits a message in place; `done` brings the new text, or None."""

    done = Signal(object)

    def __init__(self, text: str, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.text = QPlainTextEdit(text)
        self.text.setAccessibleName("Edit the message")
        self.text.setTabChangesFocus(True)
        self.text.setFont(theme.font(14))
        self.text.installEventFilter(self)
        self.text.textChanged.connect(self._fit)
        self.save = Button("Save", theme, "primary", slot=lambda: self.done.emit(self.text.toPlainText()))
        self.save.setToolTip("Ctrl+Enter")
        self.cancel = Button("Cancel", theme, slot=lambda: self.done.emit(None))
        self.cancel.setToolTip("Esc")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.px(8))
        column.addWidget(self.text)
        column.addLayout(buttons)
        self._fit()

    def _fit(self) -> None:
        lines = min(16, max(3, self.text.document().size().height() + 1))
        self.text.setFixedHeight(round(lines * self.text.fontMetrics().lineSpacing()) + self._theme.px(14))

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            held = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if event.key() == Qt.Key.Key_Escape:
                self.done.emit(None)
                return True
            if held and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.done.emit(self.text.toPlainText())
                return True
        return False


def _in_pieces(stats: str) -> str:
    """Return the stats so that a narrow line breaks between their parts, never inside one."""
    return " | ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in stats.split(" | "))
