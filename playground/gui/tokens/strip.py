"""The token strip: an answer as its tokens, flowing like text, each in the colour of a measure."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QPainter
from PySide6.QtWidgets import QMenu

from playground.core.facts import PromptToken
from playground.gui.theme import Theme
from playground.gui.tokens.answer import Answer
from playground.gui.tokens.heat import Heat
from playground.gui.tokens.measures import MEASURES, Measure
from playground.gui.tokens.popup import popup
from playground.gui.tokens.strip_paint import StripPainter
from playground.gui.tokens.words import signs
from playground.gui.widgets.token_flow import TokenFlow
from playground.gui.widgets.token_layout import Measure as Fonts
from playground.gui.widgets.token_layout import TokenLayout

NAME = "Tokens of the answer"


class StripLayout(TokenLayout):
    """One block without a heading; a line of the answer ends behind the sign of its line break."""

    rail: ClassVar[float] = 3
    row: ClassVar[float] = 31

    def _place(self) -> float:
        top = float(self.measure.theme.px(5))  # for the dots
        return self._place_block(self.blocks[0], top) if self.blocks else top

    def _breaks(self, at: int) -> bool:
        return "\n" in self.tokens[at - 1].text


class TokenStrip(TokenFlow):
    """Draws an `Answer`; only what can be seen is painted. The chosen token keeps its ring."""

    hovered_changed = Signal(int)  # the token under the mouse, -1: none

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._answer = Answer(())
        self._by = MEASURES[0]
        self._heat = Heat(theme)
        self._levels: list[int] = []
        self._places: list[float] = []
        self._struck: frozenset[int] = frozenset()
        self._parted = -1
        self.set_empty_text("No token was written.")
        self._describe()

    def show_answer(self, answer: Answer) -> None:
        """Show another answer, from its beginning."""
        self._answer = answer
        self.current = -1
        self.verticalScrollBar().setValue(0)
        self._colour()
        self.show_texts()
        self._set_current(0 if answer.tokens else -1)

    def show_texts(self) -> None:
        """Show what is now known of the tokens' texts."""
        answer = self._answer
        made = tuple(
            PromptToken(token.id, answer.text(at) or answer.shown(at), "reply", "assistant", answer.is_end(at))
            for at, token in enumerate(answer.tokens)
        )
        if made != self._tokens:
            self._tokens = made
            self._refresh()
        self._describe()

    def set_measure(self, measure: Measure) -> None:
        """Colour by another measure."""
        self._by = measure
        self._colour()
        self.viewport().update()

    def set_struck(self, struck: frozenset[int], parted: int) -> None:
        """Strike tokens out that other settings could not have drawn, and frame the first that would be another."""
        if (struck, parted) != (self._struck, self._parted):
            self._struck, self._parted = struck, parted
            self.viewport().update()

    def choose(self, token: int) -> None:
        """Go to a token and show it."""
        if 0 <= token < len(self._tokens) and token != self.current:
            self._go(token)

    def level(self, token: int) -> int:
        """Return the class of a token, whose underline tells it too."""
        return self._levels[token]

    # --- as a flow of tokens

    def _measured(self) -> Fonts:
        return Fonts(self._theme, signs)

    def _placed(self, width: float) -> TokenLayout:
        return StripLayout(self._tokens, self._measure, width)

    def _tell_of(self, token: int) -> None:
        """All about the token stands beside the strip."""

    def _tip(self, at: int) -> str:
        return popup(self._answer, at)

    def _hover(self, token: int) -> None:
        if token != self._hovered:
            super()._hover(token)
            self.hovered_changed.emit(token)

    def _describe(self) -> None:
        if not hasattr(self, "_answer"):  # the base class is still being made
            return
        known = 0 <= self.current < len(self._answer.tokens)
        self.setAccessibleName(self._answer.spoken(self.current) if known else NAME)
        self.setAccessibleDescription(self._answer.summary())

    def _colour(self) -> None:
        values = [self._by.value(token) for token in self._answer.tokens]
        self._levels = [self._by.level(value) for value in values]
        self._places = [self._by.position(value) for value in values]

    def _on_theme(self) -> None:
        self._heat = Heat(self._theme)
        super()._on_theme()

    def _draw(self, painter: QPainter, top: float, bottom: float) -> None:
        drawing = StripPainter(painter, self._theme, self._heat, self._theme.colour(self._ground()))
        rows = self.layout_now().rows_between(top - self._theme.px(8), bottom)
        marks = [not self._answer.was_first(at) for at in range(rows[0].first, rows[-1].end)]
        drawing.draw(self.layout_now(), rows, self._places, self._levels, marks)
        for at in self._struck & set(range(rows[0].first, rows[-1].end)):
            drawing.strike(self.layout_now().rect(at))
        if self._parted >= 0:
            drawing.draw_parted(self.layout_now().rect(self._parted))
        if self._hovered >= 0:
            drawing.draw_hovered(self.layout_now().rect(self._hovered))
        if self.current >= 0:
            marked = not self._answer.was_first(self.current)
            drawing.draw_ring(self.layout_now().rect(self.current), self.hasFocus(), marked)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = QGuiApplication.clipboard().setText
        menu.addAction("Copy as text", lambda: copy("".join(token.text for token in self._answer.tokens)))
        menu.addAction("Copy ids", lambda: copy(self.ids()))
        menu.popup(event.globalPos())
