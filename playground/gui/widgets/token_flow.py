"""The exact tokens of a prompt, as a flow of chips that can be stepped through."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QMenu, QToolTip, QWidget

from playground.core.facts import PromptInfo, PromptToken
from playground.gui.theme import Theme
from playground.gui.widgets.token_layout import CHIP, ROW, Measure, TokenLayout
from playground.gui.widgets.token_paint import TokenPainter
from playground.gui.widgets.token_text import NAMES, as_table, plain_text, shown_text, spoken

EMPTY = "Load a model to see the exact tokens it will read."


class TokenFlow(QAbstractScrollArea):
    """Draws the tokens of a `PromptInfo`; only what can be seen is painted."""

    current_changed = Signal(int)  # the token the keyboard stands on, from 0; -1: none

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._tokens: tuple[PromptToken, ...] = ()
        self._measure = self._measured()
        self._layout: TokenLayout | None = None
        self._empty = EMPTY
        self._table = False
        self._hovered = -1
        self.current = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        # Painted in full by us, so that scrolling moves the picture and paints the new part only.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Tokens of the prompt")
        self.setAccessibleDescription(EMPTY)
        theme.changed.connect(self._on_theme)

    def set_prompt(self, info: PromptInfo | None) -> None:
        """Show the tokens of this prompt; None says what is missing. Place and current token stay where they can."""
        tokens = () if info is None else info.tokens
        if tokens == self._tokens:
            return
        stays = 0 <= self.current < len(tokens) and tokens[self.current] == self._tokens[self.current]
        self._tokens, self._hovered = tokens, -1
        self._layout = None
        if not stays:
            self._set_current(-1)
        if self.isVisible():
            self._lay_out()
        self.viewport().update()

    def set_empty_text(self, text: str) -> None:
        """Say something else while there are no tokens."""
        self._empty = text
        self._describe()
        self.viewport().update()

    def set_table(self, table: bool) -> None:
        """Show one token in each row, with its number and id, instead of the flow."""
        self._table = table
        self._refresh()

    def step(self, by: int) -> None:
        """Go to the next token (or the one before) and show it."""
        if self._tokens:
            at = self.current + by if self.current >= 0 else 0
            self._go(min(max(at, 0), len(self._tokens) - 1))

    def layout_now(self) -> TokenLayout:
        """Return where the tokens stand at the present width."""
        if self._layout is None:
            self._lay_out()
        assert self._layout is not None
        return self._layout

    # --- the current token

    def _set_current(self, token: int) -> None:
        if token != self.current:
            self._repaint_tokens(token, self.current)
            self.current = token
            self.current_changed.emit(token)
        self._describe()

    def _describe(self) -> None:
        if self.current >= 0:
            words = spoken(self._tokens[self.current], self.current + 1)
        else:
            words = f"{len(self._tokens):,} tokens" if self._tokens else self._empty
        self.setAccessibleDescription(words)

    def _go(self, token: int) -> None:
        self._set_current(token)
        layout, bar = self.layout_now(), self.verticalScrollBar()
        row = layout.row_of(token)
        above = layout.rows[row - 1] if row else layout.rows[row]
        rect = layout.rect(token)
        top = above.top if above.block >= 0 else rect.top()  # a heading comes into view with its first row
        margin = self._theme.px(8)
        if top - margin < bar.value():
            bar.setValue(int(top) - margin)
        elif rect.bottom() + margin > bar.value() + self.viewport().height():
            bar.setValue(int(rect.bottom()) + margin - self.viewport().height())
        self._tell_of(token)

    def _tell_of(self, token: int) -> None:
        """Say what the token is that was stepped to."""
        spot = self._on_screen(self.layout_now().rect(token))
        QToolTip.showText(self.viewport().mapToGlobal(spot.bottomLeft()), self._tip(token), self.viewport(), spot)

    def _on_screen(self, rect: QRectF) -> QRect:
        return rect.translated(0, -self.verticalScrollBar().value()).toAlignedRect()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        steps = {Qt.Key.Key_J: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_K: -1, Qt.Key.Key_Left: -1}
        page = max(1, self.viewport().height() // self._theme.px(ROW) - 1)
        rows = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: page, Qt.Key.Key_PageUp: -page}
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(self._tokens) - 1}
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not self._tokens or held:
            super().keyPressEvent(event)
        elif key in steps:
            self.step(steps[key])
        elif key in rows:
            self._go(self.layout_now().above_or_below(max(0, self.current), rows[key] if self.current >= 0 else 0))
        elif key in ends:
            self._go(ends[key])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        keys = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if self._tokens and self.current < 0 and event.reason() in keys:
            self._set_current(0)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    # --- the mouse

    def _token_at(self, place: QPointF) -> int:
        return self.layout_now().token_at(place.x(), place.y() + self.verticalScrollBar().value())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and (token := self._token_at(event.position())) >= 0:
            self._set_current(token)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._token_at(event.position()))

    def _hover(self, token: int) -> None:
        if token != self._hovered:
            self._repaint_tokens(token, self._hovered)
            self._hovered = token

    def _repaint_tokens(self, *tokens: int) -> None:
        for at in tokens:
            if self._layout is not None and 0 <= at < len(self._tokens):
                self.viewport().update(self._on_screen(self._layout.rect(at)).adjusted(-3, -3, 3, 3))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            token = self._token_at(QPointF(event.pos()))
            if token < 0:
                QToolTip.hideText()
            else:
                spot = self._on_screen(self.layout_now().rect(token))
                QToolTip.showText(event.globalPos(), self._tip(token), self.viewport(), spot)
            return True
        if event.type() == QEvent.Type.Leave:
            self._hover(-1)
        return super().viewportEvent(event)

    def _tip(self, at: int) -> str:
        token = self._tokens[at]
        facts = [f"id {token.id}", NAMES.get(token.section, token.section), token.role, "special" * token.special]
        number = f"Token {at + 1:,} of {len(self._tokens):,}"
        return f"<b>“{escape(shown_text(token.text))}”</b><br>{number}<br>{escape(' · '.join(filter(None, facts)))}"

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = QGuiApplication.clipboard().setText
        menu.addAction("Copy as text", lambda: copy(self.text()))
        menu.addAction("Copy ids", lambda: copy(self.ids()))
        menu.addAction("Copy as table", lambda: copy(as_table(self._tokens)))
        for action in menu.actions():
            action.setEnabled(bool(self._tokens))
        menu.addSeparator()
        table = menu.addAction("Show as table", lambda: self.set_table(not self._table))
        table.setCheckable(True)
        table.setChecked(self._table)
        menu.popup(event.globalPos())

    def text(self) -> str:
        """Return the text of all tokens."""
        return plain_text(self._tokens)

    def ids(self) -> str:
        """Return the ids of all tokens as a list."""
        return f"[{', '.join(str(token.id) for token in self._tokens)}]"

    # --- layout and paint

    def _lay_out(self) -> None:
        bar = self.verticalScrollBar()
        width = self.width() - bar.sizeHint().width()  # as if the bar were always there: it must not move the chips
        self._layout = self._placed(width)
        bar.setSingleStep(self._theme.px(ROW))
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, max(0, round(self._layout.height) - self.viewport().height()))

    def _placed(self, width: float) -> TokenLayout:
        return TokenLayout(self._tokens, self._measure, width, self._table)

    def _measured(self) -> Measure:
        return Measure(self._theme)

    def _refresh(self) -> None:
        self._layout = None
        self._hovered = -1
        if self.isVisible():
            self._lay_out()
        self.viewport().update()

    def _on_theme(self) -> None:
        self._measure = self._measured()
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._lay_out()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(dx, dy)

    def _ground(self) -> str:
        """Return the colour role of what this widget lies on."""
        widget: QWidget | None = self
        while widget is not None:
            if widget.property("ground") in ("surface", "raised", "window"):
                return str(widget.property("ground"))
            widget = widget.parentWidget()
        return "window"

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._theme.colour(self._ground()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._tokens:
            box, ratio = QRectF(self.viewport().rect()), self.devicePixelRatioF()
            TokenPainter(painter, self._theme).draw_empty(box, self._empty, ratio)
            return
        top = self.verticalScrollBar().value()
        painter.translate(0, -top)
        area = event.rect().translated(0, top)
        self._draw(painter, area.top() - CHIP, area.bottom())

    def _draw(self, painter: QPainter, top: float, bottom: float) -> None:
        """Draw the tokens between two heights."""
        marked = self.current if self.hasFocus() else -1
        TokenPainter(painter, self._theme).draw(self.layout_now(), top, bottom, self._hovered, marked, self.width())
