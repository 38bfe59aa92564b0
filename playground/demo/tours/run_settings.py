"""What the sampling controls do."""

from __future__ import annotations

from typing import ClassVar

from playground.demo.stage import Stage
from playground.demo.tour import Tour
from playground.gui.panels.chat import ChatPanel


class RunSettingsTour(Tour):
    """Turn temperature, top-k and top-p, use presets, keep the luck with a seed, and see what is really applied."""

    title: ClassVar[str] = "Run settings"
    place: ClassVar[int] = 20

    def play(self, stage: Stage) -> None:
        chat = stage.panel(ChatPanel)
        stage.get_starter()
        stage.answer_length(12 if stage.short else 60)
        stage.run("chat.run_settings")
        stage.shoot("settings", "Every stage of the sampling chain has its row: a slider, a number, a switch.")
        chat.side.run.use_preset("Deterministic (greedy)")
        stage.ask("Name three colours of the sea.")
        stage.shoot("greedy", "Greedy: always the most probable token, so the answer is the same every time.")
        chat.side.run.use_preset("Wild")
        chat.side.run.output.seed.setText("42")
        stage.run("chat.regenerate")
        stage.wait_for_answer()
        stage.shoot("wild", "The same question at temperature 1.5 with min-p, as a second version of the answer.")
        row = chat.side.run.rows.rows["temperature.temperature"]
        row.value_changed.emit(0.9)
        stage.settle()
        stage.shoot("modified", "A value of one's own: the preset is marked as modified, and the dot says “you”.")
        stage.click("neutralize")
        stage.shoot("neutral", "Neutralize samplers: the model's own probabilities, nothing else.")
