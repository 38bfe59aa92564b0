"""The sampler microscope: a card for each stage of the chain in the order they ran, then the draw."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from playground.core.lens import StepLook
from playground.gui.lens.draw_card import DrawCard
from playground.gui.lens.stage_card import Names, StageCard
from playground.gui.theme import Theme
from playground.gui.widgets.labels import label

UNSURE = (
    "Needs recomputing: with these settings a token beyond the {kept} that were kept could matter. "
    "Nothing is shown rather than guessed."
)
KEPT = "2,000"
NO_STAGE = "No stage is on: the model's own probabilities went straight into the draw."


class MicroscopeView(QWidget):
    """Shows one step, or why there is nothing to show."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._look: StepLook | None = None
        self.status = label("", "quiet", wrap=True)
        self.cards: list[StageCard | DrawCard] = []
        self._row = QHBoxLayout()
        self.area = QScrollArea()
        self._arrange()

    @property
    def look(self) -> StepLook | None:
        """What is shown."""
        return self._look

    def show_look(self, look: StepLook, names: Names) -> None:
        """Show a step. `names` says what tokens are called."""
        self._look = look
        self.clear_cards()
        if not look.exact:
            self.say(UNSURE.format(kept=KEPT))
            return
        self.cards = [StageCard(self._theme, stage, names) for stage in look.stages]
        self.cards.append(DrawCard(self._theme, look, names))
        for number, card in enumerate(self.cards):
            if number:
                self._row.insertWidget(self._row.count() - 1, label("→", "quiet"))
            self._row.insertWidget(self._row.count() - 1, card)
        self.status.setText(_sentence(look, names))
        self.area.show()
        self._fit()

    def say(self, words: str) -> None:
        """Show words in the place of the cards."""
        self.clear_cards()
        self.status.setText(words)
        self.area.hide()

    def clear_cards(self) -> None:
        """Take the cards away."""
        self.cards = []
        while self._row.count() > 1:
            item = self._row.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _fit(self) -> None:
        bar = self.area.horizontalScrollBar().sizeHint().height()
        high = max((card.sizeHint().height() for card in self.cards), default=0)
        self.area.setFixedHeight(high + bar + 2)

    def _arrange(self) -> None:
        px = self._theme.px
        inside = QWidget()
        inside.setProperty("ground", "clear")
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(px(4))
        self._row.addStretch(1)
        inside.setLayout(self._row)
        self.area.setWidget(inside)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName("Stages of the chain")
        self.area.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        column.addWidget(label("Sampler microscope", "strong"))
        column.addWidget(self.status)
        column.addWidget(self.area)
        self._theme.changed.connect(self._fit)


def _sentence(look: StepLook, names: Names) -> str:
    """Return what happened at this step, in one sentence."""
    if not look.stages:
        return NO_STAGE
    left = look.stages[-1].left
    drawn = f"{look.vocabulary:,} tokens came in, {left:,} {'was' if left == 1 else 'were'} left for the draw"
    if look.drawn == look.chosen:
        return f"{drawn}, and “{names(look.drawn)}” won."
    return f"{drawn}. With these settings “{names(look.drawn)}” wins, not “{names(look.chosen)}”."
