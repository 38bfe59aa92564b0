"""The text of a message: rendered as it grows, safe, and never disturbing the reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.gui.theme import Theme
from playground.gui.widgets.body import Body, find_all
from playground.gui.widgets.buttons import IconButton
from playground.gui.widgets.highlight import Highlighter, spans_of

ANSWER = """# Title

Some **bold** text.

- one
- two

```python
x = 1  # a

y = 2
```

| a | b |
|---|---|
| 1 | 2 |

End."""


@pytest.fixture
def body(theme: Theme, qtbot: QtBot) -> Body:
    body = Body(theme)
    qtbot.addWidget(body)
    body.resize(600, 100)
    body.show()
    return body


def words(text: str) -> Iterator[str]:
    yield from (text[at : at + 4] for at in range(0, len(text), 4))


def test_a_streamed_answer_looks_like_one_set_at_once(body: Body, theme: Theme, qtbot: QtBot) -> None:
    for part in words(ANSWER):
        body.append(part)
    body.finish()
    other = Body(theme)
    qtbot.addWidget(other)
    other.resize(600, 100)
    other.show()
    other.set_text(ANSWER)
    assert body.toHtml() == other.toHtml()
    assert body.height() == other.height()
    assert body.raw_text() == ANSWER


def test_finished_blocks_are_rendered_while_the_tail_stays_plain(body: Body) -> None:
    body.append("A **bold** word.\n\nAnd **half")
    assert body.toPlainText() == "A bold word.\nAnd **half"


def test_a_selection_survives_until_the_reader_lets_go(body: Body) -> None:
    body.append("One **two**")
    cursor = body.textCursor()
    cursor.setPosition(0)
    cursor.setPosition(3, QTextCursor.MoveMode.KeepAnchor)
    body.setTextCursor(cursor)
    body.append(" three.\n\nNext **para")
    assert body.textCursor().selectedText() == "One"
    assert "**two**" in body.toPlainText()
    cursor.clearSelection()
    body.setTextCursor(cursor)
    assert body.toPlainText() == "One two three.\nNext **para"


def test_it_is_as_high_as_its_text(body: Body) -> None:
    body.set_text("One line.")
    low = body.height()
    body.set_text("\n\n".join("A paragraph." for _ in range(9)))
    assert body.height() > 5 * low
    assert body.height() >= body.document().size().height()


def test_a_very_long_word_wraps(body: Body) -> None:
    body.set_text("x" * 2000)
    assert body.document().size().width() <= body.width()


def test_html_and_pictures_stay_words(body: Body) -> None:
    body.set_text('Hi <script>alert("x")</script> <img src="file:///etc/hostname"> ![p](/etc/hostname)')
    text = body.toPlainText()
    assert "<script>" in text
    assert "[picture: /etc/hostname]" in text
    assert "\ufffc" not in text


def test_only_web_links_open(body: Body, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    for address in ("file:///etc/passwd", "javascript:alert(1)", "https://example.org"):
        body.anchorClicked.emit(QUrl(address))
    assert opened == ["https://example.org"]


def test_copy_takes_the_whole_code_block(body: Body) -> None:
    body.set_text(ANSWER)
    body.findChildren(IconButton)[0].click()
    assert QGuiApplication.clipboard().text() == "x = 1  # a\n\ny = 2"


def test_matches_are_marked_whatever_the_case(body: Body) -> None:
    body.set_text("Bold and **bold** and 🎉 BOLD")
    assert body.show_matches("bold") == 3
    assert [mark.cursor.selectedText() for mark in body.extraSelections()] == ["Bold", "bold", "BOLD"]
    assert body.show_matches("") == 0


def test_positions_count_as_qt_does() -> None:
    assert find_all("🎉a🎉A", "a") == [2, 5]


def test_code_is_coloured_by_a_thread(theme: Theme, qtbot: QtBot) -> None:
    highlighter = Highlighter()
    body = Body(theme, highlighter)
    qtbot.addWidget(body)
    with qtbot.waitSignal(highlighter.ready, timeout=5000):
        body.set_text("```python\ndef f():\n    return 'x'\n```")
    colours = [r.format.foreground().color().name() for r in body.document().firstBlock().layout().formats()]
    assert theme.colour("syntax_keyword").name() in colours


def test_unknown_languages_stay_plain() -> None:
    assert spans_of("whatever", "no-such-language") == [[]]
    assert spans_of("x = '🎉' # c", "python")[0][-1] == (9, 3, "syntax_comment")


def test_only_the_tail_is_ever_rewritten(body: Body) -> None:
    touched = 0

    def count(_at: int, removed: int, _added: int) -> None:
        nonlocal touched
        touched += removed

    body.document().contentsChange.connect(count)
    text = (ANSWER + "\n\n") * 40
    for part in words(text):
        body.append(part)
    assert touched < 3 * len(text)


def test_restyle_takes_over_the_colours(body: Body, theme: Theme, qapp: QApplication) -> None:
    body.append("**half** way\n\nthrough")
    theme.apply(qapp, "dark")
    body.restyle()
    body.append(" it")
    assert body.toPlainText() == "half way\nthrough it"
    assert theme.colour("text").name() in body.toHtml()
