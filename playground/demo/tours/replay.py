"""Is it really the same?"""

from __future__ import annotations

from typing import ClassVar

from playground.demo.stage import Stage
from playground.demo.tour import Tour
from playground.gui.panels.history import HistoryPanel
from playground.gui.panels.models import ModelsPanel


class Replay(Tour):
    """Write a recorded answer again and compare it token by token; then change something and do it once more."""

    title: ClassVar[str] = "Replay"
    place: ClassVar[int] = 55

    def play(self, stage: Stage) -> None:
        panel = stage.panel(HistoryPanel)
        stage.get_starter()
        stage.answer_length(16 if stage.short else 120)
        stage.ask("Tell me a story about a lighthouse.")
        stage.open("history")
        stage.wait(lambda: panel.record is not None and panel.why_not("replay") == "", what="the record")
        stage.shoot("record", "One answer, with its seed, its sampling and its path.")
        self._replay(stage, panel)
        stage.shoot("identical", "Replay writes it again with the same seed and path: every token is the same.")
        self._load_otherwise(stage)
        stage.shoot("otherwise", "The model, loaded again in another number format.")
        stage.open("history")
        self._replay(stage, panel)
        stage.shoot("changed", "Replay again: where the answers part, if they do, and what has changed since.")

    def _replay(self, stage: Stage, panel: HistoryPanel) -> None:
        stage.click("history.replay")
        stage.wait(lambda: panel.why_not("replay") == "", 120, what="the verdict")
        stage.settle()

    def _load_otherwise(self, stage: Stage) -> None:
        session, models = stage.app.parts.session, stage.panel(ModelsPanel)
        stage.open("models")
        assert session.model is not None
        models.list.choose(session.model.model.path)
        other = "float32" if session.model.dtype == "bfloat16" else "bfloat16"
        models.detail.dtype.setCurrentIndex(models.detail.dtype.findData(other))
        stage.click("load")
        stage.wait(lambda: session.model is not None and session.model.dtype == other, 120, what="the model")
