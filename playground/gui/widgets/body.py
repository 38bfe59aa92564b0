"""The text of one message: plain while it arrives, Markdown as soon as a block is finished.

Only the unfinished tail is ever rewritten, so a long answer costs no more per word than a short one.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QFocusEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QTextBrowser, QTextEdit

from playground.gui.theme import Theme
from playground.gui.widgets.code_blocks import CodeBlocks
from playground.gui.widgets.highlight import Highlighter
from playground.gui.widgets.markdown import Piece, Splitter, visible
from playground.gui.widgets.rendering import CODE_ID, QUOTE, RULE, Formats, InertDocument, Writer


class Body(QTextBrowser):
    """Shows text as high as it is; `append` is cheap, `finish` renders the rest."""

    height_changed = Signal()

    def __init__(
        self, theme: Theme, highlighter: Highlighter | None = None, *, markdown: bool = True, dim: bool = False
    ) -> None:
        super().__init__()
        self._theme, self._markdown = theme, markdown
        self.dim = dim  # quiet text; takes effect with the next `restyle` or `set_text`
        self.setDocument(InertDocument(self))
        self.setProperty("kind", "bare")
        self.setFrameShape(QTextEdit.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.viewport().setAutoFillBackground(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.anchorClicked.connect(self._on_link)
        self.selectionChanged.connect(self._on_selection)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self.fit())
        self._code = CodeBlocks(theme, self.document(), self.viewport(), highlighter)
        self._streaming = False
        self._keyboard_focus = False
        self._raw: list[str] = []
        self._reset()

    def set_text(self, text: str) -> None:
        """Show a finished text."""
        self._reset()
        self._raw = [text]
        self._write(self._splitter.feed(visible(text)) + self._splitter.close())
        self._settle()

    def append(self, text: str) -> None:
        """Show more text of an answer that is still being written."""
        self._raw.append(text)
        self._streaming = True
        shown = visible(text)
        pieces = self._splitter.feed(shown)
        if pieces and not self._held and not self.textCursor().hasSelection():
            self._replace_tail(pieces)
        else:
            self._held += pieces
            self._cursor().insertText(shown)

    def finish(self) -> None:
        """The text is complete: render its last block."""
        if not self._streaming:
            return
        self._streaming = False
        self._held += self._splitter.close()
        if not self.textCursor().hasSelection():
            self._release()
        self.viewport().update()

    def set_streaming(self, streaming: bool) -> None:
        """Show or hide the sign that more text is coming."""
        if streaming:
            self._streaming = True
        self.viewport().update()

    def raw_text(self) -> str:
        """Return the text as it was given."""
        return "".join(self._raw)

    def restyle(self) -> None:
        """Write everything again in the present theme."""
        text, streaming = self.raw_text(), self._streaming
        if streaming:
            self._reset()
            self.append(text)
            self._raw = [text]
        else:
            self.set_text(text)

    def fit(self, width: int = 0) -> None:
        """Take the height the text needs at this width (the present one when none is given)."""
        if width:
            self.document().setTextWidth(width)
        height = max(1, math.ceil(self.document().size().height()))
        if height != self.minimumHeight():
            self.setFixedHeight(height)
            self.height_changed.emit()
        self._code.place_buttons(self.width())

    def show_matches(self, text: str, current: int = -1) -> int:
        """Mark every place where `text` stands, the `current` one more strongly; return how many there are."""
        marks = []
        for number, start in enumerate(find_all(self.toPlainText(), text)):
            mark = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.document())
            cursor.setPosition(start)
            cursor.setPosition(start + len(text), QTextCursor.MoveMode.KeepAnchor)
            role = "highlight_now" if number == current else "highlight"
            mark.format.setBackground(self._theme.colour(role))
            mark.cursor = cursor
            marks.append(mark)
        self.setExtraSelections(marks)
        return len(marks)

    def match_rect(self, number: int) -> QRectF:
        """Return where a marked place stands, in this widget's coordinates."""
        marks = self.extraSelections()
        return QRectF(self.cursorRect(marks[number].cursor)) if 0 <= number < len(marks) else QRectF()

    # --- writing

    def _reset(self) -> None:
        self._code.clear()
        self._marked = False  # whether there are quotes or rules to draw
        self._raw = []
        self._splitter = Splitter(self._markdown)
        self._held: list[Piece] = []  # finished, but not rendered while the user selects
        self._formats = Formats(self._theme, self.dim)
        document = self.document()
        document.clear()
        document.setDocumentMargin(0)
        document.setIndentWidth(self._theme.px(24))
        document.setDefaultFont(self._formats.text.font())
        self._tail = 0  # where the unfinished text begins
        self._fresh = True
        self._start_tail(self._cursor())

    def _cursor(self) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        return cursor

    def _replace_tail(self, pieces: list[Piece]) -> None:
        cursor = self._cursor()
        cursor.beginEditBlock()
        cursor.setPosition(self._tail, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        self._write(pieces, cursor)
        cursor.insertText(self._splitter.tail)
        cursor.endEditBlock()

    def _write(self, pieces: list[Piece], cursor: QTextCursor | None = None) -> None:
        """Render pieces in the empty last block and begin a new tail behind them."""
        cursor = cursor or self._cursor()
        writer = Writer(cursor, self._formats)
        for piece in pieces:
            if piece.kind == "markdown":
                writer.markdown(piece.text)
            elif piece.kind == "plain":
                writer.plain(piece.text)
            else:
                self._code.write(piece, writer, self._formats)
        self._marked = self._marked or writer.marked
        if not writer.fresh:
            self._start_tail(cursor, new_block=True)
        else:
            self._start_tail(cursor)

    def _start_tail(self, cursor: QTextCursor, new_block: bool = False) -> None:
        in_code = self._splitter.in_code and bool(self._code.blocks) and self._streaming
        char = self._formats.code if in_code else self._formats.text
        block = self._formats.tail
        if in_code:
            block = self._formats.code_line(len(self._code.blocks), not self._code.blocks[-1].lines)
        if new_block:
            cursor.insertBlock(block, char)
        else:
            cursor.setBlockFormat(block)
            cursor.setBlockCharFormat(char)
        cursor.setCharFormat(char)
        self._tail = cursor.position()

    def _settle(self) -> None:
        """Take the empty last block away, and the space under the last line."""
        cursor = self._cursor()
        if cursor.block().text() == "" and cursor.position() > 0:
            before = cursor.block().previous()
            if QTextCursor(before).currentTable() is None:
                cursor.deletePreviousChar()
            else:
                cursor.setBlockFormat(self._formats.spacer)
        last = self._cursor()
        made = last.blockFormat()
        if made.property(CODE_ID) is None:
            made.setBottomMargin(0)
        else:
            made.setBottomMargin(self._theme.px(12))
        last.setBlockFormat(made)
        self.fit()

    def _release(self) -> None:
        """Render what was held back."""
        held, self._held = self._held, []
        if held:
            self._replace_tail(held)
        if not self._streaming:
            self._settle()

    def _on_selection(self) -> None:
        if (self._held or not self._streaming) and not self.textCursor().hasSelection() and self._held:
            self._release()

    # --- Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the transcript scrolls, not the message

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._keyboard_focus = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.setCursorWidth(1 if self._keyboard_focus else 0)
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._code.paint(painter, QRectF(event.rect()), self.width())
        if self._marked:
            self._paint_marks(painter)
        if self._streaming:
            self._paint_caret(painter)
        if self._keyboard_focus and self.hasFocus():
            painter.setPen(QPen(self._theme.colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.viewport().rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()
        super().paintEvent(event)

    def _paint_marks(self, painter: QPainter) -> None:
        """Draw the bars of quotes and the rules."""
        layout = self.document().documentLayout()
        block = self.document().begin()
        while block.isValid():
            made = block.blockFormat()
            quote, rule = made.intProperty(QUOTE), made.property(RULE)
            if quote or rule:
                rect = layout.blockBoundingRect(block)
                if quote:
                    painter.fillRect(QRectF(1, rect.top(), 3, rect.height()), self._theme.colour("line_strong"))
                else:
                    painter.fillRect(QRectF(0, rect.center().y(), self.width(), 1), self._theme.colour("line"))
            block = block.next()

    def _paint_caret(self, painter: QPainter) -> None:
        rect = QRectF(self.cursorRect(self._cursor()))
        side = self._theme.px(9)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colour("accent")))
        painter.drawEllipse(QRectF(rect.left() + 4, rect.bottom() - side - self._theme.px(3), side, side))

    def _on_link(self, url: QUrl) -> None:
        if url.scheme() in ("http", "https"):
            QDesktopServices.openUrl(url)


def find_all(text: str, wanted: str) -> list[int]:
    """Return where `wanted` stands in `text`, whatever the case, without overlaps; in UTF-16 units as Qt counts."""
    if not wanted:
        return []
    found, at, low, needle = [], 0, text.lower(), wanted.lower()
    if len(low) != len(text):  # a letter grew when lowered: positions would shift
        low, needle = text, wanted
    while (at := low.find(needle, at)) >= 0:
        found.append(at + sum(ord(letter) > 0xFFFF for letter in text[:at]) if not text.isascii() else at)
        at += len(needle)
    return found
