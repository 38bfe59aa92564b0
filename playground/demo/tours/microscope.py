"""Why this token, and what else could have been."""

from __future__ import annotations

from typing import ClassVar

from playground.demo.stage import Stage
from playground.demo.tour import Tour
from playground.gui.lens.lens import Lens
from playground.gui.panels.chat import ChatPanel
from playground.gui.panels.tokens import TokensPanel


class Microscope(Tour):
    """One token through every stage of the chain, the same luck under other settings, and another way to go on."""

    title: ClassVar[str] = "The sampler microscope"
    place: ClassVar[int] = 37

    def play(self, stage: Stage) -> None:
        panel, chat = stage.panel(TokensPanel), stage.panel(ChatPanel)
        stage.get_starter()
        stage.answer_length(12 if stage.short else 40)
        stage.ask("Tell me a story about a lighthouse.")
        stage.run("tokens.show", chat.talk.conversation.path()[-1].run_id)
        stage.wait(lambda: panel.record is not None and bool(panel.vocabulary.texts), what="the tokens")
        lens = panel.lens
        panel.view.strip.choose(self._lucky(panel))
        stage.wait(lambda: self._is_seen(panel), what="the microscope")
        panel.view.show_section(lens.microscope)
        stage.shoot("stages", "A card for each stage: what came in, where it cut, what was left. Then the draw.")
        panel.view.show_section(panel.view.strip)
        self._turn(stage, lens, "temperature.temperature", 0.2)
        stage.shoot("cold", "A lower temperature on the same answer and the same luck: where it would have parted.")
        self._turn(stage, lens, "temperature.temperature", 0.7)
        self._turn(stage, lens, "top_k.top_k", 2)
        stage.shoot("few", "Two tokens at each step: those that could not have been written are struck out.")
        stage.click(lens.what_if.go_on)
        stage.wait_for_answer()
        stage.shoot("branch", "Continue from there: another version, which begins with the same tokens.")

    def _lucky(self, panel: TokensPanel) -> int:
        """Return a token where luck decided, if there is one."""
        assert panel.record is not None
        tokens = panel.record.tokens
        return next((at for at, token in enumerate(tokens) if at > 4 and token.rank > 1), len(tokens) // 2)

    def _is_seen(self, panel: TokensPanel) -> bool:
        look = panel.lens.microscope.look
        return look is not None and look.step == panel.view.strip.current and bool(panel.lens.microscope.cards)

    def _turn(self, stage: Stage, lens: Lens, key: str, value: float) -> None:
        lens.what_if.rows.rows[key].value_changed.emit(value)
        words = lens.what_if.verdict.text()
        stage.wait(lambda: lens.what_if.verdict.text() != words or not lens.what_if.is_changed, what="the verdict")
        stage.pause(200)
