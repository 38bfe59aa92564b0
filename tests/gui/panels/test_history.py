"""History: found, read, annotated, repeated, taken elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from playground.core import history
from playground.core.checks import Check
from playground.core.conversation import Conversation, new_turn
from playground.core.events import Done, Failed, Progress, Started
from playground.core.facts import Message, ReplayInfo
from playground.core.history import Filter, Record
from playground.core.store import Store
from playground.gui.history.code_dialog import CodeDialog
from playground.gui.panels.history import HistoryPanel
from playground.gui.widgets.body import Body
from playground.jobs.determinism import Determinism
from playground.jobs.load import Load
from playground.jobs.replay import Replay
from playground.jobs.reply import Reply
from tests.gui.desktop import Desktop, loaded, model, running
from tests.gui.history.filled import NAME, NOON, PATH, listed, write, write_many

CODE = "Here you are:\n\n```python\nprint(1)\n```\n\nThat is all."


@pytest.fixture
def desktop(qtbot: QtBot) -> Iterator[Desktop]:
    with running(qtbot) as desktop:
        yield desktop


def open_panel(desktop: Desktop) -> HistoryPanel:
    """Bring the panel to the front and wait for what it reads."""
    panel = desktop.panel(HistoryPanel)
    desktop.run("history.open")
    settle(desktop)
    return panel


def settle(desktop: Desktop) -> None:
    """Let timers of no length and reads that lead to reads come to their end."""
    for _ in range(4):
        desktop.qtbot.wait(1)
        desktop.settle()


@pytest.fixture
def panel(desktop: Desktop) -> HistoryPanel:
    """The panel with three records; the newest is on screen."""

    def fill(store: Store) -> None:
        write(store, "old", "Name three colours.", "Red, green and blue.", started=NOON - 9000)
        write(
            store, "lost", "Write a novel.", state="failed", code="E-OOM", error="Not enough memory.", started=NOON - 60
        )
        write(store, "sky", "Why is the sky blue?", CODE, system="Be brief.", earlier=EARLIER)

    desktop.records.write(fill)
    panel = open_panel(desktop)
    desktop.wait(lambda: panel.record is not None)
    return panel


EARLIER = (Message("user", "Hello"), Message("assistant", "Hello! How can I help?"))


def rows(panel: HistoryPanel) -> list[str]:
    """The prompts that are listed."""
    return [str(panel.model.index(row).data()) for row in range(panel.model.rowCount())]


def choose(desktop: Desktop, panel: HistoryPanel, id: str) -> Record:
    """Click a record and wait until it is on screen."""
    row = panel.model.row_of(id)
    assert row is not None
    panel.list.choose(row)
    desktop.wait(lambda: panel.record is not None and panel.record.entry.id == id)
    assert panel.record is not None
    return panel.record


def look_for(desktop: Desktop, panel: HistoryPanel, words: str) -> None:
    """Type into the search field and wait for what is found."""
    panel.filters.search.setFocus()
    panel.filters.search.clear()
    QTest.keyClicks(panel.filters.search, words)
    desktop.wait(lambda: panel.model.wanted.words == words)
    settle(desktop)


def stored(desktop: Desktop, id: str) -> Record | None:
    """What the next start would find."""
    assert desktop.records.flush()
    store = Store(desktop.paths.store)
    found = history.record(store, id)
    store.close()
    return found


def entry(desktop: Desktop, id: str) -> history.Entry:
    found = stored(desktop, id)
    assert found is not None
    return found.entry


# -- the list ----------------------------------------------------------------------------------------------------


def test_an_empty_history_says_what_to_do_first(desktop: Desktop) -> None:
    panel = open_panel(desktop)
    desktop.wait(lambda: panel.begin.isVisible())
    assert panel.begin.title.text() == "Nothing has been asked yet"
    QTest.mouseClick(panel.begin.findChildren(type(panel.finding.clear))[0], Qt.MouseButton.LeftButton)
    assert desktop.window.current == "chat"


def test_the_newest_record_stands_first_and_is_shown(panel: HistoryPanel) -> None:
    assert rows(panel) == ["Why is the sky blue?", "Write a novel.", "Name three colours."]
    assert panel.finding.count.text() == "3 records"
    assert [view.body.toPlainText()[:20] for view in panel.view.text.messages] == [
        "Why is the sky blue?",
        "Here you are:\nprint(",
    ]


def test_words_find_records_while_they_are_typed(desktop: Desktop, panel: HistoryPanel) -> None:
    look_for(desktop, panel, "green")
    assert rows(panel) == ["Name three colours."]
    assert panel.finding.count.text() == "1 of 3 records"
    look_for(desktop, panel, "zebra")
    assert panel.finding.nothing.isVisible()
    desktop.run("history.clear")
    settle(desktop)
    assert len(rows(panel)) == 3
    assert not panel.finding.nothing.isVisible()


def test_what_is_on_screen_can_be_changed_though_it_is_not_listed(desktop: Desktop, panel: HistoryPanel) -> None:
    look_for(desktop, panel, "green")
    desktop.click(panel.view.head.star)
    assert entry(desktop, "sky").starred
    assert not entry(desktop, "old").starred
    desktop.press("Down", panel.filters.search)
    assert panel.list.selected_rows() == [0]
    desktop.press("Space", panel.list)
    assert entry(desktop, "old").starred


def test_filters_say_what_they_want_and_are_cleared_together(desktop: Desktop, panel: HistoryPanel) -> None:
    panel.filters.state.choose("failed")
    settle(desktop)
    assert rows(panel) == ["Write a novel."]
    assert panel.filters.state.text().startswith("Failed")
    panel.filters.code.choose("E-OOM")
    panel.filters.time.choose("7")
    settle(desktop)
    assert rows(panel) == []
    assert not panel.filters.is_empty
    desktop.click(panel.finding.clear)
    settle(desktop)
    assert panel.filters.value() == Filter()
    assert len(rows(panel)) == 3


def test_a_run_that_ends_appears_at_the_top_and_the_choice_stays(desktop: Desktop, panel: HistoryPanel) -> None:
    choose(desktop, panel, "old")
    desktop.load()
    desktop.run("chat.open")
    job = desktop.send("And at night?")
    desktop.records.write(lambda store: write(store, job.run_id, "And at night?", state="running"))
    desktop.run("history.open")
    desktop.wait(lambda: rows(panel)[0] == "And at night?")
    assert panel.model.entry(0) is not None
    desktop.records.write(lambda store: store.end_run(job.run_id, "done", {"text": "It is dark."}))
    desktop.end("It is dark.")
    desktop.wait(lambda: panel.model.entry(0).state == "done")  # type: ignore[union-attr]
    assert len(rows(panel)) == 4
    current = panel.list.current()
    assert current is not None
    assert current.id == "old"
    assert panel.finding.count.text() == "4 records"


def test_what_ran_behind_the_panel_is_there_when_it_comes_back(desktop: Desktop, panel: HistoryPanel) -> None:
    desktop.load()
    desktop.run("chat.open")
    job = desktop.send("Meanwhile?")
    desktop.records.write(lambda store: write(store, job.run_id, "Meanwhile?", "Yes."))
    desktop.end("Yes.")
    settle(desktop)
    assert "Meanwhile?" not in rows(panel)  # nobody looks: nothing is read
    desktop.run("history.open")
    desktop.wait(lambda: "Meanwhile?" in rows(panel))


def test_many_records_are_read_as_one_scrolls(desktop: Desktop) -> None:
    desktop.records.write(lambda store: write_many(store, 350))
    panel = open_panel(desktop)
    desktop.wait(lambda: panel.model.total == 350)
    assert panel.model.entry(349) is None
    panel.list.scrollToBottom()
    desktop.wait(lambda: panel.model.entry(349) is not None)
    assert panel.model.entry(349).id == "r0"  # type: ignore[union-attr]
    assert panel.model.entry(150) is None  # nobody has looked there


# -- keys --------------------------------------------------------------------------------------------------------


def test_the_keyboard_reaches_everything(desktop: Desktop, panel: HistoryPanel) -> None:
    panel.list.setFocus()
    desktop.press("Down", panel.list)
    desktop.wait(lambda: panel.record is not None and panel.record.entry.id == "lost")
    desktop.press("Space", panel.list)
    assert entry(desktop, "lost").starred
    desktop.press("Space", panel.list)
    assert not entry(desktop, "lost").starred
    desktop.press("Ctrl+F", panel.list)
    assert panel.filters.search.hasFocus()
    assert desktop.window.current == "history"
    desktop.press("Down", panel.filters.search)
    assert panel.list.hasFocus()
    desktop.run("chat.open")
    desktop.press("Ctrl+H")
    assert desktop.window.current == "history"
    assert panel.filters.search.hasFocus()


def test_delete_hides_a_record_and_undo_brings_it_back(desktop: Desktop, panel: HistoryPanel) -> None:
    choose(desktop, panel, "lost")
    panel.list.setFocus()
    desktop.press("Delete", panel.list)
    settle(desktop)
    assert rows(panel) == ["Why is the sky blue?", "Name three colours."]
    assert desktop.toasts() == ["Record deleted."]
    assert stored(desktop, "lost") is None
    desktop.wait(lambda: panel.record is not None and panel.record.entry.id == "old")  # the next one takes its place
    desktop.run("app.undo")
    desktop.wait(lambda: "Write a novel." in rows(panel))
    desktop.wait(lambda: panel.record is not None and panel.record.entry.id == "lost")
    desktop.run("app.redo")
    settle(desktop)
    assert rows(panel) == ["Why is the sky blue?", "Name three colours."]


def test_several_records_are_starred_and_deleted_together(desktop: Desktop, panel: HistoryPanel) -> None:
    panel.list.setFocus()
    panel.list.selectAll()
    settle(desktop)
    assert panel.many.title.text() == "3 records selected"
    assert panel.many.isVisible()
    desktop.press("Space", panel.list)
    assert all(entry(desktop, id).starred for id in ("old", "lost", "sky"))
    desktop.press("Delete", panel.list)
    settle(desktop)
    assert rows(panel) == []
    desktop.run("app.undo")
    desktop.wait(lambda: len(rows(panel)) == 3)


def test_a_click_on_the_star_stars_without_choosing(desktop: Desktop, panel: HistoryPanel) -> None:
    index = panel.model.index(2)
    at = panel.list.visualRect(index).topLeft() + QPoint(16, 18)
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert entry(desktop, "old").starred
    panel.filters.starred.click()
    settle(desktop)
    assert rows(panel) == ["Name three colours."]


# -- one record --------------------------------------------------------------------------------------------------


def test_note_and_tags_are_kept_as_they_are_typed(desktop: Desktop, panel: HistoryPanel) -> None:
    fields = panel.view.annotations
    QTest.keyClicks(fields.note, "Remember this")
    desktop.wait(lambda: entry(desktop, "sky").note == "Remember this")
    QTest.keyClicks(fields.tags, "physics,  keep this , physics")
    choose(desktop, panel, "old")  # going on keeps what was typed
    assert entry(desktop, "sky").tags == ("physics", "keep this")
    assert fields.note.toPlainText() == ""
    assert fields.tags.text() == ""
    look_for(desktop, panel, "remember")
    assert rows(panel) == ["Why is the sky blue?"]
    assert [value for value, _ in panel.filters.tag.choices] == ["keep this", "physics"]


def test_a_note_is_kept_when_the_window_closes(desktop: Desktop, panel: HistoryPanel) -> None:
    QTest.keyClicks(panel.view.annotations.note, "last words")
    after = desktop.restart()
    assert entry(after, "sky").note == "last words"


def test_a_failed_run_says_why_and_offers_only_what_can_be_done(desktop: Desktop, panel: HistoryPanel) -> None:
    choose(desktop, panel, "lost")
    assert panel.view.error.words.text() == "Not enough memory."
    buttons = panel.view.head.buttons
    assert buttons["chat"].isEnabled()
    assert not buttons["replay"].isEnabled()
    assert buttons["replay"].toolTip() == "There is no answer to compare with."
    assert desktop.commands["history.picture"].why_not() == "There is no answer to show."


def test_the_seed_is_copied(panel: HistoryPanel) -> None:
    panel.view.facts.copy_button("Seed").click()
    assert QGuiApplication.clipboard().text() == "4107391204"


def test_what_stood_before_the_prompt_unfolds(panel: HistoryPanel) -> None:
    folds = {fold.heading.text(): fold for fold in panel.view.text.folds()}
    assert list(folds) == ["System prompt", "2 earlier messages"]
    folds["2 earlier messages"].set_open(True)
    assert "Model: Hello! How can I help?" in folds["2 earlier messages"].findChildren(Body)[0].toPlainText()


def test_a_very_long_answer_is_drawn_when_asked_for(desktop: Desktop) -> None:
    desktop.records.write(lambda store: write(store, "long", "Go on.", "word " * 8000))
    panel = open_panel(desktop)
    desktop.wait(lambda: panel.record is not None)
    view = panel.view.text.messages[1]
    assert len(view.body.toPlainText()) <= 20_000
    (more,) = panel.view.text.mores()
    assert more.text() == "Show all 40,000 characters"
    desktop.click(more)
    assert len(view.body.toPlainText()) > 39_000
    assert not more.isVisible()


def test_a_record_without_the_path_shows_what_there_is(desktop: Desktop) -> None:
    desktop.records.write(lambda store: write(store, "bare", "Hello?", "Hello.", info=None))
    panel = open_panel(desktop)
    desktop.wait(lambda: panel.record is not None)
    assert not panel.view.head.buttons["code"].isEnabled()
    assert panel.why_not("chat") == ""


# -- to the chat and back ----------------------------------------------------------------------------------------


def test_a_record_of_a_chat_opens_that_chat_at_its_turn(desktop: Desktop, panel: HistoryPanel) -> None:
    first = new_turn("", "user", "Why is the sky blue?")
    mine = new_turn(first.id, "assistant", CODE, run_id="sky")
    other = new_turn(first.id, "assistant", "Another version.")
    talk = Conversation("c", "Colours", (first, mine, other), other.id)

    def keep(store: Store) -> None:
        store.save_conversation(talk)
        store.save_turns(talk.id, talk.turns)

    desktop.records.write(keep)
    choose(desktop, panel, "old")
    choose(desktop, panel, "sky")
    panel.act("open")
    desktop.wait(lambda: desktop.talk.id == "c")
    assert desktop.window.current == "chat"
    assert desktop.talk.leaf == mine.id
    desktop.talk.showing(other.id)
    desktop.chat.talk.show_version(mine.id, 1)
    assert desktop.talk.leaf == other.id
    desktop.run("chat.show_turn", "c", mine.id)  # also when it is on screen already
    desktop.wait(lambda: desktop.talk.leaf == mine.id)


def test_a_record_of_no_chat_becomes_one_with_its_settings(desktop: Desktop, panel: HistoryPanel) -> None:
    desktop.click(panel.view.head.buttons["chat"])
    desktop.wait(lambda: desktop.window.current == "chat" and bool(desktop.talk.turns))
    assert [turn.role for turn in desktop.talk.path()] == ["user", "assistant", "user", "assistant"]
    assert desktop.last.text == CODE
    assert desktop.last.run_id == "sky"
    setup = desktop.chat.side.setup()
    assert setup.system == "Be brief."
    assert setup.run.seed == 4_107_391_204
    id = desktop.talk.id
    desktop.run("history.open")
    choose(desktop, panel, "old")
    choose(desktop, panel, "sky")
    panel.act("chat")  # the second time it belongs to that chat
    desktop.wait(lambda: desktop.window.current == "chat")
    settle(desktop)
    assert desktop.talk.id == id


def test_an_answer_in_the_chat_leads_to_its_record(desktop: Desktop, panel: HistoryPanel) -> None:
    panel.filters.state.choose("failed")
    desktop.load()
    desktop.run("chat.open")
    job = desktop.send("And at night?")
    desktop.records.write(lambda store: write(store, job.run_id, "And at night?", "It is dark."))
    desktop.end("It is dark.")
    desktop.chat.view.transcript.view(desktop.last.id).button("history").click()
    desktop.wait(lambda: panel.record is not None and panel.record.entry.id == job.run_id)
    assert desktop.window.current == "history"
    assert panel.filters.is_empty


def test_a_record_far_down_the_list_is_shown_there(desktop: Desktop) -> None:
    desktop.records.write(lambda store: write_many(store, 350))
    panel = open_panel(desktop)
    desktop.run("history.show", "r20")
    desktop.wait(lambda: panel.list.currentIndex().row() == 329)
    desktop.wait(lambda: panel.record is not None and panel.record.entry.id == "r20")


# -- replay ------------------------------------------------------------------------------------------------------


def here(desktop: Desktop) -> None:
    """Load the model that the records were written with."""
    desktop.load(loaded(model(NAME, PATH)))


def test_a_replay_says_that_every_token_is_the_same(desktop: Desktop, panel: HistoryPanel) -> None:
    here(desktop)
    desktop.click(panel.view.head.buttons["replay"])
    assert desktop.job(Replay).of == "sky"
    assert panel.view.replay.isVisible()
    assert panel.view.replay.title.text() == "Replaying"
    assert panel.view.head.buttons["replay"].toolTip() == "Another replay is under way."
    desktop.tell(Replay, Started(), Done(ReplayInfo(True, 6)))
    assert panel.view.replay.title.text() == "Identical: 6 of 6 tokens"
    assert panel.view.replay.property("tone") == "success"
    assert panel.view.head.buttons["replay"].isEnabled()
    choose(desktop, panel, "old")
    assert not panel.view.replay.isVisible()  # that was said of another record


def test_a_replay_shows_where_two_answers_part_and_why(desktop: Desktop, panel: HistoryPanel) -> None:
    here(desktop)
    panel.act("replay")
    told = ReplayInfo(False, 2, 2, (" are", 0.61), ("\n", 0.4), ("Processor threads: 2 then, 1 now.",))
    desktop.tell(Replay, Started(), Done(told))
    card = panel.view.replay
    assert card.title.text() == "Token 3 differs"
    assert card.words.text() == "The first 2 tokens are the same."
    assert card.shown_pair() == (("“␣are”", "61.0 %"), ("“⏎”", "40.0 %"))
    assert "•  Processor threads: 2 then, 1 now." in card.changes.text()


def test_a_replay_loads_its_model_first(desktop: Desktop, panel: HistoryPanel, tmp_path: Path) -> None:
    desktop.records.write(lambda store: write(store, "moved", "Hello?", "Hello there.", path=str(tmp_path)))
    panel.refresh()
    settle(desktop)
    choose(desktop, panel, "moved")
    desktop.click(panel.view.head.buttons["replay"])
    assert desktop.job(Load).path == str(tmp_path)
    assert "first" in panel.view.replay.words.text()
    desktop.tell(Load, Started(), Done(loaded(model(NAME, str(tmp_path)))))
    assert desktop.job(Replay).of == "moved"
    desktop.tell(Replay, Started(), Failed("The engine is gone.", "Try again.", "E-X"))
    assert panel.view.replay.title.text() == "The engine is gone."


def test_a_replay_whose_model_does_not_come_is_over(desktop: Desktop, panel: HistoryPanel, tmp_path: Path) -> None:
    desktop.records.write(lambda store: write(store, "moved", "Hello?", "Hello there.", path=str(tmp_path)))
    panel.refresh()
    settle(desktop)
    choose(desktop, panel, "moved")
    panel.act("replay")
    desktop.tell(Load, Started(), Failed("It is broken.", "", "E-MODEL-CONFIG"))
    settle(desktop)
    assert not panel.view.replay.isVisible()
    assert panel.why_not("replay") == ""
    here(desktop)
    assert not desktop.of(Replay)


def test_a_replay_without_its_model_says_so(panel: HistoryPanel) -> None:
    assert panel.why_not("replay") == "Its model is no longer on this computer."


def test_a_replay_can_be_stopped(desktop: Desktop, panel: HistoryPanel) -> None:
    here(desktop)
    panel.act("replay")
    desktop.click(panel.view.replay.stop)
    assert not desktop.of(Replay)
    assert not panel.view.replay.isVisible()


def test_a_verdict_leads_to_the_determinism_check(desktop: Desktop, panel: HistoryPanel) -> None:
    here(desktop)
    panel.act("replay")
    desktop.tell(Replay, Started(), Done(ReplayInfo(True, 6)))
    card = panel.view.replay
    desktop.click(card.check)
    assert desktop.job(Determinism).of == "sky"
    desktop.tell(Determinism, Started(), Progress(1500, 5000, "One thread"))
    assert (card.title.text(), card.words.text(), card.bar.value()) == ("Checking determinism", "One thread", 1500)
    parts = ReplayInfo(False, 2, 2, (" are", 0.61), ("\n", 0.4), ("Processor threads: 2 then, 1 now.",))
    checks = (
        Check("The same again", ReplayInfo(True, 6)),
        Check("One thread", parts),
        Check("Another number format", skipped="It is loaded in one format only."),
    )
    desktop.tell(Determinism, Done(checks))
    assert card.title.text() == "1 of 2 ways write the same answer"
    assert card.changes.text().split("\n") == [
        "✓  The same again: identical",
        "≠  One thread: token 3 differs, “␣are” (61.0 % after samplers) then, “⏎” (40.0 %) now",
        "–  Another number format: not tried. It is loaded in one format only.",
    ]
    assert not card.check.isVisible()


def test_a_determinism_check_needs_the_model(desktop: Desktop, panel: HistoryPanel, tmp_path: Path) -> None:
    desktop.records.write(lambda store: write(store, "moved", "Hello?", "Hello there.", path=str(tmp_path)))
    panel.refresh()
    settle(desktop)
    choose(desktop, panel, "moved")
    assert panel.why_not("check").startswith("Load ")


# -- what leaves as a file ---------------------------------------------------------------------------------------


def test_the_code_is_shown_copied_and_saved(
    desktop: Desktop, panel: HistoryPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "again.py"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    panel.act("code")
    desktop.wait(lambda: panel.findChild(CodeDialog) is not None)
    dialog = panel.findChild(CodeDialog)
    assert dialog is not None
    assert "from transformers import" in dialog.code.toPlainText()
    desktop.wait(lambda: any(dialog.code.document().findBlockByNumber(n).layout().formats() for n in range(4)))
    desktop.click(dialog.copy)
    assert QGuiApplication.clipboard().text() == dialog.code.toPlainText()
    desktop.click(dialog.save)
    desktop.wait(lambda: bool(desktop.toasts()))
    compile(file.read_text("utf-8"), "again.py", "exec")
    dialog.accept()


def test_an_answer_is_saved_as_a_sharp_picture(desktop: Desktop, panel: HistoryPanel, tmp_path: Path) -> None:
    assert panel.record is not None
    file = tmp_path / "answer.png"
    panel.saving.picture_to(panel.record, file)
    desktop.wait(lambda: desktop.toasts() == ["Saved as answer.png."])
    picture = QImage(str(file))
    assert picture.width() == 1640
    assert 600 < picture.height() < 1600


def test_a_picture_that_cannot_be_written_is_told(desktop: Desktop, panel: HistoryPanel, tmp_path: Path) -> None:
    assert panel.record is not None
    with desktop.qtbot.waitSignal(panel.problem) as told:
        panel.saving.picture_to(panel.record, tmp_path / "no" / "answer.png")
    assert told.args[0].code == "E-FILE"


def test_an_answer_is_saved_as_a_page(
    desktop: Desktop, panel: HistoryPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(parent: object, title: str, name: str, kinds: str) -> tuple[str, str]:
        asked.append(name)
        return str(tmp_path / "page"), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    panel.act("html")
    desktop.wait(lambda: desktop.toasts() == ["Saved as page.html."])
    assert asked == ["Why is the sky blue_.html"]
    assert "Why is the sky blue?" in (tmp_path / "page.html").read_text("utf-8")


def test_what_was_found_is_exported(desktop: Desktop, panel: HistoryPanel, tmp_path: Path) -> None:
    file = tmp_path / "found.jsonl"
    panel.filters.state.choose("done")
    settle(desktop)
    panel.export_to(file, selected=False)
    desktop.wait(lambda: desktop.toasts() == ["2 records saved as found.jsonl."])
    assert [json.loads(line)["id"] for line in file.read_text("utf-8").splitlines()] == ["sky", "old"]
    assert not panel.finding.export_strip.isVisible()


def test_what_is_selected_is_exported(
    desktop: Desktop, panel: HistoryPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "two"), "Markdown (*.md)"))
    panel.list.choose(0)
    panel.list.selectionModel().select(panel.model.index(2), QItemSelectionModel.SelectionFlag.Select)
    panel.export()
    desktop.wait(lambda: desktop.toasts() == ["2 records saved as two.md."])
    words = (tmp_path / "two.md").read_text("utf-8")
    assert "Why is the sky blue?" in words
    assert "Write a novel." not in words


def test_all_of_many_selected_are_exported_though_most_were_never_read(desktop: Desktop, tmp_path: Path) -> None:
    desktop.records.write(lambda store: write_many(store, 250))
    panel = open_panel(desktop)
    desktop.wait(lambda: panel.model.total == 250)
    panel.list.selectAll()
    panel.export_to(tmp_path / "all.csv", selected=True)
    desktop.wait(lambda: desktop.toasts() == ["250 records saved as all.csv."])


def test_an_export_that_fails_leaves_no_file(desktop: Desktop, panel: HistoryPanel, tmp_path: Path) -> None:
    with desktop.qtbot.waitSignal(panel.problem):
        panel.export_to(tmp_path / "no" / "x.csv", selected=False)
    assert panel.why_no_export() == ""
    panel.export_to(tmp_path / "x.docx", selected=False)
    with desktop.qtbot.waitSignal(panel.problem) as told:
        pass
    assert told.args[0].code == "E-EXPORT"
    assert not list(tmp_path.glob("x*"))


def test_a_restart_keeps_the_widths(desktop: Desktop, panel: HistoryPanel) -> None:
    panel.splitter.setSizes([500, 700])
    widths = panel.splitter.sizes()
    after = desktop.restart()
    again = open_panel(after)
    assert again.splitter.sizes() == widths


def test_every_reply_is_one_record(desktop: Desktop, panel: HistoryPanel) -> None:
    """The list counts what the store counts."""
    store = Store(desktop.paths.store)
    assert listed(store) == ["sky", "lost", "old"]
    store.close()
    assert not desktop.of(Reply)
