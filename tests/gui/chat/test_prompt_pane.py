"""The prompt editor: roles, texts, variables, switches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from playground.core.errors import UserError
from playground.core.facts import Example
from playground.core.paths import Paths
from playground.core.roles import roles
from playground.gui.chat.prompt_pane import NO_ROLE, PromptPane
from playground.gui.setup import Setup, new_setup
from playground.gui.theme import Theme
from tests.gui.desktop import loaded, prompt_info


@pytest.fixture
def pane(theme: Theme, qtbot: QtBot) -> PromptPane:
    pane = PromptPane(theme, Paths.standard())
    qtbot.addWidget(pane)
    pane.resize(360, 900)
    pane.show()
    return pane


@pytest.fixture
def problems(pane: PromptPane) -> list[UserError]:
    found: list[UserError] = []
    pane.problem.connect(found.append)
    return found


def value(pane: PromptPane) -> Setup:
    return pane.value(new_setup())


# -- roles -------------------------------------------------------------------------------------------------------


def test_a_role_fills_the_system_prompt(pane: PromptPane, qtbot: QtBot) -> None:
    pirate = next(role for role in roles(Paths.standard()) if role.ours)
    with qtbot.waitSignal(pane.changed):
        pane.role.setCurrentText(pirate.name)
    assert (value(pane).system, value(pane).role) == (pirate.system, pirate.name)
    pane.role.setCurrentText(NO_ROLE)
    assert (value(pane).system, value(pane).role) == ("", "")


def test_a_system_prompt_that_a_role_has_replaced_comes_back_with_undo(pane: PromptPane) -> None:
    QTest.keyClicks(pane.system, "My own words")
    pane.role.setCurrentIndex(1)
    QTest.keyClick(pane.system, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert pane.system.toPlainText() == "My own words"


def test_a_role_of_the_users_is_saved_found_again_and_deleted(pane: PromptPane, theme: Theme, qtbot: QtBot) -> None:
    pane.system.setPlainText("You are {{who}}.")
    pane.save_role(" Mine ")
    assert pane.role.currentText() == "Mine"
    second = PromptPane(theme, Paths.standard())
    qtbot.addWidget(second)
    second.role.setCurrentText("Mine")
    assert second.system.toPlainText() == "You are {{who}}."
    second.delete_role("Mine")
    assert second.role.currentText() == NO_ROLE
    assert second.system.toPlainText() == "You are {{who}}."
    assert value(second).role == ""
    assert "Mine" not in {role.name for role in roles(Paths.standard())}


def test_a_role_needs_words(pane: PromptPane, problems: list[UserError]) -> None:
    pane._try(pane.save_role, "Mine")
    assert problems[0].code == "E-ROLE"


def test_a_role_is_imported_and_used(pane: PromptPane, tmp_path: Path) -> None:
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps({"name": "Theirs", "system": "Old"}))
    pane._try(pane.take_role, file)
    assert (pane.role.currentText(), pane.system.toPlainText()) == ("Theirs", "Old")
    file.write_text(json.dumps({"name": "Theirs", "system": "New"}))
    pane._try(pane.take_role, file)
    assert pane.system.toPlainText() == "New"


@pytest.mark.parametrize("words", ["", "[]", '{"name": "x"}'])
def test_a_file_that_is_no_role_is_refused_in_words(
    pane: PromptPane, problems: list[UserError], tmp_path: Path, words: str
) -> None:
    file = tmp_path / "bad.json"
    file.write_text(words)
    pane._try(pane.take_role, file)
    assert (problems[0].code, pane.role.currentText()) == ("E-ROLE", NO_ROLE)


def test_a_full_disk_is_told_as_a_problem(
    pane: PromptPane, problems: list[UserError], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("playground.gui.chat.prompt_pane.save_role", full)
    pane.system.setPlainText("x")
    pane._try(pane.save_role, "Mine")
    assert problems[0].message == "The role cannot be written: No space left on device."


# -- variables ---------------------------------------------------------------------------------------------------


def test_each_variable_gets_a_field_and_keeps_its_value(pane: PromptPane) -> None:
    pane.system.setPlainText("You are {{who}}.")
    assert pane._variable_section.isVisible()
    QTest.keyClicks(pane._variables["who"], "Ann")
    pane.context.setPlainText("About {{topic}}")
    assert list(pane._variables) == ["who", "topic"]
    assert value(pane).variables == (("who", "Ann"), ("topic", ""))
    pane.system.setPlainText("")
    assert list(pane._variables) == ["topic"]
    pane.system.setPlainText("Again {{who}}")
    assert dict(value(pane).variables)["who"] == "Ann"


def test_typing_into_the_field_of_a_variable_of_the_draft(pane: PromptPane) -> None:
    pane.show_talk("A poem about {{thing}}")
    QTest.keyClicks(pane._variables["thing"], "rain")
    assert value(pane).variables == (("thing", "rain"),)
    pane.show_talk("")
    assert not pane._variable_section.isVisible()


def test_variables_of_another_chat_do_not_stay(pane: PromptPane) -> None:
    pane.set_value(Setup(system="{{who}}", variables=(("who", "Ann"),)))
    pane.set_value(Setup(system="{{who}}", variables=(("who", "Bob"),)))
    assert pane._variables["who"].text() == "Bob"
    pane.set_value(Setup(system="{{who}}"))
    assert pane._variables["who"].text() == ""


# -- the model ---------------------------------------------------------------------------------------------------


def test_the_templates_own_system_prompt_is_shown(pane: PromptPane) -> None:
    pane.show_model(loaded(default_system="You are a toy."))
    assert pane.system.placeholderText() == "The model's own: You are a toy."
    pane.show_model(None)
    assert "toy" not in pane.system.placeholderText()


def test_the_templates_switches_are_offered_as_they_are(pane: PromptPane) -> None:
    pane.show_model(loaded(switches=(("enable_thinking", True),)))
    box = pane._switches["enable_thinking"]
    assert (box.text(), box.isChecked(), box.isVisible()) == ("Enable thinking", True, True)
    box.click()
    assert value(pane).switches == (("enable_thinking", False),)
    pane.set_value(Setup())
    assert box.isChecked()  # another chat has not switched it off
    pane.show_model(loaded())
    assert not pane._switch_section.isVisible()
    assert value(pane).switches == ()


def test_switches_of_a_chat_outlive_a_time_without_a_model(pane: PromptPane) -> None:
    pane.set_value(Setup(switches=(("enable_thinking", False),)))
    assert value(pane).switches == (("enable_thinking", False),)
    pane.show_model(loaded(switches=(("enable_thinking", True),)))
    assert not pane.findChildren(QCheckBox, "")[-1].isChecked()


def test_examples_say_what_they_cost(pane: PromptPane) -> None:
    pane.examples.set_value((Example("1+1", "2"),))
    pane.show_prompt(prompt_info(example_costs=(12,)))
    item = pane.examples.table.item(0, 3)
    assert item is not None
    assert item.text() == "12"
    pane.show_prompt(None)
    assert item.text() == ""


# -- as a whole --------------------------------------------------------------------------------------------------


def test_a_setup_comes_back_the_same_and_showing_tells_nothing(pane: PromptPane, qtbot: QtBot) -> None:
    setup = Setup(
        system="You are {{who}}.",
        role="Translator",
        context="Facts",
        examples=(Example("1", "2"), Example("3", "4", on=False)),
        variables=(("who", "Ann"),),
        reply_start="Well,",
        run=new_setup().run,
    )
    with qtbot.assertNotEmitted(pane.changed):
        pane.set_value(setup)
    assert value(pane) == setup


def test_a_file_dropped_on_the_context_becomes_its_text(
    pane: PromptPane, problems: list[UserError], tmp_path: Path
) -> None:
    good, bad = tmp_path / "facts.txt", tmp_path / "x.bin"
    good.write_text("Open till six.")
    bad.write_bytes(b"\xff\xfe\x00")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(good)), QUrl.fromLocalFile(str(bad))])
    pane.context.insertFromMimeData(data)
    assert value(pane).context == "Open till six."
    assert [problem.code for problem in problems] == ["E-TEXT"]


def test_only_plain_text_is_pasted(pane: PromptPane) -> None:
    data = QMimeData()
    data.setHtml("<b>bold</b>")
    data.setText("bold")
    pane.system.insertFromMimeData(data)
    assert value(pane).system == "bold"
