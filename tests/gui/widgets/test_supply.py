"""Few messages of a long chat are widgets, and the reader does not notice."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.gui.theme import Theme
from playground.gui.widgets.message_data import MessageData
from playground.gui.widgets.supply import DRAWN, MOST
from playground.gui.widgets.transcript import Transcript

COUNT = 200


@pytest.fixture
def transcript(theme: Theme, qtbot: QtBot) -> Transcript:
    transcript = Transcript(theme)
    qtbot.addWidget(transcript)
    transcript.resize(700, 400)
    transcript.show()
    transcript.set_messages(turn(number) for number in range(COUNT))
    rest(transcript, qtbot)
    return transcript


def turn(number: int) -> MessageData:
    return MessageData(number, ("user", "assistant")[number % 2], "x", f"Message {number}.\n\n" * 5)


def rest(transcript: Transcript, qtbot: QtBot) -> None:
    """Wait until nothing is drawn or taken away any more."""
    qtbot.waitUntil(lambda: not transcript._supply._timer.isActive())
    QApplication.processEvents()


def drawn(transcript: Transcript) -> list[object]:
    return [id for id in transcript.ids() if id in transcript.drawn()]


def test_going_to_a_message_far_away_draws_those_around_it(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.follows = False
    transcript.ensureWidgetVisible(transcript.view(50))
    rest(transcript, qtbot)
    place = transcript.view(50).mapTo(transcript.viewport(), QPoint())
    assert 0 <= place.y() + transcript.view(50).height() <= transcript.height() + 60
    here = drawn(transcript)
    assert 50 in here
    assert here == list(range(here[0], here[0] + len(here)))
    assert DRAWN <= len(here) <= MOST
    assert transcript._supply.below == COUNT - 1 - here[-1]
    transcript.to_end()
    rest(transcript, qtbot)
    assert drawn(transcript)[-1] == COUNT - 1
    qtbot.waitUntil(lambda: transcript.verticalScrollBar().value() == transcript.verticalScrollBar().maximum())


def test_what_is_added_or_removed_below_is_counted(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.follows = False
    transcript.view(50)
    rest(transcript, qtbot)
    before = drawn(transcript)
    turns = [vars(turn(number)) for number in range(COUNT + 2)]
    transcript.show_turns(turns)
    assert drawn(transcript) == before
    transcript.show_turns(turns[: COUNT - 50])
    assert transcript._supply.below == COUNT - 51 - before[-1]  # type: ignore[operator]
    transcript.show_turns(turns[:10])
    assert drawn(transcript) == list(range(max(0, 10 - 6), 10)) or drawn(transcript) == list(range(10))


def test_a_message_that_is_edited_stays_a_widget(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.edit(COUNT - 1)
    transcript.view(COUNT - 1)._editor.text.setPlainText("half a thought")  # type: ignore[union-attr]
    transcript.view(COUNT - 1)._editor.text.clearFocus()  # type: ignore[union-attr]
    bar = transcript.verticalScrollBar()
    for _ in range(40):
        bar.setValue(bar.value() - 700)
        rest(transcript, qtbot)
    assert transcript.view(COUNT - 1)._editor.text.toPlainText() == "half a thought"  # type: ignore[union-attr]
    transcript.view(3)
    assert COUNT - 1 in transcript.drawn()
