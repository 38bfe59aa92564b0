"""One answer in full: head, strip or table, the curve of its end, and the chosen token at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from playground.core.history import Record
from playground.gui.history.flow import Flow
from playground.gui.theme import Theme
from playground.gui.tokens.answer import Answer
from playground.gui.tokens.answer_head import AnswerHead
from playground.gui.tokens.end_curve import EndCurve
from playground.gui.tokens.ending import EndShare, end_shares, sentence
from playground.gui.tokens.legend import Legend
from playground.gui.tokens.measures import MEASURES, Measure
from playground.gui.tokens.strip import TokenStrip
from playground.gui.tokens.token_side import TokenSide
from playground.gui.tokens.token_table import TokenTable
from playground.gui.tokens.vocabulary import Vocabulary
from playground.gui.widgets.labels import ElidedLabel, label, line
from playground.gui.widgets.segmented import Segmented

SIDE_WIDTH, SIDE_LEAST, STRIP_HEIGHT, TABLE_HEIGHT = 300, 212, 150, 300  # pixels at 100 %
VIEWS = (("strip", "Text"), ("table", "Table"))
BELOW = "▽ below this: not among the recorded tokens, or too small to draw"
NO_ENDS = "Load the model to see how probable the end was at each step."


class AnswerView(QWidget):
    """Shows a record; what is written on tokens comes from the vocabulary when it is known."""

    load_requested = Signal()

    def __init__(self, theme: Theme, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._theme, self._vocabulary = theme, vocabulary
        self._record: Record | None = None
        self._answer = Answer(())
        self._ends: frozenset[int] | None = None
        self._shares: tuple[EndShare, ...] = ()
        self.head, self.side = AnswerHead(theme), TokenSide(theme)
        self.strip, self.table = TokenStrip(theme), TokenTable(theme)
        self.curve, self.ending = EndCurve(theme), label("", "", wrap=True)
        self.colour_by = Segmented("Colour by", [(m.name, m.title) for m in MEASURES], theme)
        self.as_what = Segmented("Show as", VIEWS, theme)
        self.legend = Legend(theme, MEASURES[0])
        self._arrange()
        self._connect()
        self._fit()

    # -- showing -------------------------------------------------------------------------------------------------

    def show_record(self, record: Record) -> None:
        """Show another answer."""
        self._record = record
        made = Answer.of(record)
        self._answer = Answer(made.tokens, made.ended, self._vocabulary.texts)
        self._ends = None
        self.head.show_record(record, self._answer.summary())
        self.table.show_answer(self._answer)
        self._show_end()
        self.strip.show_answer(self._answer)  # which chooses its first token

    def show_texts(self) -> None:
        """Show what the vocabulary knows by now."""
        if self._record is not None:
            self.strip.show_texts()
            self.table.show_texts()
            self.side.refresh()
            self.head.show_summary(self._answer.summary())
            self._show_end()

    def show_offer(self, reason: str) -> None:
        """Offer to load the model while nobody knows the words; `reason` says why that cannot be done."""
        self.side.show_offer(not self._vocabulary.is_loaded and not self._vocabulary.texts, reason)

    @property
    def answer(self) -> Answer:
        return self._answer

    def measure(self) -> Measure:
        return next(measure for measure in MEASURES if measure.name == self.colour_by.value())

    def set_measure(self, name: str) -> None:
        """Colour by another measure."""
        self.colour_by.set_value(name)
        self.legend.show_measure(self.measure())
        self.strip.set_measure(self.measure())

    def set_view(self, name: str) -> None:
        """Show the strip or the table; the keyboard follows."""
        self.as_what.set_value(name)
        front = self.table if self.as_what.value() == "table" else self.strip
        had_focus = self.strip.hasFocus() or self.table.hasFocus()
        self._pages.setCurrentWidget(front)
        self._give_room()
        self.legend.setVisible(front is self.strip)
        self._by.setVisible(front is self.strip)
        self.colour_by.setVisible(front is self.strip)
        if had_focus:
            front.setFocus()

    def add_section(self, section: QWidget) -> None:
        """Put another section right below the tokens."""
        at = self.sections.indexOf(self._pages) + 1
        self.sections.insertWidget(at, line())
        self.sections.insertWidget(at + 1, section)
        self._fit()

    def show_section(self, section: QWidget) -> None:
        """Scroll to a section."""
        self._left.ensureWidgetVisible(section, 0, self._theme.px(12))

    def focus_tokens(self) -> None:
        """Give the keyboard to the tokens."""
        (self.table if self.as_what.value() == "table" else self.strip).setFocus()

    def step(self, by: int) -> None:
        self.strip.step(by)

    def _on_current(self, token: int) -> None:
        self.side.show_token(self._answer, token)
        self.curve.set_current(token)
        self.table.choose(token)
        if 0 <= token < len(self._answer.tokens):
            self._vocabulary.want(id for id, _ in self._answer.tokens[token].alternatives)

    def _on_hovered(self, token: int) -> None:
        """Show the token under the mouse for as long as it is there."""
        self.side.show_token(self._answer, token if token >= 0 else self.strip.current)
        self.curve.set_current(token if token >= 0 else self.strip.current)

    def _show_end(self) -> None:
        """Show the chances of the end; which tokens end an answer its own end tells, or the model."""
        assert self._record is not None
        answer, entry = self._answer, self._record.entry
        own = frozenset({answer.tokens[-1].id}) if answer.ended else frozenset[int]()
        ends = own or self._vocabulary.ends
        if ends == self._ends:
            return
        self._ends = ends
        shares = self._shares = end_shares(answer.tokens, ends)
        words = sentence(answer.tokens, shares, entry.state, entry.stop_reason)
        self.ending.setText(words if ends else f"{words} {NO_ENDS}")
        self.curve.show_shares(shares if ends else (), [token.step for token in answer.tokens], answer.ended)
        self.curve.setAccessibleDescription(self.ending.text())
        self.curve.setVisible(bool(ends))
        self._below.setVisible(any(share.high > share.low for share in shares))

    # -- putting it together -------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.colour_by.chosen.connect(self.set_measure)
        self.as_what.chosen.connect(self.set_view)
        self.strip.current_changed.connect(self._on_current)
        self.strip.hovered_changed.connect(self._on_hovered)
        self.table.chosen.connect(self.strip.choose)
        self.curve.chosen.connect(self.strip.choose)
        self.curve.hovered.connect(self._on_hovered)
        self.side.load_requested.connect(self.load_requested)
        self._vocabulary.changed.connect(self.show_texts)
        self._theme.changed.connect(self._fit)

    def _arrange(self) -> None:
        self._pages = QStackedWidget()
        self._pages.addWidget(self.strip)
        self._pages.addWidget(self.table)
        self._left = QScrollArea()
        self._left.setWidgetResizable(True)
        self._left.setWidget(self._sections())
        self._left.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._left.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._left.viewport().setAutoFillBackground(False)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self._left)
        self.splitter.addWidget(self.side)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(line())
        column.addWidget(self.splitter, 1)
        self.setProperty("ground", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def _sections(self) -> QWidget:
        """Return the column of sections."""
        px = self._theme.px
        body = QWidget()
        body.setProperty("ground", "clear")
        body.setAutoFillBackground(False)
        self.sections = QVBoxLayout(body)
        self.sections.setSpacing(px(8))
        self.sections.addWidget(self._tools())
        self.sections.addWidget(self.legend)
        self.sections.addWidget(self._pages, 1)
        self.sections.addWidget(line())
        self.sections.addLayout(self._end_heading())
        self.sections.addWidget(self.ending)
        self.sections.addWidget(self.curve)
        return body

    def _tools(self) -> QWidget:
        tools = QWidget()
        self._by = label("Colour by", "quiet")
        flow = Flow(tools, self._theme.px(12))
        flow.addWidget(self.as_what)
        flow.addWidget(self._by)
        flow.addWidget(self.colour_by)
        return tools

    def _end_heading(self) -> QHBoxLayout:
        self._below = ElidedLabel(BELOW, "small")
        row = QHBoxLayout()
        row.addWidget(label("The end", "strong"))
        row.addStretch(1)
        row.addWidget(self._below)
        return row

    def _give_room(self) -> None:
        """Let enough of the tokens be seen, whatever stands below them."""
        least = TABLE_HEIGHT if self._pages.currentWidget() is self.table else STRIP_HEIGHT
        self._pages.setMinimumHeight(self._theme.px(least))

    def _fit(self) -> None:
        px, zoom = self._theme.px, min(self._theme.zoom, 1.5)
        left, right = round(24 * zoom), round(16 * zoom)
        self.head.layout().setContentsMargins(left, px(12), right, px(12))  # type: ignore[union-attr]
        self.sections.setContentsMargins(left, px(12), right, px(14))
        bar = self._left.verticalScrollBar().sizeHint().width()
        self._left.setMinimumWidth(self.sections.minimumSize().width() + bar)
        self.side.setMinimumWidth(px(SIDE_LEAST))
        self.side.setMaximumWidth(px(2 * SIDE_WIDTH))
        self._give_room()
        self._by.setMinimumHeight(self.colour_by.sizeHint().height())
