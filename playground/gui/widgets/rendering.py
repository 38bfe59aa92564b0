"""Write Markdown and code into a text document, in the look of the theme.

Qt reads the Markdown; we copy what it understood with our own formats. Nothing is ever loaded: a picture
becomes its address, and HTML stays text.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import (
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextList,
    QTextListFormat,
    QTextTable,
    QTextTableFormat,
)

from playground.gui.theme import Theme

CODE_ID = QTextFormat.Property.UserProperty + 1  # a code block's number, on each of its lines
QUOTE = QTextFormat.Property.UserProperty + 2
RULE = QTextFormat.Property.UserProperty + 3
BODY_SIZE = 14
_HEADING_SIZES = {1: 19, 2: 17, 3: 15}
_PROPORTIONAL = int(QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
_FIXED = int(QTextBlockFormat.LineHeightTypes.FixedHeight.value)


class InertDocument(QTextDocument):
    """A document that never opens a file or an address."""

    def loadResource(self, kind: int, name: object) -> None:
        return None


@dataclass
class Formats:
    """The formats of one theme, made once per rendering."""

    theme: Theme
    dim: bool = False

    def __post_init__(self) -> None:
        theme = self.theme
        self.text = QTextCharFormat()
        self.text.setFont(theme.font(BODY_SIZE))
        self.text.setForeground(theme.colour("quiet" if self.dim else "text"))
        self.code = QTextCharFormat()
        self.code.setFont(theme.mono(BODY_SIZE - 1.5))
        self.code.setForeground(theme.colour("quiet" if self.dim else "code_text"))
        self.paragraph = self.block(bottom=10, line=150)
        self.tail = self.block(line=150)
        self.spacer = QTextBlockFormat()
        self.spacer.setLineHeight(1, _FIXED)

    def block(self, top: float = 0, bottom: float = 0, line: int = 150) -> QTextBlockFormat:
        made = QTextBlockFormat()
        made.setTopMargin(self.theme.px(top) if top else 0)
        made.setBottomMargin(self.theme.px(bottom) if bottom else 0)
        made.setLineHeight(line, _PROPORTIONAL)
        return made

    def code_line(self, number: int, first: bool) -> QTextBlockFormat:
        """Return the format of one line of code block `number`; the first leaves room for the header."""
        made = self.block(top=46 if first else 0, line=145)
        made.setLeftMargin(self.theme.px(14))
        made.setRightMargin(self.theme.px(14))
        made.setProperty(CODE_ID, number)
        return made


class Writer:
    """Writes pieces at the cursor, which stands in an empty block; it leaves the cursor in the last block written."""

    def __init__(self, cursor: QTextCursor, formats: Formats) -> None:
        self.cursor = cursor
        self._formats = formats
        self.fresh = True  # the present block is empty and may be used
        self.marked = False  # whether a quote or a rule was written

    def next_block(self, block: QTextBlockFormat, char: QTextCharFormat | None = None) -> None:
        """Go to an empty block of this format."""
        char = char or self._formats.text
        if self.fresh:
            self.cursor.setBlockFormat(block)
            self.cursor.setBlockCharFormat(char)
        else:
            self.cursor.insertBlock(block, char)
        self.fresh = False

    def plain(self, text: str) -> None:
        """Write text as it is, one block for each line."""
        for line in text.split("\n"):
            self.next_block(self._formats.tail)
            self.cursor.insertText(line, self._formats.text)

    def markdown(self, source: str) -> None:
        """Write one Markdown block."""
        document = InertDocument()
        features = QTextDocument.MarkdownFeature
        document.setMarkdown(source, features.MarkdownDialectGitHub | features.MarkdownNoHTML)
        lists: dict[int, QTextList] = {}
        tables: set[int] = set()
        block = document.begin()
        while block.isValid():
            table = QTextCursor(block).currentTable()
            if table is None:
                self._block(block, lists)
            elif table.objectIndex() not in tables:
                tables.add(table.objectIndex())
                self._table(table)
            block = block.next()

    def _block(self, source: QTextBlock, lists: dict[int, QTextList]) -> None:
        formats, theme = self._formats, self._formats.theme
        given, char = source.blockFormat(), QTextCharFormat(formats.text)
        if given.hasProperty(QTextFormat.Property.BlockTrailingHorizontalRulerWidth):
            made = formats.block(top=6, bottom=12, line=100)
            made.setProperty(RULE, True)
            self.marked = True
        elif not source.text() and source.textList() is None:
            return
        elif level := given.headingLevel():
            made = formats.block(top=10, bottom=6, line=130)
            made.setHeadingLevel(level)
            char.setFont(theme.font(_HEADING_SIZES.get(level, BODY_SIZE), QFont.Weight.DemiBold))
        else:
            made = formats.block(bottom=2 if source.textList() else 10)
            made.setMarker(given.marker())
            if quote := given.intProperty(QTextFormat.Property.BlockQuoteLevel):
                made.setLeftMargin(theme.px(16 * quote))
                made.setProperty(QUOTE, quote)
                self.marked = True
                char.setForeground(theme.colour("quiet"))
        self.next_block(made, char)
        if source.textList() is not None:
            self._join_list(source.textList(), lists)
        self._fragments(source, char)

    def _join_list(self, given: QTextList, lists: dict[int, QTextList]) -> None:
        if given.objectIndex() in lists:
            lists[given.objectIndex()].add(self.cursor.block())
            return
        made = QTextListFormat()
        made.setStyle(given.format().style())
        made.setIndent(given.format().indent())
        made.setStart(given.format().start())
        made.setNumberSuffix(given.format().numberSuffix())
        lists[given.objectIndex()] = self.cursor.createList(made)

    def _fragments(self, source: QTextBlock, base: QTextCharFormat) -> None:
        place = source.begin()
        while not place.atEnd():
            fragment = place.fragment()
            given = fragment.charFormat()
            if given.isImageFormat():
                self.cursor.insertText(f"[picture: {given.toImageFormat().name()}]", base)
            else:
                self.cursor.insertText(fragment.text(), self._char(given, base))
            place += 1

    def _char(self, given: QTextCharFormat, base: QTextCharFormat) -> QTextCharFormat:
        theme, made = self._formats.theme, QTextCharFormat(base)
        if given.fontFixedPitch():
            made.setFont(theme.mono(BODY_SIZE - 1))
            made.setForeground(theme.colour("code_text"))
            made.setBackground(theme.colour("hover"))
        if given.fontWeight() > QFont.Weight.Medium:
            made.setFontWeight(QFont.Weight.DemiBold)
        if given.fontItalic():
            made.setFontItalic(True)
        if given.fontStrikeOut():
            made.setFontStrikeOut(True)
        if given.isAnchor():
            made.setAnchor(True)
            made.setAnchorHref(given.anchorHref())
            made.setForeground(theme.colour("accent_ink"))
            made.setFontUnderline(True)
            made.setToolTip(given.anchorHref())
        return made

    def _table(self, given: QTextTable) -> None:
        formats, theme = self._formats, self._formats.theme
        self.next_block(formats.spacer)
        style = QTextTableFormat()
        style.setBorder(1)
        style.setBorderCollapse(True)
        style.setBorderBrush(theme.colour("line_strong"))
        style.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        style.setCellPadding(theme.px(7))
        style.setCellSpacing(0)
        style.setBottomMargin(theme.px(14))
        style.setHeaderRowCount(1)
        style.setWidth(QTextLength())
        table = self.cursor.insertTable(given.rows(), given.columns(), style)
        for row in range(given.rows()):
            for column in range(given.columns()):
                self._cell(given, table, row, column)
        self.cursor.setPosition(table.lastPosition() + 1)
        self.fresh = True
        self.cursor.setBlockFormat(formats.spacer)

    def _cell(self, given: QTextTable, table: QTextTable, row: int, column: int) -> None:
        source = given.cellAt(row, column).firstCursorPosition().block()
        base = QTextCharFormat(self._formats.text)
        if row == 0:
            base.setFontWeight(QFont.Weight.DemiBold)
        within = Writer(table.cellAt(row, column).firstCursorPosition(), self._formats)
        made = self._formats.block(line=130)
        made.setAlignment(source.blockFormat().alignment())
        within.next_block(made, base)
        within._fragments(source, base)
