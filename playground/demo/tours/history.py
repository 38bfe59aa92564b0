"""Every answer is kept, and found again."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import ClassVar

from playground.demo.stage import Stage
from playground.demo.tour import Tour
from playground.gui.history.code_dialog import CodeDialog
from playground.gui.panels.history import HistoryPanel

QUESTIONS = ("What is a lighthouse for?", "Write a haiku about the sea.", "Give me three ideas for a rainy Sunday.")


class History(Tour):
    """Ask, then find it again: search, filters, stars, notes and tags, everything an answer depended on, as code."""

    title: ClassVar[str] = "The history"
    place: ClassVar[int] = 50

    def play(self, stage: Stage) -> None:
        panel = stage.panel(HistoryPanel)
        stage.open("history")
        stage.wait(lambda: panel.begin.isVisible(), what="the empty history")
        stage.shoot("empty", "Nothing has been asked yet: the panel says what it is for.")
        stage.open("chat")
        stage.get_starter()
        stage.answer_length(12 if stage.short else 90)
        for question in QUESTIONS[1:] if stage.short else QUESTIONS:
            stage.ask(question)
        stage.open("history")
        asked = len(QUESTIONS[1:] if stage.short else QUESTIONS)
        stage.wait(lambda: panel.model.total == asked and panel.record is not None, what="the records")
        stage.shoot("records", "Every prompt and answer, the newest first, with all that it depended on.")
        self._annotate(stage, panel)
        self._find(stage, panel)
        panel.view.area.verticalScrollBar().setValue(100_000)
        stage.shoot("facts", "Seed, sampling, path, number formats, hashes and versions: enough to repeat it.")
        self._take_along(stage, panel)

    def _annotate(self, stage: Stage, panel: HistoryPanel) -> None:
        stage.press("Space", panel.list)
        stage.type(panel.view.annotations.note, "Good for the lesson on Friday.")
        stage.type(panel.view.annotations.tags, "ideas, lesson")
        panel.list.setFocus()
        row = 0
        stage.wait(lambda: (entry := panel.model.entry(row)) is not None and bool(entry.tags), what="the tags")
        panel.view.area.ensureWidgetVisible(panel.view.annotations)
        stage.shoot("noted", "Space stars it; a note and tags are kept as they are typed.")

    def _find(self, stage: Stage, panel: HistoryPanel) -> None:
        stage.press("Ctrl+F")
        stage.type(panel.filters.search, "haiku")
        stage.wait(lambda: panel.model.wanted.words == "haiku" and panel.model.total == 1, what="what was found")
        stage.press("Down", panel.filters.search)
        stage.wait(lambda: panel.record is not None and "haiku" in panel.record.prompt, what="the record")
        stage.shoot("found", "Words find prompts, answers, notes and tags while they are typed.")

    def _take_along(self, stage: Stage, panel: HistoryPanel) -> None:
        stage.click("history.code")
        stage.wait(lambda: panel.findChild(CodeDialog) is not None, what="the script")
        stage.pause(200)
        dialog = panel.findChild(CodeDialog)
        assert dialog is not None
        dialog.move(stage.window.geometry().center() - dialog.rect().center())
        stage.shoot("code", "Show code: a script that writes the same answer with transformers alone.")
        dialog.accept()
        assert panel.record is not None
        with tempfile.TemporaryDirectory(prefix="playground-demo-") as folder:
            file = Path(folder) / "answer.png"
            panel.saving.picture_to(panel.record, file)
            stage.wait(file.exists, what="the picture")
            stage.settle()
        stage.shoot("picture", "The answer as a picture, as a page, or all that was found as one file.")
