"""Measure how probable a few answers are."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.choices import Choice, ChoicesInfo
from playground.core.errors import UserError
from playground.core.events import Story
from playground.core.facts import PromptInput
from playground.jobs.answering import CACHE_MB
from playground.jobs.job import Job, Lane

if TYPE_CHECKING:
    from playground.engine.workspace import Loaded, Workspace

MOST = 26
PLACE = "choice meter"  # whose memory of what was read it is: no conversation's


@dataclass(frozen=True)
class ChoiceMeter(Job):
    """Tell how probable it is that the model's answer begins with each of these choices.

    The prompt is read once, and only as far as it has changed since the last time; choices of several tokens are read
    in one batch. Behind a start of the reply, each choice begins with a space.
    """

    lane: ClassVar[Lane] = "talk"
    label: ClassVar[str] = "Measuring the choices"
    quiet: ClassVar[bool] = True

    model: str  # the path of a resident model
    prompt: PromptInput
    choices: tuple[str, ...]
    context_length: int | None = None

    def run(self, workspace: Workspace) -> Story[ChoicesInfo]:
        from playground.engine.choosing import log_probabilities
        from playground.engine.devices import use_threads
        from playground.engine.prefixes import MEGABYTE
        from playground.engine.prompting import compose

        loaded = workspace.loaded(self.model)
        tokens = self._tokens(loaded)
        use_threads(loaded.basis.threads)
        limits = [length for length in (self.context_length, loaded.info.model.context) if length]
        ids = compose(loaded.tokenizer, self.prompt, min(limits, default=0), max(map(len, tokens))).ids
        begun = time.perf_counter()
        memory = workspace.prefixes.take(self.model, PLACE, ids, loaded.memory_dtype)
        reused = memory.length
        try:
            logs = yield from log_probabilities(loaded, ids, tokens, memory)
        finally:
            workspace.prefixes.keep(self.model, PLACE, memory, CACHE_MB * MEGABYTE)
        found = tuple(Choice(*each) for each in zip(self.choices, tokens, logs, strict=True))
        return ChoicesInfo(found, len(ids), reused, time.perf_counter() - begun)

    def _tokens(self, loaded: Loaded) -> tuple[tuple[int, ...], ...]:
        """Return the tokens of each choice; raise E-CHOICES for a list that cannot be measured."""
        if not 1 <= len(self.choices) <= MOST:
            raise UserError(f"Between 1 and {MOST} choices can be measured.", "Write one per line.", "E-CHOICES")
        begun = self.prompt.reply_start
        before = " " if begun and not begun[-1].isspace() else ""
        tokens = tuple(loaded.words.ids(before + choice) for choice in self.choices)
        for choice, ids in zip(self.choices, tokens, strict=True):
            if not choice.strip() or not ids:
                raise UserError("An empty choice cannot be measured.", "Write one per line.", "E-CHOICES")
        return tokens
