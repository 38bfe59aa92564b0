"""A conversation on the screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.gui.theme import Theme
from playground.gui.widgets.message_data import ACTIONS, MessageData
from playground.gui.widgets.supply import DRAWN
from playground.gui.widgets.transcript import Transcript


@pytest.fixture
def transcript(theme: Theme, qtbot: QtBot) -> Transcript:
    transcript = Transcript(theme)
    qtbot.addWidget(transcript)
    transcript.resize(800, 500)
    transcript.show()
    return transcript


def at_end(transcript: Transcript) -> bool:
    bar = transcript.verticalScrollBar()
    return bar.value() == bar.maximum()


def long_chat(count: int) -> list[MessageData]:
    return [MessageData(n, ("user", "assistant")[n % 2], "x", f"Message **{n}**.\n\n" * 3) for n in range(count)]


def test_an_answer_streams_and_ends(transcript: Transcript) -> None:
    transcript.add_message(1, "assistant", "Tiny", state="waiting", note="Reading prompt 3/9")
    transcript.append(1, "Hello **wor")
    assert transcript.message(1).state == "writing"
    transcript.append(1, "ld**")
    transcript.finish(1, stats="2 tok")
    view = transcript.view(1)
    assert view.body.toPlainText() == "Hello world"
    assert transcript.message(1).text == "Hello **world**"
    assert transcript.message(1).stats == "2 tok"


def test_the_stats_break_between_their_parts_only(transcript: Transcript) -> None:
    transcript.add_message(1, "assistant", "Tiny")
    transcript.finish(1, stats="Reading 9 tok · 1 s | end of turn | seed 7")
    shown = transcript.view(1)._stats.text()
    assert shown.replace("\N{NO-BREAK SPACE}", " ") == "Reading 9 tok · 1 s | end of turn | seed 7"
    assert [part.count(" ") for part in shown.split(" | ")] == [0, 0, 0]


def test_the_end_stays_in_sight_only_for_who_is_there(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.add_message(1, "assistant", "Tiny", state="streaming")
    for _ in range(60):
        transcript.append(1, "A paragraph.\n\n")
    qtbot.waitUntil(lambda: transcript.verticalScrollBar().maximum() > 500)
    qtbot.waitUntil(lambda: at_end(transcript))
    transcript.verticalScrollBar().setValue(50)
    before = transcript.verticalScrollBar().maximum()
    transcript.append(1, "More.\n\n" * 30)
    qtbot.waitUntil(lambda: transcript.verticalScrollBar().maximum() > before)
    assert transcript.verticalScrollBar().value() == 50
    transcript.to_end()
    assert at_end(transcript)


def test_a_long_chat_draws_its_end_first_and_the_rest_when_asked(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages(long_chat(300))
    qtbot.waitUntil(lambda: len(transcript._views) == DRAWN)
    qtbot.waitUntil(lambda: at_end(transcript))
    qtbot.wait(20)
    first = transcript.view(300 - DRAWN)
    transcript.verticalScrollBar().setValue(0)
    qtbot.waitUntil(lambda: len(transcript._views) > DRAWN)
    qtbot.wait(50)
    seen = first.mapTo(transcript.viewport(), first.rect().topLeft()).y()
    assert abs(seen) < 120, "what the reader saw moved away"
    assert transcript.ids() == list(range(300))


def test_actions_and_versions_are_asked_for(transcript: Transcript, qtbot: QtBot) -> None:
    view = transcript.add_message("a", "assistant", "Tiny", "Hi", actions=tuple(ACTIONS), version=2, versions=3)
    asked: list[tuple[object, object]] = []
    transcript.action.connect(lambda id, name: asked.append((id, name)))
    transcript.version_requested.connect(lambda id, step: asked.append((id, step)))
    view.button("regenerate").click()
    view._later.click()
    assert asked == [("a", "regenerate"), ("a", 1)]
    assert view.button("copy").accessibleName() == "Copy"
    assert view.button("copy").focusPolicy() & Qt.FocusPolicy.TabFocus


def test_editing_in_place(transcript: Transcript, qtbot: QtBot) -> None:
    view = transcript.add_message(7, "user", "You", "helo", actions=("edit",))
    view.button("edit").click()
    editor = view._editor
    assert editor is not None
    editor.text.setPlainText("hello")
    with qtbot.waitSignal(transcript.edited) as told:
        qtbot.keyClick(editor.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert told.args == [7, "hello"]
    view.start_editing()
    assert view._editor is not None
    view._editor.text.setPlainText("something else")
    with qtbot.assertNotEmitted(transcript.edited):
        qtbot.keyClick(view._editor.text, Qt.Key.Key_Escape)
    assert view.body.isVisibleTo(view)


def test_a_thought_folds(transcript: Transcript) -> None:
    transcript.add_message(1, "assistant", "Tiny", state="streaming")
    for part in ("<thi", "nk>", "Let me ", "see.", "</think>", "\n\nYes."):
        transcript.append(1, part)
    transcript.finish(1)
    view = transcript.view(1)
    thought = view._thought
    assert thought is not None
    assert "Thought for" in thought.button.text()
    assert not thought.body.isVisibleTo(view)
    thought.button.click()
    assert thought.body.toPlainText() == "Let me see."
    assert view.body.toPlainText() == "Yes."


def test_finding_goes_round_and_reaches_messages_that_are_not_drawn(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages(long_chat(100))
    told: list[tuple[int, int]] = []
    transcript.found.connect(lambda now, all: told.append((now, all)))
    assert transcript.find_text("message 7.") == 3
    assert told[-1] == (3, 3)
    transcript.find_next()
    assert told[-1] == (1, 3)
    assert transcript.view(7).body.extraSelections()
    assert transcript.find_text("nowhere") == 0
    assert told[-1] == (0, 0)


def test_states_are_words(transcript: Transcript) -> None:
    view = transcript.add_message(1, "assistant", "Tiny", "Half an", state="interrupted")
    assert view._pill.text() == "Interrupted"
    transcript.set_out_of_context([1])
    assert view._outside.isVisibleTo(view)
    assert "outside the context" in view.accessibleName()
    transcript.set_out_of_context([])
    assert not view._outside.isVisibleTo(view)


def test_removing_and_replacing(transcript: Transcript) -> None:
    for id in (1, 2, 3):
        transcript.add_message(id, "assistant", "Tiny", f"text {id}")
    transcript.remove(2)
    transcript.replace_message(3, MessageData(30, "assistant", "Tiny", "other", version=2, versions=2))
    assert transcript.ids() == [1, 30]
    assert transcript.view(30).body.toPlainText() == "other"
    transcript.clear()
    assert transcript.ids() == []


def test_a_theme_switch_reaches_every_message(
    transcript: Transcript, theme: Theme, qapp: QApplication, qtbot: QtBot
) -> None:
    transcript.set_messages(long_chat(30))
    qtbot.waitUntil(lambda: len(transcript._views) == 30)
    theme.apply(qapp, "dark")
    qtbot.waitUntil(lambda: all(view.is_dressed() for view in transcript._views.values()))
    assert theme.colour("text").name() in transcript.view(0).body.toHtml()


def turns(*ids: int) -> list[dict[str, object]]:
    return [{"id": n, "role": "assistant", "title": "Tiny", "text": f"text {n}", "versions": (1, 2)} for n in ids]


def test_showing_turns_keeps_the_widgets_that_stay(transcript: Transcript) -> None:
    transcript.show_turns(turns(1, 2, 3))
    first = transcript.view(1)
    transcript.show_turns(turns(1, 4))
    assert transcript.ids() == [1, 4]
    assert transcript.view(1) is first
    assert transcript.message(4).versions == 2
    transcript.show_turns([])
    assert transcript.ids() == []


def test_the_text_at_the_end_corrects_what_was_streamed(transcript: Transcript) -> None:
    transcript.add_message(1, "assistant", "Tiny", state="waiting")
    transcript.append(1, "Hal")
    transcript.finish(1, "Hallo.", "stopped", "1 tok")
    assert transcript.view(1).body.toPlainText() == "Hallo."
    assert transcript.message(1).state == "stopped"


def test_the_search_box(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.show_turns(turns(1, 2))
    transcript.open_find()
    find = transcript._find
    assert find is not None
    qtbot.keyClicks(find.box, "text")
    assert find.count.text() == "2/2"
    qtbot.keyClick(find.box, Qt.Key.Key_Return)
    assert find.count.text() == "1/2"
    qtbot.keyClick(find.box, Qt.Key.Key_Escape)
    assert not find.isVisible()
    assert not transcript.view(1).body.extraSelections()
