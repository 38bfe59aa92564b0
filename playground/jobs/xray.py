"""Look at a prompt as the model will read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from playground.core.events import Story
from playground.core.facts import PromptInfo, PromptInput
from playground.jobs.job import Job, Lane

if TYPE_CHECKING:
    from playground.engine.workspace import Workspace


@dataclass(frozen=True)
class Xray(Job):
    """Return the exact tokens of a prompt, with their sections, the template's decisions and what is left out."""

    lane: ClassVar[Lane] = "glance"
    label: ClassVar[str] = "Reading the prompt"

    model: str  # the path of a resident model
    prompt: PromptInput
    context_length: int | None = None  # None: what the model allows
    room: int = 1  # tokens the answer may want

    def run(self, workspace: Workspace) -> Story[PromptInfo]:
        from playground.engine.prompting import compose

        loaded = workspace.loaded(self.model)
        known = [length for length in (self.context_length, loaded.info.model.context) if length]
        yield None
        info = compose(loaded.glance_tokenizer, self.prompt, min(known, default=0), self.room)
        return replace(info, reusable=workspace.prefixes.reusable(self.model, info.ids))
