"""The choice meter: how probable each of a few answers is, while the prompt is edited."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QScrollArea, QVBoxLayout, QWidget

from playground.core.choices import ChoicesInfo
from playground.gui.chat.choice_list import ChoiceList
from playground.gui.theme import Theme
from playground.gui.tokens.words import percent
from playground.gui.widgets.labels import label
from playground.gui.widgets.text_box import TextBox

LISTS = {
    "Yes / No": ("Yes", "No"),
    "A / B / C / D": ("A", "B", "C", "D"),
    "True / False": ("True", "False"),
    "Positive / Negative / Neutral": ("Positive", "Negative", "Neutral"),
}
OWN = "Your own"
ABOUT = (
    "How probable is each of these as the beginning of the answer? The bars change while you edit the prompt: nothing "
    "is written, the model only reads."
)
PAUSE_MS = 350  # after the last key


class ChoicesPane(QScrollArea):
    """Edits a list of choices and shows what was measured; `wanted` asks for another measurement."""

    wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.kinds = QComboBox()
        self.kinds.addItems([*LISTS, OWN])
        self.kinds.setAccessibleName("List of choices")
        self.text = TextBox("Choices", "One per line", 3, 8)
        self.bars, self.words = ChoiceList(theme), label("", "small", wrap=True)
        self._filling = False
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.wanted)
        self.kinds.currentTextChanged.connect(self._on_kind)
        self.text.textChanged.connect(self._on_text)
        self._arrange()
        self._on_kind(self.kinds.currentText())

    def choices(self) -> tuple[str, ...]:
        """Return what is to be measured, each once."""
        return tuple(dict.fromkeys(line.strip() for line in self.text.toPlainText().split("\n") if line.strip()))

    def ask_soon(self) -> None:
        """The prompt has changed: ask for a measurement when it rests."""
        if self.isVisible():
            self.bars.fade()
            self._pause.start()

    @property
    def is_waiting(self) -> bool:
        """Say whether the prompt has not come to rest yet."""
        return self._pause.isActive()

    def show_info(self, info: ChoicesInfo) -> None:
        """Show what was measured."""
        self.bars.show_info(info)
        self.words.setText(
            f"Together they have {percent(info.together)} raw; the bars show how that divides among them. "
            f"Measured in {info.seconds:.1f} s, {info.reused_tokens:,} of {info.prompt_tokens:,} tokens were kept."
        )

    def say(self, words: str) -> None:
        """Say why there are no numbers."""
        self.bars.show_info(None)
        self.words.setText(words)

    # -- inside --------------------------------------------------------------------------------------------------

    def _on_kind(self, name: str) -> None:
        if name in LISTS:
            self._filling = True
            self.text.set_text("\n".join(LISTS[name]))
            self._filling = False
            self.ask_soon()

    def _on_text(self) -> None:
        if self._filling:
            return
        name = next((name for name, choices in LISTS.items() if choices == self.choices()), OWN)
        if name != self.kinds.currentText():
            self.kinds.blockSignals(True)
            self.kinds.setCurrentText(name)
            self.kinds.blockSignals(False)
        self.ask_soon()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.ask_soon()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._pause.stop()

    def _arrange(self) -> None:
        px = self._theme.px
        body = QWidget()
        body.setProperty("ground", "clear")
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(px(10))
        column.addWidget(label(ABOUT, "quiet", wrap=True))
        column.addWidget(self.kinds)
        column.addWidget(self.text)
        column.addWidget(self.bars)
        column.addWidget(self.words)
        column.addStretch(1)
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        body.setAutoFillBackground(False)
        self.setObjectName("choices")
