"""Choosing and inspecting models."""

from __future__ import annotations

from typing import ClassVar

from playground.core.catalogue import starter_folder
from playground.demo.stage import Stage
from playground.demo.tour import Tour
from playground.gui.panels.models import ModelsPanel


class Models(Tour):
    """What a model is and takes, before it is loaded; what is inside once it is."""

    title: ClassVar[str] = "Models"
    place: ClassVar[int] = 50

    def play(self, stage: Stage) -> None:
        panel, session = stage.panel(ModelsPanel), stage.app.parts.session
        stage.open("models")
        stage.wait(lambda: session.shelf is not None, what="the list of models")
        folder = str(starter_folder(stage.app.parts.paths))
        panel.list.choose(folder)
        stage.wait(lambda: session.memory is not None, what="the memory report")
        stage.settle()
        stage.shoot("before", "Before loading: what the model is, and what it takes at each number format.")
        panel.detail.dtype.setCurrentIndex(panel.detail.dtype.findData("bfloat16"))
        stage.click("load")
        stage.wait(lambda: session.model is not None, what="the model")
        stage.pause(300)
        stage.shoot("loaded", "Loaded, with the time it took. Unload really gives the memory back.")
        panel.detail.verticalScrollBar().setValue(panel.detail.verticalScrollBar().maximum())
        stage.shoot("inside", "Inside: the chat template, the special tokens, the configuration.")
        panel.list.setCurrentRow(panel.list.count() - 1)
        stage.shoot("hub", "Well-known small models of the Hub. Nothing is fetched until you ask.")
        panel.list.choose(folder)
        stage.click("unload")
        stage.wait(lambda: session.model is None, what="the memory")
        stage.shoot("unloaded", "Unloaded: the memory is free again.")
