"""The code blocks of one text: their grounds, headings, Copy buttons and colours."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QObject, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QGuiApplication,
    QPainter,
    QPen,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLayout,
)
from PySide6.QtWidgets import QWidget

from playground.gui.theme import Theme
from playground.gui.widgets.buttons import IconButton
from playground.gui.widgets.highlight import Highlighter, Span
from playground.gui.widgets.markdown import Piece
from playground.gui.widgets.rendering import CODE_ID, Formats, Writer

COPIED_MS = 1500  # how long a copy button says that it has copied


@dataclass
class CodeBlock:
    """One block: its text for Copy, and where it begins in the document."""

    language: str
    first: QTextBlock = field(default_factory=QTextBlock)
    lines: list[str] = field(default_factory=list)
    button: IconButton | None = None

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class CodeBlocks(QObject):
    """Writes code pieces and keeps what belongs to them; blocks are numbered from 1."""

    def __init__(self, theme: Theme, document: QTextDocument, page: QWidget, highlighter: Highlighter | None) -> None:
        super().__init__(page)
        self._theme, self._document, self._page, self._highlighter = theme, document, page, highlighter
        self.blocks: list[CodeBlock] = []
        if highlighter is not None:
            highlighter.ready.connect(self._on_spans)

    def clear(self) -> None:
        """Forget all blocks; the document has been emptied."""
        for block in self.blocks:
            if block.button is not None:
                block.button.deleteLater()
        self.blocks = []

    def write(self, piece: Piece, writer: Writer, formats: Formats) -> None:
        """Write one step of a code block."""
        if piece.kind == "code_open":
            self.blocks.append(CodeBlock(piece.text))
        elif piece.kind == "code":
            code = self.blocks[-1]
            writer.next_block(formats.code_line(len(self.blocks), not code.lines), formats.code)
            writer.cursor.insertText(piece.text, formats.code)
            if not code.lines:
                code.first = QTextBlock(writer.cursor.block())
            code.lines.append(piece.text)
        else:
            self._close(self.blocks[-1], writer)

    def paint(self, painter: QPainter, part: QRectF, width: float) -> None:
        """Draw the grounds and headings that touch `part`."""
        theme = self._theme
        for code, rect in self._rects(width):
            if not rect.intersects(part):
                continue
            painter.setPen(QPen(theme.colour("line"), 1))
            painter.setBrush(theme.colour("code"))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(8), theme.px(8))
            painter.setPen(theme.colour("quiet"))
            painter.setFont(theme.font(11.5))
            header = QRectF(theme.px(14), rect.top(), rect.width() - theme.px(60), theme.px(32))
            painter.drawText(header, int(Qt.AlignmentFlag.AlignVCenter), code.language or "text")

    def place_buttons(self, width: float) -> None:
        """Move the Copy buttons to their blocks."""
        if not any(code.button for code in self.blocks):
            return
        for code, rect in self._rects(width):
            if code.button is not None:
                size = code.button.sizeHint()
                code.button.resize(size)
                code.button.move(int(rect.right()) - size.width() - 6, int(rect.top()) + 4)

    def _close(self, code: CodeBlock, writer: Writer) -> None:
        if not code.lines:
            self.blocks.remove(code)
            return
        last = QTextCursor(writer.cursor.block().previous() if writer.fresh else writer.cursor.block())
        made = last.blockFormat()
        made.setBottomMargin(self._theme.px(26))
        last.setBlockFormat(made)
        if self._highlighter is not None:
            self._highlighter.ask((id(self), len(self.blocks)), code.text, code.language)
        code.button = IconButton("copy", "Copy code", self._theme, size=14)
        code.button.setParent(self._page)
        code.button.clicked.connect(partial(self._copy, code))
        code.button.show()

    def _copy(self, code: CodeBlock) -> None:
        QGuiApplication.clipboard().setText(code.text)
        if code.button is not None:
            code.button.set_icon("check", "success")
            QTimer.singleShot(COPIED_MS, code.button, partial(code.button.set_icon, "copy", "quiet"))

    def _on_spans(self, key: tuple[int, int], lines: list[list[Span]]) -> None:
        if key[0] != id(self) or key[1] > len(self.blocks):
            return
        block = QTextBlock(self.blocks[key[1] - 1].first)
        for spans in lines:
            if not block.isValid() or block.blockFormat().property(CODE_ID) != key[1]:
                return
            block.layout().setFormats([self._range(*span) for span in spans])
            self._document.markContentsDirty(block.position(), block.length())
            block = block.next()

    def _range(self, start: int, length: int, role: str) -> QTextLayout.FormatRange:
        made = QTextLayout.FormatRange()
        made.start, made.length = start, length
        made.format = QTextCharFormat()
        made.format.setForeground(self._theme.colour(role))
        return made

    def _rects(self, width: float) -> list[tuple[CodeBlock, QRectF]]:
        layout, found = self._document.documentLayout(), []
        for number, code in enumerate(self.blocks, 1):
            if not code.lines or not code.first.isValid():
                continue
            top, block = layout.blockBoundingRect(code.first), QTextBlock(code.first)
            bottom = top
            while block.isValid() and block.blockFormat().property(CODE_ID) == number:
                bottom = layout.blockBoundingRect(block)
                block = block.next()
            upper = top.top() - self._theme.px(36)
            found.append((code, QRectF(0, upper, width, bottom.bottom() + self._theme.px(12) - upper)))
        return found
