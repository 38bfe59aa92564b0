"""A picture of one answer: prompt, answer, and its settings at the foot."""

from __future__ import annotations

import math
from pathlib import Path

from PySide6.QtCore import QByteArray, QIODevice, QSaveFile, Qt
from PySide6.QtGui import QImage, QImageWriter
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from playground.core.errors import UserError
from playground.core.history import Record
from playground.core.visible import visible
from playground.gui.history.record_facts import settings_line
from playground.gui.history.record_text import RecordText
from playground.gui.history.words import moment, state_pill
from playground.gui.theme import Theme
from playground.gui.widgets.buttons import IconButton
from playground.gui.widgets.highlight import Highlighter, spans_of
from playground.gui.widgets.labels import label, line

WIDTH = 820  # pixels at 100 %
RATIO = 2.0  # dots per pixel: sharp on every screen
HIGHEST = 16_000  # dots: what every program can open


class AnswerPicture(QWidget):
    """Stands on no screen; `image` is all there is to see of it."""

    def __init__(self, record: Record, theme: Theme) -> None:
        super().__init__()
        px = theme.px
        self.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("ground", "surface")
        text = RecordText(theme, _AtOnce(self), whole=True)
        text.show_record(record)
        foot = QHBoxLayout()
        foot.addWidget(label(visible(record.entry.model), "strong"))
        words, tone = state_pill(record.entry.state, record.entry.code)
        if words:
            pill = label(words, "pill")
            pill.setProperty("tone", tone)
            foot.addWidget(pill)
        foot.addStretch(1)
        foot.addWidget(label(f"{moment(record.entry.started, 0)} · LLM Playground", "small"))
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(px(28), px(28), px(28), px(24))
        column.setSpacing(px(14))
        column.addWidget(text)
        column.addWidget(line())
        column.addLayout(foot)
        column.addWidget(label(visible(settings_line(record)), "small", wrap=True))
        self.setFixedWidth(px(WIDTH))

    def image(self) -> QImage:
        """Draw everything; raise E-PICTURE when that would be too high."""
        self.show()
        for button in self.findChildren(IconButton):
            button.hide()
        self.adjustSize()
        high = max(self.sizeHint().height(), self._column.heightForWidth(self.width()))
        self.resize(self.width(), high)
        self._column.activate()
        ratio = min(RATIO, max(1.0, HIGHEST / high))
        if high * ratio > HIGHEST:
            raise UserError("This answer is too long for a picture.", "Save it as HTML.", "E-PICTURE")
        image = QImage(math.ceil(self.width() * ratio), math.ceil(high * ratio), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        self.render(image)
        return image


class _AtOnce(Highlighter):
    """Colours code before it returns: a picture does not wait."""

    def ask(self, key: object, code: str, language: str) -> None:
        if language:
            self.ready.emit(key, spans_of(code, language))


def picture_of(record: Record, theme: Theme) -> QImage:
    """Return the picture of an answer, two dots for each pixel unless it is very long."""
    made = AnswerPicture(record, theme)
    try:
        return made.image()
    finally:
        made.hide()
        made.deleteLater()


def save_picture(image: QImage, file: Path) -> str:
    """Write a PNG file in one step and return its name; may be called in any thread."""
    out = QSaveFile(str(file))
    ready = out.open(QIODevice.OpenModeFlag.WriteOnly) and QImageWriter(out, QByteArray(b"PNG")).write(image)
    if not ready or not out.commit():
        raise UserError(f"{file.name} cannot be written.", "Choose another folder.", "E-FILE")
    return file.name
