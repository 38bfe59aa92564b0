"""Colours for code, found by Pygments in a thread of its own: neither its import nor a long text stalls the window."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, Signal

MAX_CODE = 60_000  # characters; longer code stays plain

Span = tuple[int, int, str]
"""Where a coloured part starts, how long it is (in UTF-16 units, as Qt counts), and its colour role."""


class Highlighter(QObject):
    """Give it code; `ready` brings the spans of each line back on the GUI thread."""

    ready = Signal(object, object)  # the key given with the code, list[list[Span]]

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = ThreadPoolExecutor(1, "highlight")
        self.destroyed.connect(self._thread.shutdown)

    def ask(self, key: object, code: str, language: str) -> None:
        """Colour `code`; an unknown or missing language gives no colours."""
        if language and len(code) <= MAX_CODE:
            self._thread.submit(self._work, key, code, language)

    def _work(self, key: object, code: str, language: str) -> None:
        lines = spans_of(code, language)
        try:
            self.ready.emit(key, lines)
        except RuntimeError:  # the window closed meanwhile
            return


def spans_of(code: str, language: str) -> list[list[Span]]:
    """Return the coloured parts of each line."""
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    lines: list[list[Span]] = [[]]
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return lines
    column = 0
    for kind, text in lexer.get_tokens(code):
        role = _role(str(kind))
        for number, part in enumerate(text.split("\n")):
            if number:
                lines.append([])
                column = 0
            length = len(part.encode("utf-16-le", "surrogatepass")) // 2
            if role and part.strip():
                lines[-1].append((column, length, role))
            column += length
    return lines


_ROLES = (
    ("Token.Comment", "syntax_comment"),
    ("Token.Keyword.Type", "syntax_type"),
    ("Token.Keyword", "syntax_keyword"),
    ("Token.Operator.Word", "syntax_keyword"),
    ("Token.Literal.String", "syntax_string"),
    ("Token.Literal.Number", "syntax_number"),
    ("Token.Name.Function", "syntax_name"),
    ("Token.Name.Class", "syntax_type"),
    ("Token.Name.Tag", "syntax_keyword"),
    ("Token.Name.Attribute", "syntax_name"),
    ("Token.Name.Decorator", "syntax_type"),
    ("Token.Name.Builtin", "syntax_name"),
)


def _role(kind: str) -> str:
    return next((role for prefix, role in _ROLES if kind.startswith(prefix)), "")
