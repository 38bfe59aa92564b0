"""The layout check finds what it should, and nothing on our own widgets."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from playground.core.events import Memory
from playground.core.options import options_of
from playground.core.settings import Settings
from playground.gui.theme import Theme
from playground.gui.widgets.activity_bar import ActivityBar
from playground.gui.widgets.collapsible import Collapsible
from playground.gui.widgets.composer import Composer
from playground.gui.widgets.empty_state import EmptyState
from playground.gui.widgets.error_banner import ErrorBanner
from playground.gui.widgets.form import Form
from playground.gui.widgets.help_button import help_box
from playground.gui.widgets.labels import ElidedLabel, StatLabel
from playground.gui.widgets.message_data import ACTIONS
from playground.gui.widgets.model_button import ModelButton
from playground.gui.widgets.parameter_row import ParameterRow
from playground.gui.widgets.side_bar import SideBar
from playground.gui.widgets.text_row import TextRow
from playground.gui.widgets.transcript import Transcript
from playground.recipes.run_settings import full_chain
from tests.gui.layout_check import problems

ANSWER = "# Title\n\nSome **bold** text with `code`.\n\n```python\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"


def banner(theme: Theme) -> QWidget:
    made = ErrorBanner(theme)
    made.show_message("It broke. " * 20, "Mend it.", "E-BROKE", "line\n" * 4, button="Restart", act=lambda: None)
    made._more.click()
    return made


def side_bar(theme: Theme) -> QWidget:
    made = SideBar(theme)
    for name in ("Chat", "Models", "Fine-tune"):
        made.add(name, name, "box")
    return made


def activity(theme: Theme) -> QWidget:
    made = ActivityBar(theme)
    made.add_job(1, "Getting the starter model")
    made.set_progress(1, 0.42, "41 of 98 MB · 12 s left")
    made.set_memory(Memory(600_000_000, 18_000_000_000, 0))
    return made


def transcript(theme: Theme) -> QWidget:
    made = Transcript(theme)
    names = tuple(ACTIONS)
    made.add_message(1, "user", "You", "Hello\nthere", actions=names, version=1, versions=2, outside=True)
    made.add_message(
        2, "assistant", "Tiny", f"<think>hm</think>{ANSWER}", "interrupted", actions=names, version=2, versions=3,
        stats="Reading 310 tok · 2.1 s · 148 t/s · Generation 120 tok · 14.2 s · 8.4 t/s · end of turn",
    )  # fmt: skip
    made.edit(1)
    return made


def samplers(theme: Theme) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    for stage in full_chain():
        for first, option in enumerate(options_of(type(stage.sampler))):
            row = TextRow if option.lines else ParameterRow
            column.addWidget(row(option, theme, switch=first == 0))
    section = Collapsible("Sampling", theme)
    section.set_body(made)
    return section


def empty(theme: Theme) -> QWidget:
    made = EmptyState("box", "No model yet", "Get one and talk with it. " * 6, theme)
    made.add_button("Get the starter model", lambda: None, icon="download")
    return made


def model_button(theme: Theme) -> QWidget:
    made = ModelButton(theme)
    made.set_state("ready", "a-very-long-name " * 9)
    return made


def composer(theme: Theme) -> QWidget:
    made = Composer(theme)
    made.set_text("several\nlines")
    made.set_token_count(12)
    return made


def help_of(theme: Theme) -> QWidget:
    row = ParameterRow(options_of(Settings)[1], theme)
    box = help_box(row.option, theme, row)
    box.setParent(None)
    return box


GALLERY: dict[str, tuple[Callable[[Theme], QWidget], int, int]] = {
    "banner": (banner, 800, 260),
    "side bar": (side_bar, 76, 500),
    "activity bar": (activity, 900, 30),
    "transcript": (transcript, 860, 800),
    "transcript, narrow": (transcript, 420, 800),
    "samplers": (samplers, 340, 420),
    "form": (lambda theme: Form(Settings, theme), 600, 320),
    "empty state": (empty, 700, 500),
    "model button": (model_button, 300, 34),
    "composer": (composer, 600, 140),
    "figure": (lambda theme: StatLabel("Tokens per second", "8.4"), 200, 60),
    "help": (help_of, 300, 200),
}


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", GALLERY)
def test_our_widgets_have_no_faults(name: str, mode: str, theme: Theme, qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply(qapp, mode)
    make, width, height = GALLERY[name]
    widget = make(theme)
    qtbot.addWidget(widget)
    if name != "help":
        widget.resize(width, height)
    widget.show()
    qtbot.wait(30)
    assert problems(widget) == []


@pytest.mark.parametrize("name", [name for name in GALLERY if name != "help"])
def test_zooming_while_they_are_open_cuts_nothing(name: str, theme: Theme, qapp: QApplication, qtbot: QtBot) -> None:
    make, width, height = GALLERY[name]
    widget = make(theme)
    qtbot.addWidget(widget)
    widget.show()
    theme.apply(qapp, "light", 1.5)
    widget.resize(int(width * 1.5), int(height * 1.5))
    qtbot.wait(30)
    assert problems(widget) == []


def test_cut_text_is_found(theme: Theme, qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    row = QHBoxLayout(holder)
    for child in (QLabel("a long text"), QPushButton("a long word"), ElidedLabel("a long text that may be cut")):
        child.setFixedWidth(30)
        row.addWidget(child)
    holder.show()
    found = problems(holder)
    assert len(found) == 2
    assert "cuts its text: 'a long text'" in found[0]


def test_overlapping_and_nameless_controls_are_found(theme: Theme, qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    column = QVBoxLayout(holder)
    column.addWidget(QLabel("above"))
    column.addWidget(QLineEdit())
    holder.resize(200, 120)
    holder.show()
    qtbot.wait(1)
    holder.children()[1].setGeometry(0, 0, 200, 120)  # type: ignore[attr-defined]
    found = problems(holder)
    assert any("has no accessible name" in sentence for sentence in found)
    assert any("overlap by" in sentence for sentence in found)
