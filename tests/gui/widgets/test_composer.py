"""The box the user writes in."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.gui.theme import Theme
from playground.gui.widgets.composer import Composer


@pytest.fixture
def composer(qapp: QApplication, qtbot: QtBot) -> Composer:
    theme = Theme()
    theme.apply(qapp, "light")
    composer = Composer(theme)
    qtbot.addWidget(composer)
    composer.resize(600, 200)
    composer.show()
    return composer


def test_enter_sends_and_shift_enter_makes_a_line(composer: Composer, qtbot: QtBot) -> None:
    qtbot.keyClicks(composer.box, "one")
    qtbot.keyClick(composer.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(composer.box, "two")
    with qtbot.waitSignal(composer.send_requested) as sent:
        qtbot.keyClick(composer.box, Qt.Key.Key_Return)
    assert sent.args == ["one\ntwo"]


def test_with_the_option_control_enter_sends(composer: Composer, qtbot: QtBot) -> None:
    composer.ctrl_enter = True
    qtbot.keyClicks(composer.box, "a")
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(composer.box, Qt.Key.Key_Return)
    with qtbot.waitSignal(composer.send_requested) as sent:
        qtbot.keyClick(composer.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert sent.args == ["a\n"]


def test_send_becomes_stop_at_the_same_place(composer: Composer, qtbot: QtBot) -> None:
    composer.set_text("x")
    place = composer.send.geometry()
    composer.set_busy(True)
    assert composer.send.accessibleName() == "Stop"
    with qtbot.waitSignal(composer.stop_requested), qtbot.assertNotEmitted(composer.send_requested):
        composer.send.click()
    assert composer.send.geometry() == place


def test_a_disabled_send_says_why(composer: Composer, qtbot: QtBot) -> None:
    assert not composer.send.isEnabled()
    assert composer.send.toolTip() == "Write something first."
    composer.set_text("x")
    assert composer.send.isEnabled()
    composer.set_disabled_reason("Load a model first.")
    assert composer.send.toolTip() == "Load a model first."
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(composer.box, Qt.Key.Key_Return)


def test_up_in_the_empty_box_edits_the_last_message(composer: Composer, qtbot: QtBot) -> None:
    with qtbot.waitSignal(composer.edit_last_requested):
        qtbot.keyClick(composer.box, Qt.Key.Key_Up)
    composer.set_text("x")
    with qtbot.assertNotEmitted(composer.edit_last_requested):
        qtbot.keyClick(composer.box, Qt.Key.Key_Up)


def test_the_box_grows_to_eight_lines(composer: Composer) -> None:
    heights = []
    for lines in (1, 4, 8, 30):
        composer.set_text("\n".join("line" for _ in range(lines)))
        heights.append(composer.box.height())
    assert heights[0] < heights[1] < heights[2] == heights[3]


def test_pasting_takes_the_plain_text(composer: Composer) -> None:
    rich = QMimeData()
    rich.setHtml("<b>bold</b>")
    rich.setText("bold")
    composer.box.insertFromMimeData(rich)
    assert composer.text() == "bold"


def test_dropping_files(composer: Composer, tmp_path: Path) -> None:
    good, bad, big = tmp_path / "a.txt", tmp_path / "b.bin", tmp_path / "c.txt"
    good.write_bytes("\ufeffZeile\r\n2".encode())
    bad.write_bytes(b"\xff\xfe\x00")
    big.write_bytes(b"x" * 1_000_001)
    problems: list[str] = []
    composer.problem.connect(lambda error: problems.append(error.message))
    for file in (good, bad, big, tmp_path / "none.txt"):
        composer.box.dropped.emit(str(file))
    assert composer.text() == "Zeile\n2"
    assert [words.split(" ")[0] for words in problems] == ["b.bin", "c.txt", "none.txt"]


def test_the_corner_counts_tokens_or_tells_the_status(composer: Composer) -> None:
    composer.set_token_count(1200)
    assert composer.count.text() == "1,200 tokens"
    composer.set_status("Reading prompt 310/900")
    assert composer.count.text() == "Reading prompt 310/900"
    composer.set_status("")
    composer.set_token_count(1)
    assert composer.count.text() == "1 token"


def test_clearing_can_be_undone(composer: Composer) -> None:
    composer.set_text("a draft")
    composer.clear()
    composer.box.undo()
    assert composer.text() == "a draft"
