"""What an empty chat shows: the way to a model, then something to ask it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from playground.core.facts import LoadedInfo, ModelInfo
from playground.gui.chat.prompt_card import PromptCard
from playground.gui.icons import pixmap
from playground.gui.session import Bringing
from playground.gui.theme import Theme

TEXT_WIDTH = 440
WIDEST = 560  # of the title and the prompts
BAR_WIDTH = 360
MARGIN, SPACING = 32, 8
PROMPTS = (
    "Explain why the sky is blue to a ten-year-old.",
    "Write a haiku about a laptop learning to speak.",
    "Give me three ideas for a rainy Sunday.",
    "What is the difference between a list and a tuple in Python?",
)


class StartPage(QScrollArea):
    """Three faces: no model yet, one on its way, ready."""

    starter_requested = Signal()
    load_requested = Signal(str)
    stop_requested = Signal()
    models_requested = Signal()
    prompt_chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._offer = ""
        self.starter = _button("Get the starter model", "starter", primary=True)
        self.load = _button("", "loadLast", primary=True)
        self.others = _button("Choose another model", "otherModels")
        self.stop = _button("Stop", "stopBringing")
        self.bar = QProgressBar()
        self.stage = _centred("", "quiet")
        self.title = _centred("", "title")
        self.words = _centred("", "quiet")
        self.prompts = [PromptCard(text, theme) for text in PROMPTS]
        self._faces: list[QWidget] = []
        self._picture = QLabel()
        self._arrange()
        self._connect()
        theme.changed.connect(self._fit)
        self._fit()

    def show_state(
        self,
        model: LoadedInfo | None,
        bringing: Bringing | None,
        shelf: tuple[ModelInfo, ...] | None,
        last: tuple[str, str],
    ) -> None:
        """Show what fits: `last` is the path and name of the model used last."""
        if bringing is not None:
            self._show_bringing(bringing)
        elif model is not None:
            self.title.setText(f"{model.model.name} is ready")
            self.words.setText("Type below, or begin with one of these.")
            self._show_face(2)
        else:
            self._show_offer(shelf, last)
        self._fit()

    def _show_bringing(self, bringing: Bringing) -> None:
        self.title.setText(bringing.title)
        self.words.setText(bringing.text or "Waiting for the engine")
        self.bar.setRange(0, 0 if bringing.share is None else 1000)
        if bringing.share is not None:
            self.bar.setValue(round(1000 * bringing.share))
        self.stage.setText(bringing.detail)
        self._show_face(1)

    def _show_offer(self, shelf: tuple[ModelInfo, ...] | None, last: tuple[str, str]) -> None:
        path, name = last if last[0] else (shelf[0].path, shelf[0].name) if shelf else ("", "")
        self._offer = path
        self.load.setText(f"Load {name}")
        self.load.setVisible(bool(path))
        self.starter.setVisible(not path)
        self.others.setText("Choose another model")
        if path:
            self.title.setText("Welcome back")
            self.words.setText("Your chats are on the left. Load the model to go on.")
        else:
            self.title.setText("Meet your first language model")
            self.words.setText(
                "A small one that runs on this computer, without a graphics card. Fetched once (93 MB); "
                "after that it needs no network, and nothing you type leaves this machine."
            )
        self._show_face(0)

    def _show_face(self, number: int) -> None:
        for at, face in enumerate(self._faces):
            face.setVisible(at == number)

    def _arrange(self) -> None:
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self._faces = [
            _face([self.starter, self.load, self.others]),
            _face([self.bar, self.stage, self.stop]),
            self._prompt_grid(),
        ]
        page = QWidget()
        page.setProperty("ground", "clear")
        column = QVBoxLayout(page)
        column.setContentsMargins(MARGIN, 16, MARGIN, 16)
        column.setSpacing(10)
        column.addStretch(3)
        for widget in (self._picture, self.title, self.words):
            column.addLayout(_in_the_middle(widget))
        column.addSpacing(10)
        for face in self._faces:
            column.addWidget(face)
        column.addStretch(4)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(page)

    def _prompt_grid(self) -> QWidget:
        face = QWidget()
        rows = QVBoxLayout(face)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACING)
        for first in (0, 2):
            row = QHBoxLayout()
            row.setSpacing(SPACING)
            row.addStretch(1)
            for number in (first, first + 1):
                self.prompts[number].setObjectName(f"prompt{number}")
                row.addWidget(self.prompts[number])
            row.addStretch(1)
            rows.addLayout(row)
        rows.addStretch(1)
        return face

    def _connect(self) -> None:
        self.starter.clicked.connect(lambda: self.starter_requested.emit())
        self.load.clicked.connect(lambda: self.load_requested.emit(self._offer))
        self.others.clicked.connect(lambda: self.models_requested.emit())
        self.stop.clicked.connect(lambda: self.stop_requested.emit())
        for button, text in zip(self.prompts, PROMPTS, strict=True):
            button.clicked.connect(partial(self.prompt_chosen.emit, text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give everything the width it may have here, and the height it then needs."""
        px = self._theme.px
        room = max(px(160), self.viewport().width() - 2 * MARGIN)
        for label, width in ((self.title, WIDEST), (self.words, TEXT_WIDTH), (self.stage, TEXT_WIDTH)):
            label.ensurePolished()
            label.setMinimumHeight(0)
            label.setFixedWidth(min(room, px(width)))
            label.setFixedHeight(max(0, label.heightForWidth(label.width())))
        self.bar.setFixedWidth(min(room, px(BAR_WIDTH)))
        width = (min(room, px(WIDEST)) - SPACING) // 2
        height = max(card.height_for(width) for card in self.prompts)
        for card in self.prompts:
            card.setFixedSize(width, height)
        size = px(44)
        self._picture.setPixmap(pixmap("sparkles", self._theme, size, "accent_ink", self.devicePixelRatioF()))


def _in_the_middle(widget: QWidget) -> QHBoxLayout:
    """Centre a widget without fixing its height, which for a wrapped text depends on its width."""
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(widget)
    row.addStretch(1)
    return row


def _face(widgets: list[QWidget]) -> QWidget:
    face = QWidget()
    column = QVBoxLayout(face)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACING)
    for widget in widgets:
        column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
    column.addStretch(1)
    return face


def _button(words: str, name: str, primary: bool = False) -> QPushButton:
    button = QPushButton(words)
    button.setObjectName(name)
    button.setProperty("kind", "primary" if primary else "")
    return button


def _centred(words: str, kind: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("kind", kind)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setWordWrap(True)
    return label
