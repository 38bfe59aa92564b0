"""The parts that frame every panel: banner, toasts, side bar, activity bar, model button, empty state, sections."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from playground.core.events import Memory
from playground.gui.theme import Theme
from playground.gui.widgets.activity_bar import ActivityBar
from playground.gui.widgets.collapsible import Collapsible
from playground.gui.widgets.empty_state import EmptyState
from playground.gui.widgets.error_banner import ErrorBanner
from playground.gui.widgets.model_button import ModelButton
from playground.gui.widgets.side_bar import SideBar
from playground.gui.widgets.toast import AT_ONCE, Toasts


def test_the_banner_says_what_happened_and_copies_it(theme: Theme, qtbot: QtBot) -> None:
    banner = ErrorBanner(theme)
    qtbot.addWidget(banner)
    assert not banner.isVisible()
    banner.show_message("It broke.", "Mend it.", "E-BROKE", "line 1\nline 2")
    assert banner.isVisible()
    assert banner.accessibleName() == "Error: It broke. Mend it."
    assert not banner._details.isVisible()
    banner._more.click()
    assert banner._details.isVisible()
    banner._copy.click()
    assert QGuiApplication.clipboard().text() == "E-BROKE It broke.\nMend it.\nline 1\nline 2"
    with qtbot.waitSignal(banner.closed):
        banner._close.click()
    assert not banner.isVisible()


def test_the_banner_acts(theme: Theme, qtbot: QtBot) -> None:
    banner = ErrorBanner(theme)
    qtbot.addWidget(banner)
    done: list[int] = []
    banner.show_message("Gone.", kind="warning", button="Restart", act=lambda: done.append(1))
    banner._action.click()
    assert done == [1]
    assert not banner.isVisible()
    banner.show_message("Fine.", kind="info")
    assert not banner._action.isVisible()
    assert not banner._more.isVisible()


def test_a_toast_undoes_once_and_goes(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 400)
    window.show()
    toasts, done = Toasts(theme, window), []
    toast = toasts.show_toast("Deleted.", "Undo", lambda: done.append(1))
    assert toast.geometry().bottom() < window.height()
    toast.action.click()
    toast.action.click()
    assert done == [1]
    assert toasts.shown() == []


def test_toasts_stack_and_wait_under_the_mouse(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 400)
    window.show()
    toasts = Toasts(theme, window)
    made = [toasts.show_toast(f"Number {n}") for n in range(AT_ONCE + 1)]
    assert toasts.shown() == made[1:]
    assert made[-1].y() > made[-2].geometry().bottom()
    here = QPointF(2, 2)
    QApplication.sendEvent(made[-1], QEnterEvent(here, here, here))
    assert not made[-1].timer.isActive()
    QApplication.sendEvent(made[-1], QEvent(QEvent.Type.Leave))
    assert made[-1].timer.isActive()
    made[-1].timer.timeout.emit()
    assert toasts.shown() == made[1:-1]


def test_the_side_bar_chooses_one_panel(theme: Theme, qtbot: QtBot) -> None:
    bar = SideBar(theme)
    qtbot.addWidget(bar)
    bar.add("chat", "Chat", "message-square")
    bar.add("settings", "Settings", "settings", bottom=True)
    bar.choose("chat")
    bar.resize(bar.width(), 500)
    bar.show()
    with qtbot.waitSignal(bar.chosen) as told:
        bar.button("settings").click()
    assert told.args == ["settings"]
    assert not bar.button("chat").isChecked()
    assert bar.button("settings").y() > bar.button("chat").y() + 200
    assert bar.button("chat").accessibleName() == "Chat"


def test_the_activity_bar_shows_jobs_and_memory(theme: Theme, qtbot: QtBot) -> None:
    bar = ActivityBar(theme)
    qtbot.addWidget(bar)
    bar.resize(900, 30)
    bar.show()
    bar.add_job(5_000_000_000, "Download")
    bar.set_progress(5_000_000_000, 0.5, "4 s left")
    assert bar._jobs[5_000_000_000].words.text() == "50 % · 4 s left"
    with qtbot.waitSignal(bar.stop_requested) as told:
        bar._jobs[5_000_000_000].stop.click()
    assert told.args == [5_000_000_000]
    bar.set_memory(Memory(600_000_000, 500_000_000, 0))
    assert "only 500 MB free" in bar._memory.text()
    bar.remove_job(5_000_000_000)
    bar.set_progress(5_000_000_000, 0.7)
    assert bar.jobs() == []


def test_the_model_button_speaks_its_state(theme: Theme, qtbot: QtBot) -> None:
    button = ModelButton(theme)
    qtbot.addWidget(button)
    button.set_state("loading", "Tiny 42 %", 0.42)
    assert button.accessibleName() == "Model: Tiny 42 %"
    assert button.accessibleDescription() == "loading"
    button.set_state("ready", "x" * 500)
    assert button.sizeHint().width() <= theme.px(420)


def test_an_empty_state_offers_what_to_do(theme: Theme, qtbot: QtBot) -> None:
    empty = EmptyState("box", "No model yet", "Get one. " * 20, theme)
    qtbot.addWidget(empty)
    done: list[int] = []
    button = empty.add_button("Get one", lambda: done.append(1))
    empty.resize(700, 500)
    empty.show()
    button.click()
    assert done == [1]
    assert empty.text.height() >= empty.text.heightForWidth(empty.text.width())


def test_a_section_folds(theme: Theme, qtbot: QtBot) -> None:
    section, body = Collapsible("Sampling", theme), QLabel("inside")
    qtbot.addWidget(section)
    section.set_body(body)
    section.show()
    with qtbot.waitSignal(section.toggled) as told:
        qtbot.mouseClick(section.heading, Qt.MouseButton.LeftButton)
    assert told.args == [False]
    assert not body.isVisible()
    section.set_open(True)
    assert body.isVisible()
