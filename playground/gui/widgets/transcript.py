"""A conversation as a scrolling column of messages.

Long conversations stay cheap: only the messages around what is read are widgets, which a `Supply` sees to.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QToolButton, QVBoxLayout, QWidget

from playground.gui.theme import Theme
from playground.gui.widgets.buttons import IconButton
from playground.gui.widgets.find_bar import FindBar
from playground.gui.widgets.finder import Finder
from playground.gui.widgets.highlight import Highlighter
from playground.gui.widgets.message_data import MessageData, State
from playground.gui.widgets.message_view import MessageView
from playground.gui.widgets.supply import SLICE_SECONDS, Supply

COLUMN = 820  # widest text column in pixels at 100 %


class Transcript(QScrollArea):
    """Shows messages and keeps the end in sight while the reader is there."""

    action = Signal(object, str)  # message id, one of message_data.ACTIONS
    version_requested = Signal(object, int)  # message id, -1 or +1
    edited = Signal(object, str)  # message id, new text
    found = Signal(int, int)  # the present match counted from 1 (0: none), all matches

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._highlighter = Highlighter(self)
        self._messages: dict[object, MessageData] = {}
        self._views: dict[object, MessageView] = {}
        self.follows = True  # whether the end stays in sight
        self._placing = False  # the scroll bar is moved from here, not by the reader
        self._supply = Supply(self)
        self._finder = Finder(self)
        self._finder.found.connect(self.found)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Conversation")
        self._inner = inner = QWidget()
        inner.setProperty("ground", "clear")
        self._column = QVBoxLayout(inner)
        self._column.addStretch(1)
        self.setWidget(inner)
        self.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        self._jump = self._jump_button()
        self._find: FindBar | None = None
        self._undressed: list[MessageView] = []  # still in the colours of the theme before
        self._dress = QTimer(self, singleShot=True, interval=1)
        self._dress.timeout.connect(self._dress_next)
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._on_scrolled)
        bar.rangeChanged.connect(self._on_range)
        theme.changed.connect(self._on_theme)
        self._place()

    # --- messages

    def set_messages(self, messages: Iterable[MessageData]) -> None:
        """Show another conversation, from its end."""
        self.clear()
        self._messages = {message.id: message for message in messages}
        self._supply.begin()
        self._mark_last()

    def add_message(
        self, id: object, role: str, title: str, text: str = "", state: State = "done", **more: Any
    ) -> MessageView:
        """Put a message at the end. `more`: the other fields of `MessageData`."""
        message = MessageData(id, role, title, text, state, **more)
        self._messages[id] = message
        self._add(message)
        self._mark_last()
        return self.view(id)

    def append(self, id: object, text: str, tokens: int = 1) -> None:
        """Show more of an answer; `tokens` is how many tokens the text has."""
        message = self._messages[id]
        message.text += text
        if message.state == "waiting":
            self.set_state(id, "writing")
        if view := self._views.get(id):
            view.append(text, tokens)

    def show_turns(self, turns: Sequence[Mapping[str, Any]]) -> None:
        """Show these messages (the fields of `MessageData`); those that are already there stay as they are.

        `versions` may be a pair: which one this is, and how many there are.
        """
        wanted = [_message(turn) for turn in turns]
        kept = 0
        for old, new in zip(self._messages, wanted, strict=False):
            if old != new.id or self._messages[old].role != new.role:
                break
            kept += 1
        if wanted and not kept:
            self.set_messages(wanted)
            return
        for id in list(self._messages)[kept:]:
            self.remove(id)
        for message in wanted[:kept]:
            self._update(message)
        for message in wanted[kept:]:
            self._messages[message.id] = message
            self._add(message)
        if self._messages and not self._views:
            self._supply.begin()
        self._mark_last()

    def finish(
        self, id: object, text: str | None = None, state: State = "done", stats: str = "", note: str = ""
    ) -> None:
        """The answer is complete, or ended in the given state; `text` corrects what was streamed."""
        old = self._messages[id]
        self._update(
            replace(old, text=old.text if text is None else text, state=state, stats=stats or old.stats, note=note)
        )

    def _update(self, new: MessageData) -> None:
        """Bring a message, and its widget if it has one, to what `new` says."""
        old = self._messages[new.id]
        was_live, was_text, was_actions = old.is_live, old.text, old.actions
        for name in ("title", "text", "state", "note", "stats", "actions", "version", "versions"):
            setattr(old, name, getattr(new, name))
        view = self._views.get(new.id)
        if view is None:
            return
        if was_text != new.text:
            view.show_text(new.text)
        elif was_live and not new.is_live:
            view.finish()
        if was_actions != new.actions:
            view.set_actions(new.actions)
        view.refresh()

    def set_state(self, id: object, state: State, note: str = "") -> None:
        """Say what happens with a message; `note` is shown beside its title."""
        self._messages[id].state, self._messages[id].note = state, note
        self._refresh(id)

    def set_stats(self, id: object, stats: str) -> None:
        """Show this line under a message."""
        self._messages[id].stats = stats
        self._refresh(id)

    def set_versions(self, id: object, version: int, versions: int) -> None:
        """Show which of how many versions this is, counted from 1."""
        self._messages[id].version, self._messages[id].versions = version, versions
        self._refresh(id)

    def set_actions(self, id: object, names: tuple[str, ...]) -> None:
        """Offer other actions."""
        self._messages[id].actions = names
        if view := self._views.get(id):
            view.set_actions(names)

    def set_text(self, id: object, text: str) -> None:
        """Replace the text of a message."""
        self._messages[id].text = text
        if view := self._views.get(id):
            view.show_text(text)

    def replace_message(self, id: object, message: MessageData) -> None:
        """Show another message at the place of this one (its next version, say); its id may differ."""
        order = list(self._messages)
        place = order.index(id)
        self._messages = {
            (message.id if key == id else key): (message if key == id else old) for key, old in self._messages.items()
        }
        if view := self._views.pop(id, None):
            at = self._column.indexOf(view)
            view.deleteLater()
            self._column.removeWidget(view)
            self.draw(message, at)
        if place == len(order) - 1:
            self._mark_last()

    def set_out_of_context(self, ids: Iterable[object]) -> None:
        """Grey the messages that the model does not read; all others are normal again."""
        outside = set(ids)
        for id, message in self._messages.items():
            if message.outside != (id in outside):
                message.outside = id in outside
                self._refresh(id)

    def remove(self, id: object) -> None:
        """Take a message away."""
        if view := self._views.get(id):
            self.undraw(view)
        else:
            self._supply.forget(id)
        del self._messages[id]
        self._mark_last()

    def clear(self) -> None:
        """Take all messages away."""
        for view in list(self._views.values()):
            self.undraw(view)
        self._messages, self._supply.below = {}, 0
        self.follows = True
        self._jump.hide()

    def message(self, id: object) -> MessageData:
        """Return a copy of what is known of a message."""
        return replace(self._messages[id])

    def view(self, id: object) -> MessageView:
        """Return the widget of a message; it is made if it was not needed so far."""
        if id not in self._views:
            self._supply.reach(id)
            self.lay_out()
        return self._views[id]

    def ids(self) -> list[object]:
        """Return the ids of all messages, in order."""
        return list(self._messages)

    def edit(self, id: object) -> None:
        """Turn a message into an editor and bring it into sight."""
        view = self.view(id)
        view.start_editing()
        QTimer.singleShot(0, view, lambda: self.ensureWidgetVisible(view, 0, 40))

    # --- finding

    def open_find(self) -> None:
        """Show the search box over the upper right corner."""
        if self._find is None:
            self._find = FindBar(self._theme)
            self._find.setParent(self)
            self._find.searched.connect(self.find_text)
            self._find.stepped.connect(lambda step: self.find_next() if step > 0 else self.find_previous())
            self.found.connect(self._find.show_count)
        self._place()
        self._find.open()

    def find_text(self, text: str) -> int:
        """Mark `text` in all messages and go to the last match; return how many matches there are."""
        return self._finder.find(text)

    def find_next(self) -> None:
        """Go to the next match; behind the last comes the first."""
        self._finder.step(1)

    def find_previous(self) -> None:
        """Go to the match before."""
        self._finder.step(-1)

    def messages(self) -> list[MessageData]:
        """Return what is known of all messages, in order."""
        return list(self._messages.values())

    def drawn(self) -> dict[object, MessageView]:
        """Return the widgets there are."""
        return dict(self._views)

    def show_place(self, view: MessageView, number: int) -> None:
        """Scroll to a marked place of a message."""
        self.follows = False
        self._column.activate()
        place = view.body.mapTo(self._inner, view.body.match_rect(number).center().toPoint())
        self.ensureVisible(place.x(), place.y(), 0, self.viewport().height() // 3)

    # --- making widgets

    def draw(self, message: MessageData, at: int = 0, *, at_end: bool = False) -> None:
        """Make the widget of a message, at this place among the widgets."""
        view = MessageView(message, self._theme, self._highlighter)
        view.action.connect(self.action)
        view.version_requested.connect(self.version_requested)
        view.edited.connect(self.edited)
        view.fit(self._column_width())
        self._column.insertWidget(self._column.count() - 1 if at_end else at, view)
        self._views[message.id] = view
        view.set_last(message.id == next(reversed(self._messages)))
        if self._finder.wanted:
            view.body.show_matches(self._finder.wanted)

    def undraw(self, view: MessageView) -> None:
        """Take the widget of a message away; the message stays."""
        del self._views[view.data.id]
        self._column.removeWidget(view)
        view.hide()
        view.deleteLater()

    def lay_out(self) -> None:
        """Give every widget its place now; Qt would show the new ones in a moment only."""
        for view in self._views.values():
            view.show()
        self._column.activate()
        QCoreApplication.sendEvent(self, QEvent(QEvent.Type.LayoutRequest))

    def _add(self, message: MessageData) -> None:
        """Draw a new message at the end, unless the reader is far above it."""
        if self._supply.below:
            self._supply.below += 1
        else:
            self.draw(message, at_end=True)

    def _mark_last(self) -> None:
        last = next(reversed(self._messages), None)
        for id in list(self._messages)[-3:]:
            if view := self._views.get(id):
                view.set_last(id == last)

    def _refresh(self, id: object) -> None:
        if view := self._views.get(id):
            view.refresh()

    # --- scrolling

    def to_end(self) -> None:
        """Show the end and stay there."""
        if self._messages:
            self.view(next(reversed(self._messages)))
        self.follows = True
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        self._jump.hide()

    def _on_scrolled(self, value: int) -> None:
        high = self.verticalScrollBar().maximum()
        if not self._placing:
            self.follows = value >= high - self._theme.px(24) and not self._supply.below
            self._supply.moved()
        self._jump.setVisible(not self.follows and high > 0)

    def _on_range(self, _low: int, high: int) -> None:
        place = high if self.follows else self._supply.place(high)
        if place is not None:
            self._placing = True
            self.verticalScrollBar().setValue(place)
            self._placing = False
        self._jump.setVisible(not self.follows and high > 0)

    def _jump_button(self) -> QToolButton:
        made = IconButton("arrow-down", "Jump to the latest message", self._theme, text="Latest", slot=self.to_end)
        made.setProperty("kind", "floating")
        made.setParent(self)
        made.hide()
        return made

    def _column_width(self) -> int:
        margins = self._column.contentsMargins()
        return self.viewport().width() - margins.left() - margins.right()

    def _place(self) -> None:
        px = self._theme.px
        side = max(px(16), (self.viewport().width() - px(COLUMN)) // 2)
        self._column.setContentsMargins(side, px(20), side, px(20))
        self._column.setSpacing(px(6))
        size = self._jump.sizeHint()
        self._jump.resize(size)
        self._jump.move((self.width() - size.width()) // 2, self.height() - size.height() - px(14))
        self._jump.raise_()
        if self._find is not None:
            self._find.adjustSize()
            self._find.move(self.viewport().width() - self._find.width() - px(12), px(12))

    def _on_theme(self) -> None:
        """Dress what can be seen now, the rest in small steps."""
        self._place()
        top = self.verticalScrollBar().value()
        seen = range(top - self.viewport().height(), top + 2 * self.viewport().height())
        views = list(self._views.values())
        for view in views:
            if view.y() in seen or (view.y() < top < view.y() + view.height()):
                view.restyle()
        self._undressed = [view for view in views if not view.is_dressed()]
        self._dress.start()

    def _dress_next(self) -> None:
        until = time.perf_counter() + SLICE_SECONDS
        while self._undressed and time.perf_counter() < until:
            view = self._undressed.pop()
            if self._views.get(view.data.id) is view and not view.is_dressed():
                view.restyle()
        if self._undressed:
            self._dress.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()


def _message(turn: Mapping[str, Any]) -> MessageData:
    fields = dict(turn)
    if isinstance(fields.get("versions"), tuple):
        fields["version"], fields["versions"] = fields["versions"]
    return MessageData(**fields)
