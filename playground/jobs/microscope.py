"""Look at one step of an answer through the sampling chain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from playground.core.events import Story
from playground.core.lens import StepLook
from playground.jobs.job import Job, Lane
from playground.jobs.looking import kept_rows_of, words_for
from playground.recipes.run_settings import RunSettings

if TYPE_CHECKING:
    from playground.engine.workspace import Workspace


@dataclass(frozen=True)
class Microscope(Job):
    """Tell what each stage of the chain did at one step of a recorded answer, and how the draw fell.

    `settings` need a seed; `changed` says that they are others than the answer was written with. `model` is only needed
    by stages that are told words.
    """

    lane: ClassVar[Lane] = "glance"
    label: ClassVar[str] = "Looking at a token"

    of: str  # the id of the record
    step: int
    settings: RunSettings
    model: str = ""
    changed: bool = False

    def run(self, workspace: Workspace) -> Story[StepLook]:
        from playground.engine.lens import look, trail_at

        chain = self.settings.working()
        words = words_for(workspace, self.model, chain)
        rows = kept_rows_of(workspace, self.of, self.step)
        yield None
        found = look(rows.row(self.step), chain, trail_at(rows, self.step, self.settings.seed or 0, words))
        unknown = self.changed and any(sampler.remembers for sampler in chain)
        return replace(found, exact=found.exact and not unknown)
